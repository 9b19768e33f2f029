import { Bench, OTHER_CONTEXT } from './testing/bench.js';
import * as requests from './testing/requests.js';

const { assignSeqrId, contextOf, registerTerminal, sendInvoice, unregisterTerminal } = requests;

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});

afterEach(() => bench.stop());

describe('registerTerminal', () => {
  it('gives a terminal of 32 hex characters that knows its name and lets itself be used', async () => {
    const id = await bench.register();
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(bench.sandbox.terminals.find(id)).toMatchObject({
      shop: 'vendrail-demo',
      externalTerminalId: 'Site 1/Machine 7',
      name: 'Cola by the door',
      holdsManyInvoices: false,
      state: 'registered',
    });
    expect(await bench.code(sendInvoice({}, contextOf(id)))).toBe('0');
  });

  it('makes a second terminal when it is repeated', async () => {
    expect(await bench.register()).not.toBe(await bench.register());
    expect(bench.sandbox.terminals.list()).toHaveLength(2);
  });

  it('takes a password of three characters, with which no later call is let in', async () => {
    const id = (await bench.read(registerTerminal('Machine', 'abc'), 'terminalId')) ?? '';
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await bench.code(sendInvoice({}, contextOf(id, 'abc')))).toBe('21');
  });

  it('is not for terminals', async () => {
    const id = await bench.register();
    expect(await bench.code(registerTerminal('Machine', 'chosen', contextOf(id)))).toBe('21');
  });

  it('is "busy" when a thousand terminals are registered, until one is not any more', async () => {
    const { terminals } = bench.sandbox;
    const one = { externalTerminalId: 'a', name: 'a', password: 'chosen' };
    const ids = Array.from({ length: 1000 }, () => terminals.register('vendrail-demo', one).id);
    expect(await bench.code(registerTerminal())).toBe('93');
    terminals.unregister(ids[500] ?? '');
    expect(await bench.code(registerTerminal())).toBe('0');
  });

  it.each(['externalTerminalId', 'password', 'name'])('breaks the contract without %s', async (element) => {
    const body = registerTerminal().replace(new RegExp(`(</context>.*)<${element}>[^<]*</${element}>`), '$1');
    expect((await bench.post(body)).faultString).toContain(`registerTerminal/${element}: is missing`);
  });
});

describe('assignSeqrId', () => {
  it('labels the terminal, whose sticker then leads to its current invoice', async () => {
    const context = contextOf(await bench.register());
    expect(await bench.code(assignSeqrId('VendrailCola1', context))).toBe('0');
    const reference = await bench.issue(context);
    const qrText = 'HTTP://SEQR.SE/QVendrailCola1';
    expect((await bench.control('POST', 'open', { qrText })).json).toMatchObject({ reference });
  });

  it.each(['cola-1', 'cola 1', 'kölä', 'x'.repeat(35)])('refuses %j', async (seqrId) => {
    expect(await bench.code(assignSeqrId(seqrId, contextOf(await bench.register())))).toBe('53');
  });

  it('refuses what another terminal has, of whatever shop, until that one is gone', async () => {
    const mine = contextOf(await bench.register());
    const theirs = contextOf(await bench.register(OTHER_CONTEXT));
    expect(await bench.code(assignSeqrId('COLA1', theirs))).toBe('0');
    expect(await bench.code(assignSeqrId('COLA1', mine))).toBe('53');
    await bench.post(unregisterTerminal(theirs));
    expect(await bench.code(assignSeqrId('COLA1', mine))).toBe('0');
  });

  it('may be repeated, and a second label replaces the first', async () => {
    const id = await bench.register();
    const labels = ['COLA1', 'COLA1', 'COLA2'].map((label) => assignSeqrId(label, contextOf(id)));
    for (const label of labels) expect(await bench.code(label)).toBe('0');
    expect(bench.sandbox.terminals.find(id)?.seqrId).toBe('COLA2');
    expect(bench.sandbox.terminals.labelled('COLA1')).toBeUndefined();
  });

  it("is not for a reseller's user", async () => {
    expect(await bench.code(assignSeqrId('COLA1'))).toBe('21');
  });
});

