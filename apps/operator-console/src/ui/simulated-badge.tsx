import { texts } from '../texts.js';
import classes from './simulated-badge.module.css';

export function SimulatedBadge() {
  return (
    <span className={classes.badge} title={texts.simulatedHint}>
      {texts.simulated}
    </span>
  );
}
