import type { OperationName } from '#seqr/operation-name.js';
import type { Principal } from '#seqr/principal.js';
import type { Reply } from '#seqr/reply.js';
import { REFUSAL_CODES, resultCodeOf } from '#seqr/result-codes.js';
import { type Example, EXAMPLES } from './examples.js';
import { RESELLER, Shop, tillOf, USER } from './shop.js';

type Ask = Example['ask'];

/** Who asks is looked at first, whatever is asked. */
const WHO_ASKS: Readonly<Record<number, (shop: Shop, ask: Ask, by: Principal) => Promise<Reply>>> = {
  20: (shop, ask, by) => ask(shop, { ...by, password: 'wrong-password' }),
  21: (shop, ask) => ask(shop, tillOf(shop.sandbox, 'abc')),
  29: (shop, ask) => ask(shop, { type: 'TERMINALID', id: 'nobody', password: 'password' }),
  33: (shop, ask, by) => {
    shop.sandbox.resellers.change(RESELLER.id, { isBlocked: true });
    return ask(shop, by);
  },
  37: (shop, ask) => ask(shop, { ...USER, id: 'nobody' }),
  94: (shop, ask, by) => {
    shop.sandbox.bank.isDown = true;
    return ask(shop, by);
  },
};

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(async () => {
  const { violations } = shop.sandbox.journal;
  await shop.close();
  expect(violations).toEqual([]);
});

const isRefused = async (reply: Promise<Reply>, resultCode: number) =>
  expect(await reply).toMatchObject({ outcome: 'refused', resultCode, resultName: resultCodeOf(resultCode).name });

describe.each(Object.entries(EXAMPLES))('%s', (name, { by, ask, works, causes, onlyOrdered }) => {
  const operation = name as OperationName;
  const principal = () => (by === 'till' ? shop.till : USER);

  it('does what it is for', () => works(shop));

  it.each(Object.entries(causes))('is refused with %s where there is a reason', async (code, cause) => {
    await isRefused(cause(shop), Number(code));
  });

  it.each(Object.entries(WHO_ASKS))('is refused with %s for who asks', async (code, cause) => {
    await isRefused(cause(shop, ask, principal()), Number(code));
  });

  it('is refused with every code there is, when one is ordered', async () => {
    for (const resultCode of REFUSAL_CODES) {
      shop.sandbox.faults.add({ operation, kind: 'result-code', resultCode, times: 1 });
      await isRefused(ask(shop, principal()), resultCode);
    }
  });

  it('has a reason here for each code that is documented for it, but these', () => {
    const documented = REFUSAL_CODES.filter((code) => {
      const { documentedFor } = resultCodeOf(code);
      return documentedFor === 'all' || documentedFor.includes(operation);
    });
    const caused = new Set([...Object.keys(causes), ...Object.keys(WHO_ASKS)].map(Number));
    expect(documented.filter((code) => !caused.has(code))).toEqual(onlyOrdered);
  });
});

describe('benchmarkingNop', () => {
  it('says that SEQR answers, without credentials, and every code when one is ordered', async () => {
    await expect(shop.seqr.benchmarkingNop()).resolves.toMatchObject({ outcome: 'answered' });
    for (const resultCode of REFUSAL_CODES) {
      shop.sandbox.faults.add({ operation: 'benchmarkingNop', kind: 'result-code', resultCode, times: 1 });
      await isRefused(shop.seqr.benchmarkingNop(), resultCode);
    }
  });
});
