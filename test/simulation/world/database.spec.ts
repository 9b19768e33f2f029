import type { PurchaseStore } from '#purchasing/ports.js';
import { STORE_CONTRACT, type StoreRig } from '#purchasing/testing/store-contract.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { Database } from './database.js';
import { HONEST } from './sabotage.js';

/** What is simulated has to behave like the real one: PostgreSQL is checked by the same list. */
describe('the simulated database', () => {
  function newRig(): StoreRig {
    const time = { now: Date.UTC(2026, 0, 1) };
    const database = new Database(time, { begun: () => undefined, committed: () => undefined }, HONEST);
    let count = 0;
    const next = (): string => {
      count += 1;
      return String(count).padStart(12, '0');
    };
    const storeOf = (server: string): PurchaseStore => ({
      begin: async (beginning, request) => database.begin(beginning, request, server, time.now),
      load: async (purchaseId) => database.load(purchaseId),
      loadAll: async (purchaseIds) => database.loadAll(purchaseIds),
      save: async (change) => {
        const refused = database.save(change, server, time.now);
        if (refused !== undefined) throw refused.why;
      },
      claimDue: async (limit, dropped) => database.claimDue(limit, server, dropped),
    });
    return {
      newServer: async () => {
        const id = `server-${next()}`;
        database.beat(id);
        return { id, store: storeOf(id) };
      },
      pass: async (ms, livingServers) => {
        time.now += ms;
        for (const id of livingServers) database.beat(id);
      },
      now: () => time.now,
      newBeginning: async () => {
        const id = next();
        return { ...BEGINNING, id: `0190a000-0000-7000-8000-${id}`, machineId: `machine-${id}` };
      },
    };
  }

  it.each(STORE_CONTRACT)('$name', async ({ check }) => {
    await expect(check(newRig())).resolves.toBeUndefined();
  });
});
