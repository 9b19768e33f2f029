import type { ReviewCaseView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { texts } from '../texts.js';
import { TimeOfDay } from '../ui/clock.js';
import { Icon } from '../ui/icon.js';
import classes from './review-cases.module.css';

const words = texts.purchase;

/** Where money and goods may disagree, a person is told first. */
export function ReviewCases({ cases }: { readonly cases: readonly ReviewCaseView[] }) {
  if (cases.length === 0) return null;
  return (
    <section className={classes.box} data-tone="bad" aria-label={words.reviewTitle}>
      <Icon name="review" size={24} />
      <div>
        <h2 className={classes.title}>{words.reviewTitle}</h2>
        <ul className={classes.cases}>
          {cases.map((one) => (
            <li key={`${one.at} ${one.reason}`} className={classes.case}>
              <span>{one.reason}</span>
              {one.amount && <strong>{words.reviewAmount(formatMoney(one.amount))}</strong>}
              <span className={classes.at}>
                <TimeOfDay at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
