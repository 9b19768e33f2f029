import type { SystemSeen } from '../api/client.js';
import { formatAge } from '../format/time.js';
import { texts } from '../texts.js';
import classes from './footer.module.css';

/** A clock that is this wrong makes an operator misread times; ages are right all the same. */
const CLOCK_WORTH_TELLING_MS = 5_000;

export function Footer({ system }: { readonly system: SystemSeen }) {
  const offset = system.clockOffsetMs;
  return (
    <footer className={classes.footer}>
      <span>{texts.system.version(system.version)}</span>
      <span className={classes.endpoint}>
        {texts.system.seqr} <code>{system.seqrEndpoint}</code>
      </span>
      {Math.abs(offset) > CLOCK_WORTH_TELLING_MS && (
        <span className={classes.clock}>{texts.system.clock(formatAge(Math.abs(offset)), offset > 0)}</span>
      )}
    </footer>
  );
}
