import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

import { formatTimeOfDay } from '../format/time.js';
import { texts } from '../texts.js';
import classes from './stale-banner.module.css';
import { useOldestView } from './use-freshness.js';

/** Says that what is on the screen may have changed, and since when. */
export function StaleBanner() {
  const client = useQueryClient();
  const oldest = useOldestView();
  return (
    <div className={classes.banner} role="status" data-tone="warning">
      <span>
        <strong>{oldest === null ? texts.live.lost : texts.live.staleAt(formatTimeOfDay(new Date(oldest)))}</strong>
        <span className={classes.hint}>{texts.live.staleHint}</span>
      </span>
      <Button size="xs" variant="default" onClick={() => void client.invalidateQueries()}>
        {texts.live.retryNow}
      </Button>
    </div>
  );
}
