import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { MachineView } from '#fleet/operator-views.js';

import { useMachines } from '../api/queries.js';
import { useSearchParameter } from '../router/navigation.js';
import { texts } from '../texts.js';
import { Fetched } from '../ui/fetched.js';
import { Icon } from '../ui/icon.js';
import { Message } from '../ui/message.js';
import { Page } from '../ui/page.js';
import { Counters } from './counters.js';
import classes from './fleet-page.module.css';
import { MachineRows } from './machine-rows.js';
import { byUrgency, counterOf, countMachines, countNeedy, findMachines, isCounted } from './selection.js';

const words = texts.fleet;

/** As many rows as one cares to scroll through; searching is quicker than a longer list. */
const ROWS_AT_A_TIME = 60;

/** Answers: what must I do now? */
export function FleetPage() {
  const query = useMachines();
  const machines = query.data ?? [];
  const needy = countNeedy(machines);
  return (
    <Page
      title={words.tabTitle(needy)}
      heading={query.data === undefined || machines.length === 0 ? words.title : headingOf(machines, needy)}
      below={machines.length > 0 && <span>{needy > 0 ? words.needyHint : words.wellHint}</span>}
    >
      <Fetched query={query}>{(fleet) => (fleet.length === 0 ? <NoMachines /> : <Fleet machines={fleet} />)}</Fetched>
    </Page>
  );
}

function headingOf(machines: readonly MachineView[], needy: number): string {
  if (needy > 0) return words.needy(needy);
  const allSell = machines.every((machine) => isCounted(machine, 'ready') || isCounted(machine, 'in-use'));
  return allSell ? words.allWell(machines.length) : words.noneNeedy;
}

function Fleet({ machines }: { readonly machines: readonly MachineView[] }) {
  const [show, setShow] = useSearchParameter('show');
  const [search, setSearch] = useSearchParameter('search');
  const [rows, setRows] = useState(ROWS_AT_A_TIME);
  const counter = counterOf(show);
  const found = findMachines(machines, search ?? '');
  const shown = byUrgency(found.filter((machine) => isCounted(machine, counter)));
  const clear = () => {
    setShow(null);
    setSearch(null);
  };

  return (
    <>
      <div className={classes.controls}>
        <Counters
          counts={countMachines(found)}
          chosen={counter}
          choose={(next) => setShow(next === 'all' ? null : next)}
        />
        <TextInput
          className={classes.search}
          type="search"
          size="md"
          aria-label={words.search}
          placeholder={words.searchHint}
          leftSection={<Icon name="status" size={17} />}
          value={search ?? ''}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {shown.length === 0 ? (
        <Message icon="status" title={words.noMatchTitle} text={words.noMatch}>
          <Button variant="default" onClick={clear}>
            {words.clear}
          </Button>
        </Message>
      ) : (
        <MachineRows machines={shown.slice(0, rows)} />
      )}
      {shown.length > rows && (
        <div className={classes.more}>
          <Button variant="default" onClick={() => setRows(rows + ROWS_AT_A_TIME)}>
            {words.more(Math.min(ROWS_AT_A_TIME, shown.length - rows))}
          </Button>
        </div>
      )}
    </>
  );
}

function NoMachines() {
  return <Message icon="scan" title={words.emptyTitle} text={words.empty} />;
}
