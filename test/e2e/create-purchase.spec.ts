import { MACHINE_ID, TOKEN, TestSystem } from '../support/test-system.js';

const offer = (changes: Record<string, unknown> = {}) => ({
  reservationToken: TOKEN,
  reservationAmount: '20.0',
  currency: 'EUR',
  msisdn: '483344323423',
  ...changes,
});

describe('createPurchase', () => {
  let system: TestSystem;

  beforeAll(async () => {
    system = await TestSystem.start();
  });

  /** Declines whatever was scanned, so that the machine is free again. */
  afterEach(async () => {
    const live = await system.query<{ invoice_reference: string }>(
      'SELECT invoice_reference FROM purchases WHERE holds_machine',
    );
    for (const { invoice_reference: reference } of live) {
      system.sandbox.payer.decline(reference);
      await system.ended(reference);
    }
    await system.machineReady();
  });

  afterAll(() => system.stop());

  it.each([
    ['as published in 2018', { token: TOKEN, amount: 20.1, currency: 'EUR', msisdn: '46700000002' }, '2010'],
    ['as published in 2017', offer({ reservationAmount: '20.10' }), '2010'],
    [
      'with purchaseToken, as the flow text of 2017 says',
      { purchaseToken: TOKEN, amount: '5', currency: 'EUR', msisdn: '46700000002' },
      '500',
    ],
  ])('takes the request %s', async (_, request, reserved) => {
    const { status, body } = await system.createPurchase(request);

    expect(status).toBe(200);
    const rows = await system.query('SELECT reserved_minor, state FROM purchases WHERE invoice_reference = $1', [
      body['invoiceReferenceId'],
    ]);
    expect(rows).toEqual([{ reserved_minor: reserved, state: 'INVOICED' }]);
    expect(system.invoice(body['invoiceReferenceId'] ?? '').terms.total.minor).toBe(BigInt(reserved));
  });

  it('sends the payment mode and how long it will take to commit', async () => {
    const { body } = await system.createPurchase(offer());

    expect(system.invoice(body['invoiceReferenceId'] ?? '').terms).toMatchObject({
      paymentMode: 'RESERVATION_REQUIRED',
      commitReservationTimeoutSeconds: 900,
    });
  });

  it('reserves no more than the machine may, however much is offered', async () => {
    const { body } = await system.createPurchase(offer({ reservationAmount: '900.00' }));

    expect(system.invoice(body['invoiceReferenceId'] ?? '').terms.total.minor).toBe(5000n);
  });

  it('gives the same reference when the same request comes again', async () => {
    const first = await system.createPurchase(offer());
    const again = await system.createPurchase(offer({ reservationAmount: '20.00' }));

    expect(again.body).toEqual(first.body);
    expect(first.body).toHaveProperty('invoiceReferenceId');
  });

  it('gives the same reference to the same request sent twice at once', async () => {
    const answers = await Promise.all([system.createPurchase(offer()), system.createPurchase(offer())]);

    expect(answers[0]?.body).toHaveProperty('invoiceReferenceId');
    expect(answers[1]?.body).toEqual(answers[0]?.body);
  });

  it('gives one of 64 payers the machine and tells 63 that it is in use', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        system.createPurchase(offer({ msisdn: `467000001${String(i).padStart(2, '0')}` })),
      ),
    );

    const references = answers.filter(({ body }) => 'invoiceReferenceId' in body);
    expect(references).toHaveLength(1);
    expect(answers.filter(({ body }) => body['errorCode'] === 'DEVICE_IN_USE')).toHaveLength(63);
    const live = await system.query('SELECT invoice_reference FROM purchases WHERE machine_id = $1 AND holds_machine', [
      MACHINE_ID,
    ]);
    expect(live).toEqual([{ invoice_reference: references[0]?.body['invoiceReferenceId'] }]);
  });

  it('says DEVICE_IN_USE to another payer while one has the machine', async () => {
    await system.createPurchase(offer());

    expect((await system.createPurchase(offer({ msisdn: '46709999999' }))).body).toEqual({
      errorCode: 'DEVICE_IN_USE',
    });
  });

  it.each([
    ['a token that no machine bears', offer({ reservationToken: 'VR-9999' })],
    ['a machine that was never heard of', offer({ reservationToken: 'VR-1002' })],
    ['a machine taken out of service', offer({ reservationToken: 'VR-2002', currency: 'SEK' })],
  ])('says DEVICE_UNAVAILABLE for %s', async (_, request) => {
    expect((await system.createPurchase(request)).body).toEqual({ errorCode: 'DEVICE_UNAVAILABLE' });
  });

  it('says DEVICE_UNAVAILABLE when everything is sold out', async () => {
    await system.query('UPDATE slot_stocks SET quantity = 0 WHERE machine_id = $1', [MACHINE_ID]);
    const answer = await system.createPurchase(offer());
    await system.query('UPDATE slot_stocks SET quantity = 10 WHERE machine_id = $1', [MACHINE_ID]);

    expect(answer.body).toEqual({ errorCode: 'DEVICE_UNAVAILABLE' });
  });

  it.each([
    ['an offer below the cheapest product', offer({ reservationAmount: '1.49' })],
    ['nothing at all', offer({ reservationAmount: '0' })],
    ['a currency that the machine does not sell in', offer({ currency: 'SEK', reservationAmount: '200' })],
    ['a currency that nobody has', offer({ currency: 'XYZ' })],
  ])('says INSUFFICIENT_FUNDS to %s', async (_, request) => {
    expect((await system.createPurchase(request)).body).toEqual({ errorCode: 'INSUFFICIENT_FUNDS' });
  });

  it('takes an offer of exactly the cheapest product', async () => {
    expect((await system.createPurchase(offer({ reservationAmount: '1.50' }))).body).toHaveProperty(
      'invoiceReferenceId',
    );
  });

  it('says INVOICING_ERROR when SEQR refuses, and frees the machine at once', async () => {
    system.sandbox.faults.add({ operation: 'sendInvoice', kind: 'result-code', resultCode: 90, times: 1 });

    expect((await system.createPurchase(offer())).body).toEqual({ errorCode: 'INVOICING_ERROR' });
    expect((await system.createPurchase(offer())).body).toHaveProperty('invoiceReferenceId');
  });

  it('says INVOICING_ERROR when SEQR’s reply is lost, and never unlocks for the orphan', async () => {
    system.sandbox.faults.add({ operation: 'sendInvoice', kind: 'drop-reply', times: 1 });

    expect((await system.createPurchase(offer())).body).toEqual({ errorCode: 'INVOICING_ERROR' });
    const [orphan] = system.sandbox.book.list(1);
    expect(orphan?.state).toBe('ISSUED');
    system.confirm(orphan?.reference ?? '');
    await system.sandbox.notified();

    const cases = await system.query<{ reason: string }>('SELECT reason FROM review_cases');
    expect(cases).toEqual([{ reason: 'orphan-invoice' }]);
    expect(system.dispensedMinor()).toBe(0);
    expect(system.local.bridge.presence().machineState).toBe('ready');
  });

  it.each([
    ['no JSON', '{"reservationToken":'],
    ['an empty body', ''],
    ['a list', '[]'],
    ['a number', '42'],
    ['no token', JSON.stringify(offer({ reservationToken: undefined }))],
    ['no phone number', JSON.stringify(offer({ msisdn: undefined }))],
    ['a phone number with a plus', JSON.stringify(offer({ msisdn: '+46700000001' }))],
    ['a negative amount', JSON.stringify(offer({ reservationAmount: '-1' }))],
    ['an exponent', JSON.stringify(offer({ reservationAmount: '1e3' }))],
    ['an exponent as number', '{"token":"VR-1001","amount":1e3,"currency":"EUR","msisdn":"46700000001"}'],
    ['more decimals than the currency has', JSON.stringify(offer({ reservationAmount: '20.001' }))],
    ['a comma', JSON.stringify(offer({ reservationAmount: '20,00' }))],
    ['not a number', JSON.stringify(offer({ reservationAmount: 'NaN' }))],
    ['an amount beyond all money', JSON.stringify(offer({ reservationAmount: `1${'0'.repeat(30)}` }))],
    ['two amounts that contradict', JSON.stringify({ ...offer(), amount: '21' })],
    ['one key twice', '{"token":"VR-1001","amount":1,"amount":20,"currency":"EUR","msisdn":"46700000001"}'],
    ['a token with a wildcard', JSON.stringify(offer({ reservationToken: '+/#' }))],
    ['a body that is too large', JSON.stringify(offer({ more: 'x'.repeat(100_000) }))],
    ['a body far too large', JSON.stringify(offer({ more: 'x'.repeat(3_000_000) }))],
    ['bytes that are no text', '\uD800'],
  ])('says SYSTEM_ERROR to %s and holds nothing', async (_, body) => {
    const before = await system.query('SELECT count(*) FROM purchases');
    const answer = await system.createPurchase(body).catch((error: Error) => error.message);

    expect(answer).toEqual({ status: 200, body: { errorCode: 'SYSTEM_ERROR' } });
    expect(await system.query('SELECT count(*) FROM purchases')).toEqual(before);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'nonsense', 'application/json;charset=UTF-8'])(
    'does not insist on a content type: %s',
    async (contentType) => {
      const { status, text } = await system.post('/seqr/createPurchase', JSON.stringify(offer()), {
        'content-type': contentType,
      });

      expect(status).toBe(200);
      expect(JSON.parse(text)).toHaveProperty('invoiceReferenceId');
    },
  );
});

