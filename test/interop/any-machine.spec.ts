import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { enrol } from '../support/enrol.js';
import { eventually } from '../support/eventually.js';
import { TEST_SECRET, TestSystem } from '../support/test-system.js';
import { AnyMachine } from './any-machine.js';

/** A machine of the seed that nobody else plays, and the token of its QR code. */
const MACHINE = 'helsinki-central-2';
const TOKEN = 'VR-1002';

describe('a machine that was written from the page about the link', () => {
  let system: TestSystem;
  let machine: AnyMachine;

  beforeAll(async () => {
    system = await TestSystem.start();
    const credentials = await enrol(system.local.databaseUrl, TEST_SECRET, MACHINE);
    machine = new AnyMachine({
      url: system.local.mqttUrl,
      machineId: MACHINE,
      ...credentials,
      currency: 'EUR',
      exponent: 2,
    });
    await eventually('the server knows that the machine is ready', async () => {
      const [row] = await system.query<{ ready: boolean }>(
        `SELECT online AND machine_state = 'ready' AND last_seen_at > now() - interval '1 minute' AS ready
         FROM machine_presences WHERE machine_id = $1`,
        [MACHINE],
      );
      return row?.ready === true ? true : undefined;
    });
  });

  afterAll(async () => {
    await machine.stop();
    await system.stop();
  });

  it('imports nothing of ours', () => {
    const source = readFileSync(join(__dirname, 'any-machine.ts'), 'utf8');
    const imported = [...source.matchAll(/(?:from|import|require)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name]) => name);

    expect(imported).toEqual(['node:crypto', 'mqtt']);
  });

  it('serves a purchase from createPurchase to commit', async () => {
    const [slot] = await system.query<{ selection: number; price: number }>(
      `SELECT stock.selection, price.amount_minor::int AS price FROM machines m
       JOIN slot_stocks stock ON stock.machine_id = m.id AND stock.quantity > 0
       JOIN planogram_slots slot ON slot.planogram_id = m.planogram_id AND slot.selection = stock.selection
       JOIN prices price ON price.price_list_id = m.price_list_id AND price.product_id = slot.product_id
       WHERE m.id = $1 ORDER BY stock.selection LIMIT 1`,
      [MACHINE],
    );
    const { selection = 0, price = 0 } = slot ?? {};
    const qrText = system.local.qrText.replace('VR-1001', TOKEN);
    const scan = await system.sandbox.payer.scan({ qrText, msisdn: '46700000002', amount: '20.00', currency: 'EUR' });
    if (scan.outcome !== 'invoice') throw new Error(`no invoice: ${JSON.stringify(scan)}`);
    system.confirm(scan.invoiceReference);

    await machine.isUnlocked();
    machine.choose(selection, price);
    machine.finish();

    const purchase = await system.ended(scan.invoiceReference);
    expect(purchase).toMatchObject({ state: 'COMMITTED', committed_minor: String(price) });
    expect(system.invoice(scan.invoiceReference)).toMatchObject({
      state: 'PAID',
      committed: BigInt(price),
      commits: 1,
    });
    expect(machine.dispensed).toEqual([selection]);
    await eventually('everything is acknowledged', () => (machine.hasReportedAll ? true : undefined));
  });
});
