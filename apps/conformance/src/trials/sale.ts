import type { Presence } from '#machine-protocol/messages.js';

import type { Outcome } from '../hands/hands.js';
import type { Body, Good, Opened, Stand } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';

interface Sale {
  readonly opened: Opened;
  readonly said: readonly Body[];
  readonly closed: Body<'session.closed'> | undefined;
  readonly goods: readonly [Good, Good, Good];
  readonly after: Presence | undefined;
}

type Choice = readonly [selection: number, outcome?: Outcome];

/** A payer who chooses one thing after the other, each when the one before has its result. */
async function sale(stand: Stand, changes: Parameters<Stand['open']>[0], choices: readonly Choice[]): Promise<Sale> {
  const opened = await stand.open(changes);
  const { grant, answer } = opened;
  for (const [index, [selection, outcome]] of choices.entries()) {
    // Nobody can choose at a machine that did not open.
    if (answer?.type !== 'grant.accepted') break;
    await stand.hands.choose(selection, outcome);
    await stand.until(() => ended(stand.saidOf(grant), index + 1));
  }
  const isOver = () => stand.saidOf(grant).some(({ type }) => type === 'session.closed');
  if (answer?.type === 'grant.accepted' && !isOver()) await stand.hands.finish();
  const closed = await stand.event(grant, ['session.closed']);
  const after = await stand.ready();
  await stand.fence();
  return { opened, said: stand.saidOf(grant), closed, goods: stand.settings.goods, after };
}

/** So many choices have their result, or the session is over. */
function ended(said: readonly Body[], choices: number): boolean {
  const results = said.filter(
    (body) =>
      body.type === 'vend.dispensed' ||
      body.type === 'vend.failed' ||
      body.type === 'vend.uncertain' ||
      (body.type === 'vend.selected' && body.denied !== undefined),
  );
  return results.length >= choices || said.some(({ type }) => type === 'session.closed');
}

function selections({ said }: Sale): Body<'vend.selected'>[] {
  return said.filter((body) => body.type === 'vend.selected');
}

function types({ said }: Sale): string[] {
  return said.map(({ type }) => type);
}

/** What the closing report says, without how it ended. */
function sums({ closed }: Sale): unknown {
  return closed && [closed.selections, closed.dispensed, closed.dispensedMinor];
}

