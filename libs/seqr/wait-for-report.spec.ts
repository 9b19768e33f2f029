import { clientOf } from './test/fixtures.js';
import { always, envelope, startStub } from './test/stub-server.js';
import { waitForReport } from './wait-for-report.js';

const QUERY = { reportId: 'Reconciliation/Shop.xml', transactionPeriodId: '77' };
const READY = '<resultCode>0</resultCode><report><contentString>done</contentString></report>';

/** Waits for a report that is ready with that question; a pause takes no time and is written down. */
async function waiting(readyWith: number, early: string, attempts?: number) {
  const stub = await startStub((request, response) =>
    always(envelope('executeReport', stub.requests.length < readyWith ? early : READY))(request, response),
  );
  const client = await clientOf({ endpoint: stub.endpoint });
  const pauses: number[] = [];
  const pause = (ms: number) => Promise.resolve(void pauses.push(ms));
  const reply = await waitForReport(client, QUERY, { pause, ...(attempts !== undefined && { attempts }) });
  await client.close();
  await stub.stop();
  return { reply, pauses, questions: stub.requests.length };
}

test('a report is asked for every three seconds until it is made', async () => {
  const { reply, pauses, questions } = await waiting(4, '<resultCode>2</resultCode>');
  expect(reply).toMatchObject({ outcome: 'answered', report: { text: 'done' } });
  expect(pauses).toEqual([3000, 3000, 3000, 3000]);
  expect(questions).toBe(4);
});

test('a report that is never made is given up after a minute, with what SEQR said last', async () => {
  const { reply, pauses } = await waiting(Infinity, '<resultCode>2</resultCode>');
  expect(reply).toMatchObject({ outcome: 'refused', resultName: 'REPORT_NOT_READY' });
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
  await expect(waiting(Infinity, '<resultCode>2</resultCode>', 2)).resolves.toMatchObject({ questions: 2 });
});

test.each(['<resultCode>20</resultCode>', '<resultCode>93</resultCode>', 'nonsense'])(
  'only "not ready" is waited for, not %s',
  async (early) => {
    await expect(waiting(2, early)).resolves.toMatchObject({ questions: 1 });
  },
);
