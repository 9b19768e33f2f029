import { SeqrClient } from '#seqr/client.js';
import { ManualClock } from '#seqr-sandbox/clock.js';
import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';

import { samplesProbe } from '../edges/create-purchase-probes.js';
import type { Settings } from '../procedure/facts.js';
import { PROCEDURES } from '../procedure/procedures.js';
import type { Profile } from '../procedure/procedure.js';

import { type Exchange, hasPassed, type RunRecord } from './record.js';
import type { Surroundings } from './surroundings.js';
import { faultsOf, walk } from './walk.js';

const reseller = { type: 'RESELLERUSER', id: 'shop', userId: '9900', password: 'open sesame' } as const;

/** Time that passes only when somebody waits: for the walk and for the sandbox. */
function jumpingTime(clock: ManualClock): Surroundings['time'] {
  const pass = (milliseconds: number) => {
    clock.advance(milliseconds);
    return Promise.resolve();
  };
  return {
    now: () => clock.now(),
    elapsed: () => clock.now().getTime(),
    pause: pass,
    wait: (seconds) => pass(seconds * 1_000).then(() => `Waited ${seconds} s.`),
  };
}

describe('a walk through a procedure', () => {
  let sandbox: RunningSandbox;
  let seqr: SeqrClient;
  let clock: ManualClock;
  const exchanges: Exchange[] = [];

  beforeEach(async () => {
    clock = new ManualClock();
    sandbox = await startSandbox({ port: 0, resellers: [reseller], clock });
    seqr = await SeqrClient.create({
      endpoint: sandbox.soapUrl,
      principal: reseller,
      clientId: 'Vendrail Oy',
      newReference: () => 'Vendrail 0.1.0',
      onExchange: (exchange) => void exchanges.push(exchange),
    });
  });

  afterEach(async () => {
    await seqr.close();
    await sandbox.stop();
  });

  const settings: Settings = {
    clientId: 'Vendrail Oy',
    clientReference: 'Vendrail 0.1.0',
    currency: 'EUR',
    reseller,
    payee: reseller,
    unregisterAs: 'terminal',
    externalTerminalId: 'T-1',
    terminalName: 'Test',
    terminalPassword: 'terminal secret',
    seqrId: 'TEST1',
    receiptMimeType: 'Base64',
    notificationBase: 'http://127.0.0.1:9/notification',
    runId: 'TEST',
    scanWithinSeconds: 30,
  };

  function around(changes: Partial<Surroundings> = {}): Surroundings {
    return {
      scanner: {
        scan: ({ invoiceReference, decision }) => {
          if (decision === 'confirm') sandbox.payer.confirm(invoiceReference, '1234');
          else sandbox.payer.decline(invoiceReference);
          return Promise.resolve();
        },
      },
      time: jumpingTime(clock),
      notifications: { unreachable: undefined, arrived: () => Promise.resolve('a POST') },
      createPurchase: samplesProbe,
      takeExchanges: () => exchanges.splice(0),
      tell: () => undefined,
      ...changes,
    };
  }

  function walked(profile: Profile, changes: Partial<Surroundings> = {}, other: Partial<Settings> = {}) {
    return walk(PROCEDURES[profile], { ...settings, ...other }, seqr, around(changes));
  }

  const results = ({ tests }: RunRecord) => Object.fromEntries(tests.map(({ test, result }) => [test.title, result]));

  it('passes when everything is as it should be', async () => {
    const run = await walked('pos');

    expect(run.tests.flatMap(({ steps }) => steps.flatMap(faultsOf))).toEqual([]);
    expect(hasPassed(run)).toBe(true);
  });

  it('asks for the status once a second while nobody scans, shows the first and the last, and fails in time', async () => {
    const run = await walked('webshop', { scanner: { scan: () => Promise.resolve() } });
    const scan = run.tests.flatMap(({ steps }) => steps).find(({ step }) => step.kind === 'scan');

    expect(hasPassed(run)).toBe(false);
    expect(scan).toMatchObject({ result: 'failed', durationMs: 30_000, notes: [expect.stringContaining('31 times')] });
    expect(scan?.exchanges).toHaveLength(2);
  });

  it('does not run what needs a payment that never came, and does the rest all the same', async () => {
    const run = await walked('webshop', { scanner: { scan: () => Promise.reject(new Error('the phone is off')) } });

    expect(results(run)).toEqual({
      sendInvoice: 'passed',
      getPaymentStatus: 'failed',
      submitPaymentReceipt: 'not-run',
      cancelInvoice: 'passed',
      refundPayment: 'failed',
      markTransactionPeriod: 'passed',
    });
  });

  it('neither labels nor removes anything when no terminal was registered', async () => {
    sandbox.faults.add({ operation: 'registerTerminal', kind: 'result-code', resultCode: 21, times: 1 });
    const run = await walked('pos');

    expect(results(run)).toMatchObject({
      registerTerminal: 'failed',
      assignSeqrId: 'not-run',
      unregisterTerminal: 'not-run',
    });
    expect(sandbox.journal.calls.map(({ operation }) => operation)).not.toContain('unregisterTerminal');
  });

  it('counts a notification that cannot arrive as failed, and says what it needs', async () => {
    const unreachable = 'not reachable from SEQR: needs CERTIFY_NOTIFICATION_URL';
    const run = await walked('unattended', {
      notifications: { unreachable, arrived: () => Promise.resolve('a POST') },
    });
    const step = run.tests.flatMap(({ steps }) => steps).find(({ step }) => step.kind === 'notification');

    expect(results(run)).toMatchObject({ 'The payer confirms': 'failed', 'Final amount': 'passed' });
    expect(step && faultsOf(step).join()).toContain(unreachable);
  });

  it('fails when the requests do not carry the name that was to be certified', async () => {
    const run = await walked('webshop', {}, { clientId: 'Another company' });

    expect(run.tests.every(({ result }) => result === 'failed')).toBe(true);
  });

  it('waits for a report that is not ready', async () => {
    sandbox.faults.add({ operation: 'executeReport', kind: 'result-code', resultCode: 2, times: 3 });
    const run = await walked('unattended');
    const report = run.tests.at(-1)?.steps.at(-1);

    expect(report).toMatchObject({ result: 'passed', durationMs: 9_000 });
    expect(report?.notes).toEqual(['Asked 4 times, as SEQR answered 2 before.']);
  });
});
