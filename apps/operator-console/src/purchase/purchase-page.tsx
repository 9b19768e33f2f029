import type { PurchaseView } from '#fleet/operator-views.js';

import { usePurchase } from '../api/queries.js';
import { formatDuration } from '../format/time.js';
import { Link } from '../router/navigation.js';
import { paths } from '../router/route.js';
import { texts } from '../texts.js';
import { TimeOfDay, useNow } from '../ui/clock.js';
import { Fetched } from '../ui/fetched.js';
import { Icon } from '../ui/icon.js';
import { Message } from '../ui/message.js';
import { Page } from '../ui/page.js';
import { ToneBadge } from '../ui/tone-badge.js';
import { CallsCard } from './calls-card.js';
import { MoneyCard } from './money-card.js';
import classes from './purchase-page.module.css';
import { ReferencesCard } from './references-card.js';
import { ReviewCases } from './review-cases.js';
import { TimeLine } from './time-line.js';
import { VendsCard } from './vends-card.js';

const words = texts.purchase;

/** One purchase from the scan to its end, as it happens. */
export function PurchasePage({ id }: { readonly id: string }) {
  const query = usePurchase(id);
  const purchase = query.data;
  return (
    <Page
      title={purchase ? words.title(purchase.machineName) : texts.purchase.id}
      above={
        <Link href={paths.purchases}>
          <Icon name="back" /> {words.back}
        </Link>
      }
      below={purchase && <Status purchase={purchase} />}
    >
      <Fetched query={query} missing={<Message icon="status" title={words.missingTitle} text={words.missing} />}>
        {(view) => <Purchase purchase={view} />}
      </Fetched>
    </Page>
  );
}

function Status({ purchase }: { readonly purchase: PurchaseView }) {
  return (
    <>
      <ToneBadge tone={purchase.tone} word={purchase.stateLabel} live={!purchase.isOver} />
      <span>
        {words.scannedAt} <TimeOfDay at={purchase.startedAt} />
      </span>
      <Took purchase={purchase} />
    </>
  );
}

function Took({ purchase }: { readonly purchase: PurchaseView }) {
  const now = useNow();
  const started = Date.parse(purchase.startedAt);
  if (purchase.endedAt) return <span>{words.took(formatDuration(Date.parse(purchase.endedAt) - started))}</span>;
  const wholeSeconds = Math.max(0, Math.floor((now - started) / 1_000));
  return <span>{words.runningFor(runningTime(wholeSeconds))}</span>;
}

/** A running clock counts whole seconds; tenths would only flicker. */
function runningTime(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}

function Purchase({ purchase }: { readonly purchase: PurchaseView }) {
  return (
    <div className={classes.stack}>
      <ReviewCases cases={purchase.reviewCases} />
      <div className={classes.grid}>
        <TimeLine entries={purchase.timeLine} isOver={purchase.isOver} />
        <div className={classes.side}>
          <MoneyCard purchase={purchase} />
          <VendsCard vends={purchase.vends} isOver={purchase.isOver} />
          <ReferencesCard purchase={purchase} />
        </div>
      </div>
      <CallsCard calls={purchase.seqrCalls} />
    </div>
  );
}
