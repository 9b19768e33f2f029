import type { Tone } from '#fleet/operator-views.js';

import classes from './tone-badge.module.css';

/** A state in a word and its colour; `live` makes it breathe. */
export function ToneBadge({
  tone,
  word,
  live = false,
}: {
  readonly tone: Tone;
  readonly word: string;
  readonly live?: boolean;
}) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <span className={classes.dot} data-live={live || undefined} />
      {word}
    </span>
  );
}
