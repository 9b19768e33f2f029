import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';

import { useMachines, usePurchases } from '../api/queries.js';
import { useSearchParameter } from '../router/navigation.js';
import { texts } from '../texts.js';
import { Fetched } from '../ui/fetched.js';
import { Message } from '../ui/message.js';
import { Page } from '../ui/page.js';
import { PurchaseRows } from './purchase-rows.js';
import classes from './purchases-page.module.css';

const words = texts.purchases;

const LIMIT_AT_FIRST = 50;
/** The most that the API gives. */
const LIMIT_MAX = 200;

export function PurchasesPage() {
  const [machineId, setMachineId] = useSearchParameter('machine');
  const [limit, setLimit] = useState(LIMIT_AT_FIRST);
  const query = usePurchases(machineId, limit);
  return (
    <Page title={words.title} aside={<MachineFilter machineId={machineId} choose={setMachineId} />}>
      <Fetched query={query}>
        {(purchases) =>
          purchases.length === 0 ? (
            <Message icon="scan" title={words.emptyTitle} text={machineId ? words.emptyOfMachine : words.empty} />
          ) : (
            <>
              <PurchaseRows purchases={purchases} />
              <div className={classes.more}>
                {purchases.length >= limit && limit < LIMIT_MAX && (
                  <Button variant="default" loading={query.isPlaceholderData} onClick={() => setLimit(LIMIT_MAX)}>
                    {words.older}
                  </Button>
                )}
                {purchases.length >= LIMIT_MAX && <p>{words.limit(LIMIT_MAX)}</p>}
              </div>
            </>
          )
        }
      </Fetched>
    </Page>
  );
}

function MachineFilter(props: { readonly machineId: string | null; readonly choose: (id: string | null) => void }) {
  const machines = (useMachines().data ?? []).toSorted((one, other) => one.name.localeCompare(other.name));
  const chosen = props.machineId ?? '';
  // A machine that left the fleet can still be asked for by its address.
  const unlisted = chosen !== '' && machines.every((machine) => machine.id !== chosen) ? [chosen] : [];
  return (
    <NativeSelect
      size="md"
      aria-label={words.machine}
      value={chosen}
      onChange={(event) => props.choose(event.currentTarget.value || null)}
      data={[
        { value: '', label: words.allMachines },
        ...machines.map(({ id, name, location }) => ({ value: id, label: `${name}, ${location}` })),
        ...unlisted,
      ]}
    />
  );
}
