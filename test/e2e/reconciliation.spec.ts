import { MACHINE_ID, PRICES, TestSystem } from '../support/test-system.js';
import { eventually } from '../support/eventually.js';

interface Run {
  id: string;
  state: string;
  scope: string;
  salesAtSeqr: number;
  totalAtSeqr: string;
  purchasesMatched: number;
  carriedOver: number;
  differences: { kind: string; ersReference: string; ours: string; seqr: string }[];
}

describe('reconciliation, asked for by an operator', () => {
  let system: TestSystem;
  let cookie: string;

  beforeAll(async () => {
    system = await TestSystem.start();
    const { headers } = await system.post('/api/session', JSON.stringify({ token: 'token-for-tests-only' }));
    cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  });

  afterAll(() => system.stop());

  const post = (body: string) => system.post('/api/reconciliations', body, { cookie });
  const get = async <T>(path: string) => JSON.parse((await system.get(path, { cookie })).text) as T;

  it('finds what SEQR has in another amount than we do, and agrees on the rest', async () => {
    const references: string[] = [];
    for (const steps of [[{ press: 11 }], [{ press: 12 }, { press: 13 }]]) {
      await system.machineReady();
      const reference = await system.scan([...steps, { finish: true }]);
      system.confirm(reference);
      references.push((await system.ended(reference)).ers_reference ?? '');
    }
    // As a hand in the database would: one purchase claims another amount.
    await system.query(`UPDATE purchases SET committed_minor = committed_minor + 1 WHERE ers_reference = $1`, [
      references[0],
    ]);
    const { status, text } = await post('');
    expect(status).toBe(202);
    const { opened, runs } = JSON.parse(text) as { opened: number; runs: Run[] };
    expect(opened).toBe(1);
    const id = runs[0]?.id ?? '';
    const run = await eventually('the reconciliation ends', async () => {
      const now = await get<Run>(`/api/reconciliations/${id}`);
      return now.state === 'done' ? now : undefined;
    });

    expect(run).toMatchObject({
      scope: 'shop',
      salesAtSeqr: 2,
      totalAtSeqr: ((PRICES[11] + PRICES[12] + PRICES[13]) / 100).toFixed(2),
      purchasesMatched: 2,
      carriedOver: 0,
      differences: [{ kind: 'amount-differs', ersReference: references[0], ours: '1.81', seqr: '1.80' }],
    });
    expect(await system.query('SELECT machine_id, amount_minor::int AS amount FROM review_cases')).toEqual([
      { machine_id: MACHINE_ID, amount: 1 },
    ]);
    expect(await get<Run[]>('/api/reconciliations?limit=1')).toMatchObject([{ id }]);
    const csv = await system.get(`/api/reconciliations/${id}.csv`, { cookie });
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.headers['content-disposition']).toContain('.csv');
    expect(csv.text.split('\r\n')).toHaveLength(5);

    const again = JSON.parse((await post('')).text) as { opened: number };
    expect(again.opened).toBe(0);
  });

  it.each([
    ['{"day":"2026-02-30"}', 'BAD_DAY'],
    ['{"day":20261121}', 'BAD_DAY'],
    ['{"day":"2999-01-01"}', 'DAY_TO_COME'],
    ['now', 'NOT_JSON'],
  ])('refuses %s with %s', async (body, code) => {
    const { status, text } = await post(body);

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code } });
  });

  it.each([
    '/api/reconciliations/x',
    '/api/reconciliations/0190a000-0000-7000-8000-000000000001',
    '/api/reconciliations/x.csv',
  ])('knows nothing of %s', async (path) => {
    expect((await system.get(path, { cookie })).status).toBe(404);
  });

  it.each(['/api/reconciliations', '/api/reconciliations/x', '/api/reconciliations/x.csv'])(
    'lets nobody without a session see %s',
    async (path) => {
      expect((await system.get(path)).status).toBe(401);
      expect((await system.post('/api/reconciliations', '')).status).toBe(401);
    },
  );
});
