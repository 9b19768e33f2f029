import { Button } from '@mantine/core';

import type { MachineView } from '#fleet/operator-views.js';

import { useMachines, usePurchases } from '../api/queries.js';
import { lampsOf } from '../fleet/lamps.js';
import { ReviewCases } from '../purchase/review-cases.js';
import { PurchaseRows } from '../purchases/purchase-rows.js';
import { Link, navigate } from '../router/navigation.js';
import { paths } from '../router/route.js';
import { texts } from '../texts.js';
import { Fetched } from '../ui/fetched.js';
import { Icon } from '../ui/icon.js';
import { Lamp } from '../ui/lamp.js';
import { Message } from '../ui/message.js';
import { Page } from '../ui/page.js';
import { SimulatedBadge } from '../ui/simulated-badge.js';
import { LivePurchase } from './live-purchase.js';
import { MachineFacts } from './machine-facts.js';
import classes from './machine-page.module.css';
import { QrCard } from './qr-card.js';

const words = texts.machine;

/** What one sees at a glance; the rest is a click away. */
const PURCHASES_SHOWN = 10;

export function MachinePage({ id }: { readonly id: string }) {
  const query = useMachines();
  const machine = query.data?.find((one) => one.id === id);
  return (
    <Page
      title={machine?.name ?? id}
      above={
        <Link href={paths.fleet}>
          <Icon name="back" /> {words.back}
        </Link>
      }
      below={
        machine && (
          <>
            <span>{machine.location}</span>
            {machine.simulated && <SimulatedBadge />}
          </>
        )
      }
    >
      <Fetched query={query}>{() => (machine ? <Machine machine={machine} /> : <NoMachine />)}</Fetched>
    </Page>
  );
}

function Machine({ machine }: { readonly machine: MachineView }) {
  return (
    <div className={classes.grid}>
      <div className={classes.main}>
        <div className={classes.lamps}>
          {lampsOf(machine).map((lamp) => (
            <Lamp key={lamp.label} lamp={lamp} showLabel />
          ))}
        </div>
        <ReviewCases cases={machine.reviewCases} />
        {machine.livePurchase && <LivePurchase purchase={machine.livePurchase} />}
        <LastPurchases machineId={machine.id} />
      </div>
      <div className={classes.side}>
        <QrCard machine={machine} />
        <MachineFacts machine={machine} />
      </div>
    </div>
  );
}

function LastPurchases({ machineId }: { readonly machineId: string }) {
  const query = usePurchases(machineId, PURCHASES_SHOWN);
  return (
    <section aria-label={words.purchases}>
      <header className={classes.header}>
        <h2 className={classes.title}>{words.purchases}</h2>
        <Link href={paths.purchasesOf(machineId)}>{words.allPurchases}</Link>
      </header>
      <Fetched query={query}>
        {(purchases) =>
          purchases.length === 0 ? (
            <Message icon="scan" title={texts.purchases.emptyTitle} text={texts.purchases.emptyOfMachine} />
          ) : (
            <PurchaseRows purchases={purchases} showMachine={false} />
          )
        }
      </Fetched>
    </section>
  );
}

function NoMachine() {
  return (
    <Message icon="status" title={words.missingTitle} text={words.missing}>
      <Button onClick={() => navigate(paths.fleet)}>{texts.states.toFleet}</Button>
    </Message>
  );
}
