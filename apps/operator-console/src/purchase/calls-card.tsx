import type { SeqrCallView, Tone } from '#fleet/operator-views.js';

import { formatDuration } from '../format/time.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import { TimeOfDay } from '../ui/clock.js';
import { Absent } from '../ui/facts.js';
import { ToneBadge } from '../ui/tone-badge.js';
import classes from './table.module.css';

const words = texts.purchase;

const TONES: Record<SeqrCallView['outcome'], Tone> = {
  answered: 'good',
  refused: 'warning',
  'not-sent': 'warning',
  unknown: 'bad',
};

/** Every call to SEQR with its result code by name. */
export function CallsCard({ calls }: { readonly calls: readonly SeqrCallView[] }) {
  const columns = words.callColumns;
  return (
    <Card title={words.calls}>
      {calls.length === 0 ? (
        <Absent>{words.noCalls}</Absent>
      ) : (
        // Focusable, so that the keyboard can scroll it on a narrow screen.
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={words.calls}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{columns.at}</th>
                <th scope="col">{columns.operation}</th>
                <th scope="col">{columns.result}</th>
                <th scope="col" className={classes.end}>
                  {columns.duration}
                </th>
                <th scope="col">{columns.detail}</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call, index) => (
                // Calls are only ever added at the end.
                <Call key={index} call={call} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Call({ call }: { readonly call: SeqrCallView }) {
  const result = [call.resultCode, call.resultName].filter((part) => part !== null).join(' ');
  return (
    <tr>
      <td className={classes.nowrap}>
        <TimeOfDay at={call.at} />
      </td>
      <th scope="row">
        <code className={classes.code}>{call.operation}</code>
      </th>
      <td className={classes.nowrap}>
        <ToneBadge tone={TONES[call.outcome]} word={result || words.outcomes[call.outcome]} />
      </td>
      <td className={classes.end}>{formatDuration(call.durationMs)}</td>
      <td className={classes.soft}>{call.detail}</td>
    </tr>
  );
}