describe('a notification', () => {
  let system: TestSystem;

  beforeAll(async () => {
    system = await TestSystem.start();
  });

  afterAll(() => system.stop());

  it('is answered the same whether the purchase exists or was guessed', async () => {
    const { body } = await system.createPurchase(offer());
    const known = system.invoice(body['invoiceReferenceId'] ?? '').terms.notificationUrl ?? '';
    const path = new URL(known).pathname;
    const forged = `${path.slice(0, -4)}AAAA`;

    const answers = [
      await system.post(path, ''),
      await system.post(forged, ''),
      await system.post('/seqr/notifications/x', ''),
    ];

    for (const { status, text } of answers) expect({ status, text }).toEqual({ status: 200, text: '' });
  });

  it('that nobody paid for unlocks nothing', async () => {
    const [purchase] = await system.query<{ invoice_reference: string }>(
      'SELECT invoice_reference FROM purchases WHERE holds_machine',
    );
    const reference = purchase?.invoice_reference ?? '';
    const path = new URL(system.invoice(reference).terms.notificationUrl ?? '').pathname;
    const looks = () => system.sandbox.journal.calls.filter(({ operation }) => operation === 'getPaymentStatus').length;
    const before = looks();
    const since = Date.now();
    for (let i = 0; i < 20; i += 1) await system.post(path, '');

    expect(await system.query('SELECT state FROM purchases WHERE holds_machine')).toEqual([{ state: 'INVOICED' }]);
    expect(system.local.bridge.presence().machineState).toBe('ready');
    // Four looks a second are the most, after the first, and beside one that was due anyway.
    expect(looks() - before).toBeLessThanOrEqual(2 + (Date.now() - since) / 250);
  });
});
