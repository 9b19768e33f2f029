import { Button, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';

import type { TimeLineEntryView } from '#fleet/operator-views.js';

import { formatDuration } from '../format/time.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import { TimeOfDay } from '../ui/clock.js';
import { Icon } from '../ui/icon.js';
import { Evidence } from './evidence.js';
import classes from './time-line.module.css';
import { useFollow } from './use-follow.js';

const words = texts.purchase;

interface Props {
  readonly entries: readonly TimeLineEntryView[];
  readonly isOver: boolean;
}

export function TimeLine({ entries, isOver }: Props) {
  const [allOpen, setAllOpen] = useState(false);
  const end = useFollow(entries.length);
  const hasEvidence = entries.some((entry) => entry.evidence.length > 0);
  return (
    <Card
      title={words.timeLine}
      aside={
        hasEvidence && (
          <Button size="compact-sm" variant="subtle" onClick={() => setAllOpen(!allOpen)}>
            {allOpen ? words.closeAll : words.openAll}
          </Button>
        )
      }
    >
      <ol className={classes.line} data-running={!isOver || undefined}>
        {entries.map((entry, index) => (
          // Entries are only ever added at the end.
          <Entry key={index} entry={entry} open={allOpen} />
        ))}
        {!isOver && <NextStep />}
      </ol>
      <div ref={end} className={classes.end} />
      {!isOver && <VisuallyHidden aria-live="polite">{entries.at(-1)?.title}</VisuallyHidden>}
    </Card>
  );
}

function Entry({ entry, open }: { readonly entry: TimeLineEntryView; readonly open: boolean }) {
  return (
    <li className={classes.entry} data-tone={entry.tone}>
      <span className={classes.node}>
        <Icon name={entry.step} size={17} />
      </span>
      <div className={classes.words}>
        <p className={classes.title}>{entry.title}</p>
        {entry.detail && <p className={classes.detail}>{entry.detail}</p>}
        {/* A new key makes the switch for all win over what was opened one by one. */}
        {entry.evidence.length > 0 && <Evidence key={String(open)} lines={entry.evidence} open={open} />}
      </div>
      <div className={classes.when}>
        <TimeOfDay at={entry.at} />
        <span className={classes.since}>{words.sinceScan(formatDuration(entry.sinceStartMs))}</span>
      </div>
    </li>
  );
}

function NextStep() {
  return (
    <li className={classes.entry} data-tone="progress">
      <span className={classes.node} data-next>
        <span className={classes.beat} />
      </span>
      <p className={classes.next}>{words.next}</p>
    </li>
  );
}
