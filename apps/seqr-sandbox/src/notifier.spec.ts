import { ManualClock } from './clock.js';
import { startSandbox, type RunningSandbox } from './sandbox.js';
import { startMerchant } from './testing/merchant.js';
import { RESELLER } from './testing/requests.js';
import { termsOf } from './testing/terms.js';

const clock = new ManualClock();
let sandbox: RunningSandbox;
let merchant: Awaited<ReturnType<typeof startMerchant>>;
let answer: { status: number } | 'silence';

beforeEach(async () => {
  answer = { status: 200 };
  merchant = await startMerchant(() => answer);
  sandbox = await startSandbox({ port: 0, resellers: [RESELLER], clock });
});

afterEach(async () => {
  await sandbox.stop();
  await merchant.stop();
});

function issue(notificationUrl = `${merchant.url}/notify/secret?purchase=1`): string {
  return sandbox.book.send('RESELLERUSER vendrail-demo/9900', termsOf(3000n, { notificationUrl })).reference;
}

const outcomes = (reference: string) => sandbox.book.find(reference)?.notifications.map(({ outcome }) => outcome);

/** Waits until so many tries have ended, then lets the pause before the next one pass. */
async function passThePauseAfter(reference: string, tries: number): Promise<void> {
  while (outcomes(reference)?.length !== tries) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
}

describe('when the payer has decided', () => {
  it.each(['confirm', 'decline'] as const)(
    'the merchant is notified by a POST with an empty body (%s)',
    async (decision) => {
      const reference = issue();
      if (decision === 'confirm') sandbox.payer.confirm(reference, '1234');
      else sandbox.payer.decline(reference);
      await sandbox.notified();
      expect(merchant.calls).toEqual([{ path: '/notify/secret?purchase=1', method: 'POST', body: '' }]);
      expect(outcomes(reference)).toEqual([200]);
    },
  );

  it('three wrong PINs are no decision of the payer, and nobody is notified', async () => {
    const reference = issue();
    for (const pin of ['1', '2', '3']) expect(() => sandbox.payer.confirm(reference, pin)).toThrow();
    await sandbox.notified();
    expect(merchant.calls).toEqual([]);
  });
});

describe('a notification', () => {
  it('that is not answered with 200 is tried three times in all', async () => {
    answer = { status: 503 };
    const reference = issue();
    sandbox.payer.confirm(reference, '1234');
    for (const tries of [1, 2]) await passThePauseAfter(reference, tries);
    await sandbox.notified();
    expect(outcomes(reference)).toEqual([503, 503, 503]);
  });

  it('that is not answered within five seconds is tried again', async () => {
    answer = 'silence';
    const reference = issue();
    sandbox.payer.confirm(reference, '1234');
    await merchant.received(1);
    answer = { status: 200 };
    clock.advance(5000);
    await passThePauseAfter(reference, 1);
    await sandbox.notified();
    expect(outcomes(reference)).toEqual(['no answer within 5000 ms', 200]);
  });

  it('to a closed port says so without the secret of the URL', async () => {
    const reference = issue('http://127.0.0.1:1/notify/secret');
    sandbox.payer.confirm(reference, '1234');
    for (const tries of [1, 2]) await passThePauseAfter(reference, tries);
    await sandbox.notified();
    expect(outcomes(reference)).toEqual(Array.from({ length: 3 }, () => 'the connection failed (ECONNREFUSED)'));
  });

  it('can be lost by order', async () => {
    sandbox.faults.add({ operation: 'notification', kind: 'lose', times: 1 });
    const reference = issue();
    sandbox.payer.confirm(reference, '1234');
    await sandbox.notified();
    expect(merchant.calls).toEqual([]);
    expect(outcomes(reference)).toEqual(['lost by an ordered fault']);
  });

  it('can come twice by order', async () => {
    sandbox.faults.add({ operation: 'notification', kind: 'duplicate', times: 1 });
    const reference = issue();
    sandbox.payer.confirm(reference, '1234');
    await sandbox.notified();
    expect(merchant.calls).toHaveLength(2);
  });

  it('can come late by order', async () => {
    sandbox.faults.add({ operation: 'notification', kind: 'delay', delayMs: 10_000, times: 1 });
    const reference = issue();
    sandbox.payer.confirm(reference, '1234');
    clock.advance(9999);
    expect(merchant.calls).toEqual([]);
    clock.advance(1);
    await sandbox.notified();
    expect(outcomes(reference)).toEqual([200]);
  });

  it('that waits for its next try does not keep the sandbox from stopping', async () => {
    answer = { status: 500 };
    sandbox.payer.confirm(issue(), '1234');
    await merchant.received(1);
    await sandbox.stop();
    expect(clock.waiting).toBe(0);
  });
});
