import type { MachineView } from '#fleet/operator-views.js';

import { formatMoney } from '../format/money.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import { Age } from '../ui/clock.js';
import { CopyText } from '../ui/copy-text.js';
import { Absent, Facts } from '../ui/facts.js';

const words = texts.machine;

export function MachineFacts({ machine }: { readonly machine: MachineView }) {
  return (
    <Card title={words.facts}>
      <Facts
        facts={[
          [words.id, <CopyText key="id" text={machine.id} what={words.id} />],
          [words.lastSeen, <Ago key="seen" at={machine.lastSeenAt} />],
          [words.lastPurchase, <Ago key="bought" at={machine.lastPurchaseAt} />],
          [words.stock, texts.fleet.slotsSoldOut(machine.slotsSoldOut, machine.slots)],
          [words.cheapest, machine.cheapest ? formatMoney(machine.cheapest) : texts.fleet.nothingToSell],
          [words.currency, machine.currency],
          [words.adapter, machine.adapter ?? <Absent>{words.unknown}</Absent>],
          [words.software, machine.software ?? <Absent>{words.unknown}</Absent>],
        ]}
      />
    </Card>
  );
}

function Ago({ at }: { readonly at: string | null }) {
  return at ? <Age since={at} words={texts.ago} /> : <Absent>{words.never}</Absent>;
}
