import { texts } from '../texts.js';
import { readEvidence } from './evidence-line.js';
import classes from './evidence.module.css';

/** What was said on the wires, for those who look closer. */
export function Evidence({ lines, open }: { readonly lines: readonly string[]; readonly open: boolean }) {
  return (
    <details className={classes.evidence} open={open}>
      <summary className={classes.summary}>{texts.purchase.evidence(lines.length)}</summary>
      <ul className={classes.lines}>
        {lines.map((line, index) => {
          const { sign, text } = readEvidence(line);
          return (
            // Evidence never changes its order.
            <li key={index} className={classes.line}>
              <span className={classes.sign}>{sign}</span>
              <span className={classes.text}>{text}</span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
