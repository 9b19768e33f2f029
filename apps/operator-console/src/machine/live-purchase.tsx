import type { PurchaseSummaryView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { Link } from '../router/navigation.js';
import { paths } from '../router/route.js';
import { texts } from '../texts.js';
import { Age } from '../ui/clock.js';
import { Icon } from '../ui/icon.js';
import { ToneBadge } from '../ui/tone-badge.js';
import classes from './live-purchase.module.css';

/** The purchase that holds the machine now, one click from its time line. */
export function LivePurchase({ purchase }: { readonly purchase: PurchaseSummaryView }) {
  return (
    <Link href={paths.purchase(purchase.id)} className={classes.card} data-tone="progress">
      <span className={classes.words}>
        <span className={classes.title}>{texts.machine.live}</span>
        <span className={classes.facts}>
          <ToneBadge tone={purchase.tone} word={purchase.stateLabel} live />
          <span>
            {texts.purchase.reserved} {formatMoney(purchase.reserved)}
          </span>
          <Age since={purchase.startedAt} words={texts.forAge} />
        </span>
      </span>
      <Icon name="forward" size={22} />
    </Link>
  );
}
