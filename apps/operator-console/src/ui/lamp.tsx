import { texts } from '../texts.js';
import type { Lamp as LampView } from '../fleet/lamps.js';
import { Age } from './clock.js';
import classes from './lamp.module.css';

/** Colour, word and since when. The label is for those who cannot see the column that it stands in. */
export function Lamp({ lamp, showLabel = false }: { readonly lamp: LampView; readonly showLabel?: boolean }) {
  return (
    <div className={classes.lamp} data-tone={lamp.tone} data-labelled={showLabel || undefined}>
      <span className={classes.label}>{lamp.label}</span>
      <span className={classes.word}>
        <span className={classes.dot} data-live={lamp.tone === 'progress' || undefined} />
        {lamp.word}
      </span>
      {(lamp.since ?? lamp.detail) && (
        <span className={classes.detail}>
          {lamp.since ? <Age since={lamp.since} words={texts.forAge} /> : lamp.detail}
        </span>
      )}
    </div>
  );
}
