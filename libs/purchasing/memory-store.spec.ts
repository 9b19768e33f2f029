import { BEGINNING } from '#purchase/testing/visit.js';

import { ManualClock } from './testing/manual-clock.js';
import { MemoryDatabase, MemoryPurchaseStore } from './testing/memory-store.js';
import { STORE_CONTRACT, type StoreRig } from './testing/store-contract.js';

/** The store of the unit tests keeps the rules of the real one: test/integration checks PostgreSQL by the same list. */
describe('the store in memory', () => {
  function newRig(): StoreRig {
    const clock = new ManualClock(1_800_000_000_000);
    const database = new MemoryDatabase(clock);
    let count = 0;
    const next = () => {
      count += 1;
      return String(count).padStart(12, '0');
    };
    return {
      newServer: async () => {
        const id = `server-${next()}`;
        return { id, store: new MemoryPurchaseStore(database, clock, id) };
      },
      pass: async (ms, livingServers) => {
        await clock.advance(ms);
        for (const id of livingServers) database.beat(id);
      },
      now: () => clock.now(),
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
