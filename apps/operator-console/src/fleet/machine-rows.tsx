import type { MachineView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { Link } from '../router/navigation.js';
import { paths } from '../router/route.js';
import { texts } from '../texts.js';
import { Age } from '../ui/clock.js';
import { Lamp } from '../ui/lamp.js';
import { SimulatedBadge } from '../ui/simulated-badge.js';
import { ToneBadge } from '../ui/tone-badge.js';
import { lampsOf, saleLamp } from './lamps.js';
import classes from './machine-rows.module.css';

const words = texts.fleet;

/** One row a machine on a wide screen, one card on a phone. */
export function MachineRows({ machines }: { readonly machines: readonly MachineView[] }) {
  return (
    <div className={classes.table}>
      {/* The lamps bear their names for those who cannot see this line. */}
      <div className={classes.columns} aria-hidden>
        <span>{words.columns.machine}</span>
        <span>{texts.lamps.link}</span>
        <span>{texts.lamps.machine}</span>
        <span>{texts.lamps.sale}</span>
        <span>{words.columns.activity}</span>
        <span>{words.columns.stock}</span>
      </div>
      <ul className={classes.rows} aria-label={words.list}>
        {machines.map((machine) => (
          <MachineRow key={machine.id} machine={machine} />
        ))}
      </ul>
    </div>
  );
}

function MachineRow({ machine }: { readonly machine: MachineView }) {
  const [link, state, sale] = lampsOf(machine);
  return (
    <li className={classes.row} data-tone={saleLamp(machine).tone}>
      <div className={classes.who}>
        <div className={classes.name}>
          <Link href={paths.machine(machine.id)} className={classes.link}>
            {machine.name}
          </Link>
          {machine.simulated && <SimulatedBadge />}
        </div>
        <div className={classes.where}>
          {machine.location} <code className={classes.id}>{machine.id}</code>
        </div>
      </div>
      <div className={classes.lamps}>
        <Lamp lamp={link} />
        <Lamp lamp={state} />
        <Lamp lamp={sale} />
      </div>
      <Activity machine={machine} />
      <Stock machine={machine} />
    </li>
  );
}

function Activity({ machine }: { readonly machine: MachineView }) {
  const live = machine.livePurchase;
  return (
    <div className={classes.activity}>
      {live ? (
        <>
          <Link href={paths.purchase(live.id)} className={classes.live}>
            <ToneBadge tone={live.tone} word={live.stateLabel} live />
          </Link>
          <Age since={live.startedAt} words={texts.forAge} />
        </>
      ) : machine.lastPurchaseAt ? (
        <>
          <span>{words.lastPurchase}</span>
          <Age since={machine.lastPurchaseAt} words={texts.ago} />
        </>
      ) : (
        <span>{words.noPurchase}</span>
      )}
    </div>
  );
}

function Stock({ machine }: { readonly machine: MachineView }) {
  return (
    <div className={classes.stock} data-low={machine.slotsSoldOut > 0 || undefined}>
      <span className={classes.price}>{machine.cheapest ? formatMoney(machine.cheapest) : words.nothingToSell}</span>
      <span>{words.slotsSoldOut(machine.slotsSoldOut, machine.slots)}</span>
    </div>
  );
}
