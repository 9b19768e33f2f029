import type { AmountView, PurchaseView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import classes from './money-card.module.css';
import { moneyPicture, type Segment } from './money-picture.js';

const words = texts.purchase;

/** What became of the reservation: a bar for the eye, the exact amounts beneath. */
export function MoneyCard({ purchase }: { readonly purchase: PurchaseView }) {
  const segments = moneyPicture(purchase);
  const parts = segments.map(({ kind, permille }) => words.share(words[kind], permille)).join(', ');
  return (
    <Card title={words.money}>
      <div className={classes.bar} role="img" aria-label={words.picture(parts || words.none)}>
        {segments.map(({ kind, permille }) => (
          <span key={kind} className={classes.segment} data-kind={kind} style={{ flexGrow: permille }} />
        ))}
      </div>
      <dl className={classes.amounts}>
        <Amount name={words.reserved} amount={purchase.reserved} />
        <Amount name={words.committed} amount={purchase.committed} kind="committed" strong />
        <Amount name={words.released} amount={purchase.released} kind="released" />
      </dl>
      <Legend segments={segments} />
    </Card>
  );
}

interface AmountProps {
  readonly name: string;
  readonly amount: AmountView | null;
  readonly kind?: Segment['kind'];
  readonly strong?: boolean;
}

function Amount({ name, amount, kind, strong }: AmountProps) {
  return (
    <div className={classes.amount}>
      <dt className={classes.name}>
        {kind && <span className={classes.swatch} data-kind={kind} />}
        {name}
      </dt>
      <dd className={classes.value} data-strong={(strong && amount !== null) || undefined}>
        {amount ? formatMoney(amount) : words.none}
      </dd>
    </div>
  );
}

/** Names the parts of the bar that have no amount of their own beneath it. */
function Legend({ segments }: { readonly segments: readonly Segment[] }) {
  const unnamed = segments.filter(({ kind }) => kind !== 'committed' && kind !== 'released');
  if (unnamed.length === 0) return null;
  return (
    <p className={classes.legend}>
      {unnamed.map(({ kind }) => (
        <span key={kind} className={classes.name}>
          <span className={classes.swatch} data-kind={kind} />
          {words[kind]}
        </span>
      ))}
    </p>
  );
}