describe('unregisterTerminal', () => {
  it('ends a terminal: whatever it then asks for is refused with 33', async () => {
    const context = contextOf(await bench.register());
    const reference = await bench.issue(context);
    expect(await bench.code(unregisterTerminal(context))).toBe('0');
    const later = [
      sendInvoice({}, context),
      requests.getPaymentStatus(reference, 0, context),
      assignSeqrId('COLA1', context),
      unregisterTerminal(context),
    ];
    for (const call of later) expect(await bench.code(call)).toBe('33');
  });

  it("is not for a reseller's user, as the API page says", async () => {
    await bench.register();
    expect(await bench.code(unregisterTerminal())).toBe('21');
  });

  it('can be told to be for the reseller only, as the certification procedure says', async () => {
    const certifying = await Bench.start({ rules: { unregisterBy: 'RESELLERUSER' } });
    const id = await certifying.register();
    expect(await certifying.code(unregisterTerminal(contextOf(id)))).toBe('21');
    expect(await certifying.code(unregisterTerminal(OTHER_CONTEXT))).toBe('90');
    expect(await certifying.code(unregisterTerminal())).toBe('0');
    expect(certifying.sandbox.terminals.find(id)?.state).toBe('unregistered');
    await certifying.stop();
  });
});

describe('one live invoice', () => {
  it('is what a terminal holds, and it need not say which one it asks for', async () => {
    const context = contextOf(await bench.register());
    const first = await bench.issue(context);
    const second = await bench.issue(context);
    expect(bench.sandbox.book.find(first)?.state).toBe('CANCELED');
    const unnamed = requests.getPaymentStatus('', 0, context).replace('<invoiceReference></invoiceReference>', '');
    expect(await bench.read(unnamed, 'status')).toBe('ISSUED');
    bench.sandbox.payer.decline(second);
    expect(await bench.read(unnamed, 'status')).toBe('CANCELED');
  });

  it('that is not named is unknown, where the terminal has none or holds many', async () => {
    const id = await bench.register();
    const unnamed = requests
      .getPaymentStatus('', 0, contextOf(id))
      .replace('<invoiceReference></invoiceReference>', '');
    expect(await bench.code(unnamed)).toBe('54');
    await bench.control('PUT', `terminals/${id}`, { holdsManyInvoices: true });
    const first = await bench.issue(contextOf(id));
    await bench.issue(contextOf(id));
    expect(bench.sandbox.book.find(first)?.state).toBe('ISSUED');
    expect(await bench.code(unnamed)).toBe('54');
  });
});

describe('who is blocked is refused with 33', () => {
  it('a terminal, until it is let in again', async () => {
    const id = await bench.register();
    await bench.control('PUT', `terminals/${id}`, { isBlocked: true });
    expect(await bench.code(sendInvoice({}, contextOf(id)))).toBe('33');
    await bench.control('PUT', `terminals/${id}`, { isBlocked: false });
    expect(await bench.code(sendInvoice({}, contextOf(id)))).toBe('0');
  });

  it('a reseller with all its terminals', async () => {
    const id = await bench.register();
    await bench.control('PUT', 'resellers/vendrail-demo', { isBlocked: true });
    expect(await bench.code(sendInvoice())).toBe('33');
    expect(await bench.code(sendInvoice({}, contextOf(id)))).toBe('33');
    expect(await bench.code(sendInvoice({}, OTHER_CONTEXT))).toBe('0');
  });

  it('and shows it to nobody who does not know the password', async () => {
    const id = await bench.register();
    await bench.control('PUT', `terminals/${id}`, { isBlocked: true });
    expect(await bench.code(sendInvoice({}, contextOf(id, 'guessed')))).toBe('20');
  });
});

it('answers the connectivity probe, which has no arguments, to anybody', async () => {
  expect(await bench.code(requests.benchmarkingNop())).toBe('0');
});
