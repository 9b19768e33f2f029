import { readFile } from 'node:fs/promises';

import { Agent, request } from 'undici';

import { MACHINE_ID, PRICES, TOKEN, TestSystem } from '../support/test-system.js';

const OPERATOR_TOKEN = 'token-for-tests-only';
const PAYER = '46700000001';

type Json = Record<string, unknown>;

describe('the operators’ API', () => {
  let system: TestSystem;
  let cookie: string;

  beforeAll(async () => {
    system = await TestSystem.start();
    cookie = await signIn();
  });

  afterAll(() => system.stop());

  async function signIn(): Promise<string> {
    const { status, headers } = await system.post('/api/session', JSON.stringify({ token: OPERATOR_TOKEN }));
    expect(status).toBe(204);
    return String(headers['set-cookie']).split(';')[0] ?? '';
  }

  async function get(path: string, withCookie = cookie): Promise<{ status: number; body: Json; text: string }> {
    const { status, text } = await system.get(path, { cookie: withCookie });
    return { status, text, body: JSON.parse(text) as Json };
  }

  describe('lets in', () => {
    it('whoever has the token printed at start, by a cookie that no script and no other site can use', async () => {
      const { headers } = await system.post('/api/session', JSON.stringify({ token: OPERATOR_TOKEN }));

      expect(headers['set-cookie']).toMatch(
        /^vendrail_session=\S+; Path=\/; Max-Age=86400; HttpOnly; Secure; SameSite=Strict$/,
      );
    });

    it.each([
      ['a wrong token', JSON.stringify({ token: 'a-wrong-token-of-any-length' }), 401, 'WRONG_TOKEN'],
      ['no token', '{}', 401, 'WRONG_TOKEN'],
      ['a token that is no text', '{"token":["token-for-tests-only"]}', 401, 'WRONG_TOKEN'],
      ['null', 'null', 401, 'WRONG_TOKEN'],
      ['no JSON', 'token-for-tests-only', 400, 'NOT_JSON'],
      ['nothing', '', 400, 'NOT_JSON'],
    ])('nobody with %s', async (_, body, status, code) => {
      const reply = await system.post('/api/session', body);

      expect(reply.status).toBe(status);
      expect(JSON.parse(reply.text)).toMatchObject({ error: { code } });
      expect(reply.headers['set-cookie']).toBeUndefined();
    });

    it.each(['/api/system', '/api/machines', `/api/machines/${MACHINE_ID}/qr.svg`, '/api/purchases', '/api/live'])(
      'nobody without a session to %s',
      async (path) => {
        expect(await get(path, '')).toMatchObject({ status: 401, body: { error: { code: 'NOT_SIGNED_IN' } } });
      },
    );

    it('nobody with a session that was made up, prolonged or is over', async () => {
      const [until = '', mac = ''] = cookie.slice('vendrail_session='.length).split('.');
      const longer = Number(until) + 1;
      for (const value of ['', 'x', `${longer}.${mac}`, `${until}.${'A'.repeat(43)}`, `1.${mac}`, `${until}.`]) {
        expect(await get('/api/system', `vendrail_session=${value}`)).toMatchObject({ status: 401 });
      }
      expect((await get('/api/system', `other=1; ${cookie}`)).status).toBe(200);
    });

    it('nobody any more after the session was ended', async () => {
      const agent = new Agent({ connect: { ca: await readFile(system.local.caFile, 'utf8') } });
      const reply = await request(`${system.local.baseUrl}/api/session`, {
        method: 'DELETE',
        headers: { cookie },
        dispatcher: agent,
      });
      await agent.close();

      expect(reply.statusCode).toBe(204);
      expect(reply.headers['set-cookie']).toMatch(/^vendrail_session=; Path=\/; Max-Age=0;/);
    });
  });

  it('says which SEQR it works with, and nothing secret', async () => {
    const { body, text } = await get('/api/system');

    expect(body).toMatchObject({ version: expect.any(String), seqrEndpoint: system.local.seqrSoapUrl });
    expect(Math.abs(Date.parse(String(body['now'])) - Date.now())).toBeLessThan(10_000);
    expect(text).not.toMatch(/password|secret|token/i);
  });

  it('shows the fleet: what each machine is, has and does', async () => {
    const { text } = await get('/api/machines');
    const machines = new Map((JSON.parse(text) as Json[]).map((machine) => [machine['id'], machine]));

    expect(machines.get(MACHINE_ID)).toMatchObject({
      presence: 'online',
      machineState: 'ready',
      simulated: true,
      outOfService: false,
      cheapest: { amount: '1.50', currency: 'EUR' },
      slots: 12,
      slotsSoldOut: 0,
      livePurchase: null,
      qrText: expect.stringMatching(new RegExp(`^HTTP://SEQR\\.SE/000/ups\\?w=\\S+&t=${TOKEN}$`)),
    });
    expect(machines.get('tampere-arena-1')).toMatchObject({ presence: 'unknown', cheapest: null, slotsSoldOut: 12 });
    expect(machines.get('espoo-campus-1')).toMatchObject({ slotsSoldOut: 4 });
    expect(machines.get('uppsala-gym-1')).toMatchObject({ outOfService: true, currency: 'SEK' });
  });

  it('shows what a machine said that a person should know, until the case is closed', async () => {
    const casesOf = async (id: string) => {
      const machines = JSON.parse((await get('/api/machines')).text) as Json[];
      return machines.find((machine) => machine['id'] === id)?.['reviewCases'];
    };
    await system.query(
      `INSERT INTO review_cases (id, machine_id, reason, currency, known, suggested_action, opened_at, deadline)
       VALUES ('01a1ff00-0000-7000-8000-000000000001', 'tampere-arena-1', 'test-vend', 'EUR', 'test: item 11.', 'Nothing.', now(), now())`,
    );

    expect(await casesOf('tampere-arena-1')).toEqual([
      { at: expect.any(String), reason: 'test: item 11. Nothing.', amount: null },
    ]);
    expect(await casesOf(MACHINE_ID)).toEqual([]);
    await system.query(`UPDATE review_cases SET closed_at = now() WHERE machine_id = 'tampere-arena-1'`);
    expect(await casesOf('tampere-arena-1')).toEqual([]);
  });

  it('draws the QR code of a machine, and of no other', async () => {
    const { status, text, headers } = await system.get(`/api/machines/${MACHINE_ID}/qr.svg`, { cookie });

    expect(status).toBe(200);
    expect(headers['content-type']).toContain('image/svg+xml');
    expect(text).toMatch(/^<svg /);
    expect(await get('/api/machines/nobody/qr.svg')).toMatchObject({
      status: 404,
      body: { error: { code: 'NO_SUCH_MACHINE' } },
    });
  });

  it.each(['0', '201', '-1', 'all', '1.5', '1e2', ''])('refuses a list of "%s" purchases', async (limit) => {
    expect(await get(`/api/purchases?limit=${limit}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_LIMIT' } },
    });
  });

  it.each(['0190a000-0000-7000-8000-00000000ffff', 'nobody', "'; DROP TABLE purchases"])(
    'knows no purchase %s',
    async (id) => {
      const reply = await get(`/api/purchases/${encodeURIComponent(id)}`);

      expect(reply).toMatchObject({ status: 404, body: { error: { code: 'NO_SUCH_PURCHASE' } } });
    },
  );

  describe('after a purchase', () => {
    let purchaseId: string;
    let reference: string;

    beforeAll(async () => {
      reference = await system.scan([{ press: 11 }, { press: 12, result: 'jammed' }, { finish: true }]);
      system.confirm(reference);
      purchaseId = (await system.ended(reference)).id;
    });

    it('lists it first, and under its machine only', async () => {
      const all = await get('/api/purchases?limit=1');
      const others = await get('/api/purchases?machineId=helsinki-central-2');

      expect(all.body).toMatchObject([{ id: purchaseId, state: 'COMMITTED', isOver: true, stateLabel: 'Charged' }]);
      expect(others.body).toEqual([]);
    });

    it('tells it from scan to receipt, with money, vends and calls', async () => {
      const { body } = await get(`/api/purchases/${purchaseId}`);

      expect(body).toMatchObject({
        id: purchaseId,
        machineId: MACHINE_ID,
        invoiceReference: reference,
        reserved: { amount: '20.00', currency: 'EUR' },
        committed: { amount: (PRICES[11] / 100).toFixed(2) },
        released: { amount: ((2_000 - PRICES[11]) / 100).toFixed(2) },
        reviewCases: [],
        vends: [
          { number: 1, selection: 11, product: 'Still water 0.5 l', result: 'dispensed' },
          { number: 2, selection: 12, result: 'failed' },
        ],
      });
      const steps = (body['timeLine'] as { step: string }[]).map(({ step }) => step);
      expect(steps[0]).toBe('scan');
      expect(steps).toEqual(
        expect.arrayContaining(['invoice', 'reservation', 'grant', 'unlock', 'vend', 'close', 'commit', 'end']),
      );
      expect(steps.at(-1)).toBe('receipt');
      const calls = (body['seqrCalls'] as { operation: string; outcome: string }[]).map(({ operation }) => operation);
      expect(calls[0]).toBe('sendInvoice');
      expect(calls).toEqual(
        expect.arrayContaining(['getPaymentStatus', 'updateInvoice', 'commitReservation', 'submitPaymentReceipt']),
      );
    });

    it('shows no phone number, no notification URL and no password', async () => {
      for (const path of ['/api/purchases', `/api/purchases/${purchaseId}`, '/api/machines', '/api/system']) {
        expect((await get(path)).text).not.toMatch(
          new RegExp(`${PAYER}|/notifications/|sandbox-password|${OPERATOR_TOKEN}`),
        );
      }
    });
  });

  it('tells as it happens which purchase and which machine have changed', async () => {
    const agent = new Agent({ connect: { ca: await readFile(system.local.caFile, 'utf8') } });
    const live = await request(`${system.local.baseUrl}/api/live`, { headers: { cookie }, dispatcher: agent });
    expect(live.headers['content-type']).toContain('text/event-stream');

    const reference = await system.scan([]);
    const [scanned] = await system.query<{ id: string }>('SELECT id FROM purchases WHERE invoice_reference = $1', [
      reference,
    ]);
    let heard = '';
    for await (const chunk of live.body) {
      heard += String(chunk);
      if (heard.includes(String(scanned?.id))) break;
    }
    system.sandbox.payer.decline(reference);
    await system.ended(reference);
    await agent.destroy();

    expect(heard).toContain(`data: {"kind":"purchase","purchaseId":"${scanned?.id}","machineId":"${MACHINE_ID}"}\n\n`);
  });
});
