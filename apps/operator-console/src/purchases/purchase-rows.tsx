import type { PurchaseSummaryView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { dayKey, formatDay, formatDuration } from '../format/time.js';
import { Link } from '../router/navigation.js';
import { paths } from '../router/route.js';
import { texts } from '../texts.js';
import { Age, TimeOfDay, useNow } from '../ui/clock.js';
import { ToneBadge } from '../ui/tone-badge.js';
import { groupByDay } from './days.js';
import classes from './purchase-rows.module.css';

const words = texts.purchases;

interface Props {
  readonly purchases: readonly PurchaseSummaryView[];
  /** On a machine's own page its name would only repeat itself. */
  readonly showMachine?: boolean;
}

/** Purchases, newest first, under the day of their scan. */
export function PurchaseRows({ purchases, showMachine = true }: Props) {
  return (
    <div className={classes.table} data-with-machine={showMachine || undefined}>
      {groupByDay(purchases, dayKey).map(({ day, newest, purchases: ofDay }) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <header className={classes.day}>
            <h3 id={`day-${day}`}>
              <DayName at={newest} />
            </h3>
            {/* Each amount bears its name for those who cannot see this line. */}
            <span aria-hidden>{words.reserved}</span>
            <span aria-hidden>{words.committed}</span>
          </header>
          <ul className={classes.rows}>
            {ofDay.map((purchase) => (
              <PurchaseRow key={purchase.id} purchase={purchase} showMachine={showMachine} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** On its own, because it looks at the clock: the rows need not be drawn anew every second. */
function DayName({ at }: { readonly at: Date }) {
  return formatDay(at, new Date(useNow()));
}

function PurchaseRow({
  purchase,
  showMachine,
}: {
  readonly purchase: PurchaseSummaryView;
  readonly showMachine: boolean;
}) {
  return (
    <li className={classes.row}>
      <span className={classes.when}>
        <Link href={paths.purchase(purchase.id)} className={classes.link}>
          <TimeOfDay at={purchase.startedAt} />
        </Link>
        <span className={classes.faint}>
          <Took purchase={purchase} />
        </span>
      </span>
      <span className={classes.state}>
        <ToneBadge tone={purchase.tone} word={purchase.stateLabel} live={!purchase.isOver} />
      </span>
      {showMachine && <span className={classes.machine}>{purchase.machineName}</span>}
      <Amount name={words.reserved} text={formatMoney(purchase.reserved)} />
      <Amount name={words.committed} text={purchase.committed ? formatMoney(purchase.committed) : null} strong />
    </li>
  );
}

function Took({ purchase }: { readonly purchase: PurchaseSummaryView }) {
  if (purchase.endedAt === null)
    return <Age since={purchase.startedAt} words={(age) => `${words.running} ${texts.forAge(age)}`} />;
  return words.took(formatDuration(Date.parse(purchase.endedAt) - Date.parse(purchase.startedAt)));
}

function Amount(props: { readonly name: string; readonly text: string | null; readonly strong?: boolean }) {
  return (
    <span className={classes.amount}>
      <span className={classes.label}>{props.name}</span>
      <span className={props.strong && props.text ? classes.strong : undefined}>
        {props.text ?? texts.purchase.none}
      </span>
    </span>
  );
}