export const SALE = [
  trial<Sale>({
    group: 'sale',
    title: 'The payer takes one product and ends the session',
    needs: ['choose'],
    play: (stand) => sale(stand, {}, [[stand.settings.goods[0].selection]]),
    checks: [
      {
        rule: 'R9',
        expects: 'first answer: the grant is accepted, once',
        judge: (it) =>
          equal(
            types(it).filter((type) => type.startsWith('grant.')),
            ['grant.accepted'],
          ),
      },
      {
        rule: 'R9',
        expects: 'second answer: what happened',
        judge: (it) =>
          equal(
            types(it).filter((type) => type.startsWith('vend.')),
            ['vend.selected', 'vend.dispensed'],
          ),
      },
      {
        rule: 'R9',
        expects: 'third answer: it is done, said once and last',
        judge: (it) => holds(types(it).indexOf('session.closed') === types(it).length - 1, types(it).join(', ')),
      },
      {
        rule: 'R20',
        expects: 'the first choice has vendNumber 1',
        judge: (it) => equal(selections(it)[0]?.vendNumber, 1),
      },
      {
        rule: 'R20',
        expects: 'the choice names the selection and the machine’s price',
        judge: (it) => {
          const [first] = selections(it);
          const { selection, priceMinor } = it.goods[0];
          return equal(first && [first.selection, first.machinePriceMinor], [selection, priceMinor]);
        },
      },
      {
        rule: 'R19',
        expects: 'the grant’s price is approved',
        judge: (it) => equal(selections(it)[0]?.approvedMinor, it.goods[0].priceMinor),
      },
      {
        rule: 'R21',
        expects: 'the result comes after the choice, once, with its number',
        judge: ({ said }) =>
          equal(
            said.flatMap((body) => (body.type === 'vend.dispensed' ? [body.vendNumber] : [])),
            [1],
          ),
      },
      {
        rule: 'R22',
        expects: 'the closing report counts one selection, one dispensed, and its price',
        judge: (it) => equal(sums(it), [1, 1, it.goods[0].priceMinor]),
      },
      {
        rule: 'R22',
        expects: 'the session was ended by the machine',
        judge: ({ closed }) => equal(closed?.reason, 'machine'),
      },
      {
        rule: 'R8',
        expects: 'the machine is ready for the next payer',
        judge: ({ after }) => holds(after !== undefined, after),
      },
    ],
  }),

  trial<Sale>({
    group: 'sale',
    title: 'The payer takes a product, then asks for one that is too dear, then for one that is not in the grant',
    needs: ['choose'],
    play: (stand) => {
      const [first, second, third] = stand.settings.goods;
      const amountMinor = first.priceMinor;
      return sale(stand, { amountMinor }, [[first.selection], [second.selection], [third.selection]]);
    },
    checks: [
      {
        rule: 'R19',
        expects: 'the first is approved',
        judge: (it) => equal(selections(it)[0]?.approvedMinor, it.goods[0].priceMinor),
      },
      {
        rule: 'R19',
        expects: 'the second is denied with over-amount',
        judge: (it) => equal(selections(it)[1]?.denied ?? types(it), 'over-amount'),
      },
      {
        rule: 'R19',
        expects: 'nothing is approved for the second',
        judge: (it) => equal(selections(it)[1]?.approvedMinor, 0),
      },
      {
        rule: 'R19',
        expects: 'the payer may choose again, and the third is denied with unknown-selection',
        judge: (it) => equal(selections(it)[2]?.denied ?? types(it), 'unknown-selection'),
      },
      {
        rule: 'R19',
        expects: 'nothing is approved for the third',
        judge: (it) => equal(selections(it)[2]?.approvedMinor, 0),
      },
      {
        rule: 'R19',
        expects: 'in all no more is approved than was granted',
        judge: (it) => {
          const approved = selections(it).reduce((sum, { approvedMinor }) => sum + approvedMinor, 0);
          return holds(approved <= it.opened.grant.amountMinor, `${approved} of ${it.opened.grant.amountMinor}`);
        },
      },
      {
        rule: 'R20',
        expects: 'the choices are numbered 1, 2, 3',
        judge: (it) =>
          equal(
            selections(it).map(({ vendNumber }) => vendNumber),
            [1, 2, 3],
          ),
      },
      {
        rule: 'R21',
        expects: 'only the first has a result',
        judge: (it) => equal(types(it).filter((type) => type === 'vend.dispensed').length, 1),
      },
      {
        rule: 'R22',
        expects: 'the closing report counts three selections, one dispensed, and its price',
        judge: (it) => equal(sums(it), [3, 1, it.goods[0].priceMinor]),
      },
    ],
  }),

  trial<Sale>({
    group: 'sale',
    title: 'The machine asks another price than the grant’s',
    needs: ['choose'],
    play: (stand) => {
      const [{ selection, priceMinor }] = stand.settings.goods;
      const prices = [{ selection, priceMinor: priceMinor + 10 }];
      return sale(stand, { prices, amountMinor: 10 * priceMinor }, [[selection]]);
    },
    checks: [
      {
        rule: 'R19',
        expects: 'the choice is denied with price-differs',
        judge: (it) => equal(selections(it)[0]?.denied ?? types(it), 'price-differs'),
      },
      {
        rule: 'R19',
        expects: 'nothing is approved',
        judge: (it) => equal(selections(it)[0]?.approvedMinor, 0),
      },
      {
        rule: 'R22',
        expects: 'nothing was dispensed',
        judge: (it) => equal(sums(it), [1, 0, 0]),
      },
    ],
  }),

  trial<Sale>({
    group: 'sale',
    title: 'A product gets stuck, and the payer takes it again for the same money',
    needs: ['choose'],
    play: (stand) => {
      const [{ selection, priceMinor }] = stand.settings.goods;
      return sale(stand, { amountMinor: priceMinor }, [[selection, 'jammed'], [selection]]);
    },
    checks: [
      {
        rule: 'R21',
        expects: 'the first has the result vend.failed with not-dispensed',
        judge: ({ said }) =>
          equal(
            said.flatMap((body) => (body.type === 'vend.failed' ? [[body.vendNumber, body.reason]] : [])),
            [[1, 'not-dispensed']],
          ),
      },
      {
        rule: 'R19',
        expects: 'what failed is free again: the second is approved',
        judge: (it) => equal(selections(it)[1]?.approvedMinor, it.goods[0].priceMinor),
      },
      {
        rule: 'R21',
        expects: 'the second has the result vend.dispensed',
        judge: ({ said }) =>
          equal(
            said.flatMap((body) => (body.type === 'vend.dispensed' ? [body.vendNumber] : [])),
            [2],
          ),
      },
      {
        rule: 'R22',
        expects: 'the closing report counts two selections, one dispensed, and its price',
        judge: (it) => equal(sums(it), [2, 1, it.goods[0].priceMinor]),
      },
    ],
  }),

  trial<Sale>({
    group: 'sale',
    title: 'The machine is reset during a vend',
    needs: ['choose'],
    play: (stand) => sale(stand, {}, [[stand.settings.goods[0].selection, 'reset']]),
    checks: [
      {
        rule: 'R21',
        expects: 'the vend is uncertain',
        judge: ({ said }) =>
          equal(
            said.flatMap((body) => (body.type === 'vend.uncertain' ? [body.vendNumber] : [])),
            [1],
          ),
      },
      {
        rule: 'R21',
        expects: 'it is not said to be dispensed',
        judge: (it) => holds(!types(it).includes('vend.dispensed'), types(it).join(', ')),
      },
      {
        rule: 'R22',
        expects: 'the session is closed, and nothing counted as dispensed',
        judge: (it) => equal(sums(it), [1, 0, 0]),
      },
    ],
  }),
];
