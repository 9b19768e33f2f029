import type { Tone } from '#fleet/operator-views.js';

import { texts } from '../texts.js';
import classes from './counters.module.css';
import { type Counter, COUNTERS } from './selection.js';

const TONES: Record<Counter, Tone> = {
  all: 'neutral',
  ready: 'good',
  'in-use': 'progress',
  offline: 'bad',
  'out-of-order': 'bad',
  'sold-out': 'warning',
  unknown: 'neutral',
  simulated: 'neutral',
};

interface Props {
  readonly counts: Record<Counter, number>;
  readonly chosen: Counter;
  readonly choose: (counter: Counter) => void;
}

/** How many machines there are of each kind; pressing one shows those. */
export function Counters({ counts, chosen, choose }: Props) {
  return (
    <div className={classes.counters} role="group" aria-label={texts.fleet.filter}>
      {COUNTERS.map((counter) => (
        <button
          key={counter}
          type="button"
          className={classes.counter}
          data-tone={counts[counter] > 0 ? TONES[counter] : 'neutral'}
          data-none={counts[counter] === 0 || undefined}
          aria-pressed={counter === chosen}
          onClick={() => choose(counter === chosen ? 'all' : counter)}
        >
          <span className={classes.count}>{counts[counter]}</span>
          <span className={classes.name}>{texts.fleet.counters[counter]}</span>
        </button>
      ))}
    </div>
  );
}
