import { readFileSync } from 'node:fs';

import { projectFile } from './project-files.js';
import { checkElement } from './schema.js';
import { Bench, OTHER_CONTEXT } from './testing/bench.js';
import { postSoap } from './testing/merchant.js';
import * as requests from './testing/requests.js';
import { childrenOf, childOf, textAt } from './xml.js';
import { readXsd } from './xsd.js';

const { creditUser, getClientSessionInfo } = requests;
const PLAYER = { id: 'I_GAMING_INTEGRATION', value: 'player1' };

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.start();
});

afterEach(() => bench.stop());

async function meetPlayer(): Promise<void> {
  await bench.control('POST', `invoices/${await bench.issue()}/open`, { cards: [PLAYER] });
}

describe('creditUser', () => {
  it('pays out to a payer whose id came as a token of an invoice, and echoes the correlation id', async () => {
    await meetPlayer();
    const { message, resultCode } = await bench.post(creditUser('player1'));
    expect([resultCode, textAt(message, 'return/correlationId')]).toEqual(['0', 'round-7']);
    expect(bench.sandbox.book.credits.list()).toMatchObject([
      {
        ersReference: textAt(message, 'return/ersReference'),
        userId: 'player1',
        amount: { minor: 500n, currency: 'EUR' },
      },
    ]);
    expect((await bench.control('GET', 'credits')).json).toMatchObject({ credits: [{ amount: '5.00' }] });
  });

  it('does not know a payer whom this principal never met', async () => {
    expect(await bench.code(creditUser('player1'))).toBe('52');
    await meetPlayer();
    const byOther = creditUser('player1').replace(requests.RESELLER_CONTEXT, OTHER_CONTEXT);
    expect(await bench.code(byOther)).toBe('52');
    expect(bench.sandbox.book.credits.list()).toEqual([]);
  });

  it.each(['0.00', '-5.00', '5.000'])('refuses the amount %s', async (value) => {
    await meetPlayer();
    expect(await bench.code(creditUser('player1', value))).toBe('11');
  });

  it.each([
    ['a user id with a dash', creditUser('player-1')],
    ['a user id of 37 characters', creditUser('p'.repeat(37))],
    ['a description with signs', creditUser('player1', '5.00', 'You won!')],
    ['a description of 161 characters', creditUser('player1', '5.00', 'w'.repeat(161))],
    ['no amount', creditUser('player1').replace(/<amount>.*<\/amount>/, '')],
  ])('breaks the contract with %s', async (_, body) => {
    expect((await bench.post(body)).faultString).toContain('creditUser/creditUserRequest/');
  });
});

describe('getClientSessionInfo', () => {
  const post = (body: string) => postSoap(bench.sandbox.sessionUrl, body);
  const ask = async (key: string) => (await post(getClientSessionInfo(key))).resultCode;
  const openSession = async () => {
    const { json } = await bench.control('POST', 'sessions', {
      msisdn: '358401234567',
      parameters: { table: '12' },
    });
    return String(json['key']);
  };

  it('tells the phone number, the subscriber and what stood in the QR text, once the payer agreed', async () => {
    const key = await openSession();
    expect(await ask(key)).toBe('62');
    await bench.control('POST', `sessions/${key}/authorize`);
    const { message } = await post(getClientSessionInfo(key));
    const entries = childrenOf(childOf(childOf(message, 'return'), 'parameters'), 'entry');
    const info = Object.fromEntries(entries.map((entry) => [textAt(entry, 'key'), textAt(entry, 'value')]));
    expect(info).toEqual({
      table: '12',
      msisdn: '358401234567',
      subscriberKey: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const { elements } = readXsd(readFileSync(projectFile('libs/seqr/wsdl/client-session-info.xsd'), 'utf8'));
    const type = elements.get(message.name)?.type();
    expect(() => type && checkElement(message, type, message.name)).not.toThrow();
  });

  it('says that a session was cancelled, has expired, or never was', async () => {
    const [left, late] = [await openSession(), await openSession()];
    await bench.control('POST', `sessions/${left}/cancel`);
    await bench.control('POST', `sessions/${late}/authorize`);
    bench.clock.advance(600_000);
    expect([await ask(left), await ask(late), await ask('f'.repeat(32))]).toEqual(['61', '60', '63']);
    const again = await bench.control('POST', `sessions/${left}/authorize`);
    expect(again).toMatchObject({ status: 404, json: { code: 'UNKNOWN_SESSION' } });
  });

  it('is a service of its own, which knows no other operation, as the merchant service does not know it', async () => {
    const foreign = await post(requests.cancelInvoice('1'));
    expect(foreign.faultString).toBe('cancelInvoice: SEQR has no such operation');
    const elsewhere = await bench.post(getClientSessionInfo('1'));
    expect(elsewhere.faultString).toBe('getClientSessionInfo: SEQR has no such operation');
  });

  it('checks who asks like every operation, and can be made to fail', async () => {
    const wrong = getClientSessionInfo('1').replace(requests.RESELLER.password, 'guessed');
    expect((await post(wrong)).resultCode).toBe('20');
    await bench.control('POST', 'faults', { operation: 'getClientSessionInfo', kind: 'result-code', resultCode: 93 });
    expect(await ask('1')).toBe('93');
  });

  it('serves its WSDL with its own address, and the XSD that it includes', async () => {
    const wsdl = await (await fetch(`${bench.sandbox.sessionUrl}?wsdl`)).text();
    expect(wsdl).toContain(`<soap:address location="${bench.sandbox.sessionUrl}"/>`);
    const [, location = ''] = /schemaLocation="([^"]+)"/.exec(wsdl) ?? [];
    expect((await fetch(new URL(location, `${bench.sandbox.sessionUrl}?wsdl`))).status).toBe(200);
  });

  it('shows sessions to people without phone numbers', async () => {
    await openSession();
    const { json } = await bench.control('GET', 'sessions');
    expect(json).toMatchObject({ sessions: [{ state: 'in progress', msisdnEnd: '…567' }] });
    expect(JSON.stringify(json)).not.toContain('358401234567');
  });
});
