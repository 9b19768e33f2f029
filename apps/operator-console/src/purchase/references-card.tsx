import type { PurchaseView } from '#fleet/operator-views.js';

import { Link } from '../router/navigation.js';
import { paths } from '../router/route.js';
import { texts } from '../texts.js';
import { Card } from '../ui/card.js';
import { CopyText } from '../ui/copy-text.js';
import { Absent, Facts } from '../ui/facts.js';

const words = texts.purchase;

/** What to name when one talks to SEQR about this purchase. */
export function ReferencesCard({ purchase }: { readonly purchase: PurchaseView }) {
  const reference = (what: string, text: string | null) =>
    text === null ? (
      <Absent key={what}>{purchase.isOver ? words.noReference : words.notYet}</Absent>
    ) : (
      <CopyText key={what} text={text} what={what} />
    );
  return (
    <Card title={words.references}>
      <Facts
        facts={[
          [
            words.machine,
            <Link key="machine" href={paths.machine(purchase.machineId)}>
              {purchase.machineName}
            </Link>,
          ],
          [words.invoice, reference(words.invoice, purchase.invoiceReference)],
          [words.ers, reference(words.ers, purchase.ersReference)],
          [words.id, reference(words.id, purchase.id)],
          [words.grant, reference(words.grant, purchase.grantNumber === null ? null : String(purchase.grantNumber))],
        ]}
      />
    </Card>
  );
}
