import type { MachineEventBody } from '#machine-protocol/messages.js';

import {
  afterPowerCut,
  answerTo,
  ANSWERS_MAX,
  closingReport,
  EMPTY_LEDGER,
  foldAdmission,
  foldEvent,
  isForgotten,
  ledger,
} from './ledger.js';

const PURCHASE = '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001';
const key = { purchaseId: PURCHASE, grantNumber: 1 };
const SUMS = { selections: 0, dispensed: 0, dispensedMinor: 0, spentMinor: 0 };

function selected(vendNumber: number, approvedMinor: number): MachineEventBody {
  return {
    type: 'vend.selected',
    ...key,
    vendNumber,
    selection: 11,
    machinePriceMinor: approvedMinor,
    approvedMinor,
    serial: [],
  };
}

function result(type: 'vend.dispensed' | 'vend.failed' | 'vend.uncertain', vendNumber: number): MachineEventBody {
  const body = { ...key, vendNumber, serial: [] };
  if (type === 'vend.dispensed') return { type, ...body };
  return type === 'vend.failed' ? { type, ...body, reason: 'not-dispensed' } : { type, ...body, reason: 'no-result' };
}

const admitted = foldAdmission(EMPTY_LEDGER, key);
const accepted: MachineEventBody = { type: 'grant.accepted', ...key, serial: [] };
const refused = (grantNumber: number, reason: 'in-use' | 'other-boot' = 'in-use'): MachineEventBody => ({
  type: 'grant.refused',
  purchaseId: PURCHASE,
  grantNumber,
  reason,
  serial: [],
});

describe('the ledger of grants', () => {
  it('is read from the disk as it was written', () => {
    const known = [refused(2), accepted, selected(1, 1_500), result('vend.uncertain', 1), selected(2, 700)].reduce(
      foldEvent,
      admitted,
    );

    expect(known.open).toMatchObject({ spentMinor: 2_200, uncertain: { vendNumber: 1 }, pending: { vendNumber: 2 } });
    expect(ledger.parse(JSON.parse(JSON.stringify(known)))).toEqual(known);
  });

  it.each([
    ['no highest number', { answers: [] }],
    ['an open grant without its sums', { ...EMPTY_LEDGER, open: key }],
    ['an answer that is none', { ...EMPTY_LEDGER, answers: [{ type: 'sold' }] }],
    ['a vend without an amount', { ...admitted, open: { ...admitted.open, pending: { vendNumber: 1 } } }],
    ['more answers than it may keep', { ...EMPTY_LEDGER, answers: Array(ANSWERS_MAX + 1).fill(refused(1)) }],
  ])('is not read with %s', (_, damaged) => {
    expect(ledger.safeParse(damaged).success).toBe(false);
  });

  it('never forgets the highest number, whatever comes after it', () => {
    const known = foldEvent(EMPTY_LEDGER, refused(9));

    expect(foldAdmission(known, key).highestGrant).toBe(9);
    expect(foldEvent(known, refused(4)).highestGrant).toBe(9);
    expect(foldEvent(known, refused(10)).highestGrant).toBe(10);
    expect(foldEvent(known, refused(900, 'other-boot')).highestGrant).toBe(9);
  });

  it('keeps one word about each grant, the last', () => {
    const report = { ...closingReport({ ...key, ...SUMS }, 'asked'), grantNumber: 1 };
    const known = [refused(1), refused(2), report].reduce(foldEvent, EMPTY_LEDGER);

    expect(known.answers.map(({ type }) => type)).toEqual(['grant.refused', 'session.closed']);
    expect(answerTo(known, key)).toMatchObject({ type: 'session.closed', reason: 'asked' });
  });

  it('takes nothing for a grant that is not open', () => {
    expect(foldEvent(EMPTY_LEDGER, selected(1, 1_500))).toBe(EMPTY_LEDGER);
    expect(foldEvent(admitted, { ...selected(1, 1_500), ...{ purchaseId: 'b' } } as MachineEventBody)).toBe(admitted);
    expect(foldEvent(admitted, { type: 'cash.sale', selection: 11, priceMinor: 1_500 })).toBe(admitted);
    expect(foldEvent(admitted, { type: 'fault', code: 'x', detail: 'y' })).toBe(admitted);
  });

  it('keeps the grant open when another one is refused', () => {
    expect(foldEvent(admitted, refused(2)).open).toEqual(admitted.open);
    expect(foldEvent(admitted, refused(1)).open).toBeUndefined();
  });

  it('moves no money for a result of a vend that was not approved', () => {
    for (const type of ['vend.failed', 'vend.dispensed'] as const) {
      expect(foldEvent(admitted, result(type, 4)).open).toMatchObject({ spentMinor: 0, dispensedMinor: 0 });
    }
  });

  it('counts an uncertain vend that came out after all, however often it was called uncertain', () => {
    const uncertain = [selected(1, 1_500), result('vend.uncertain', 1)].reduce(foldEvent, admitted);
    for (const known of [uncertain, foldEvent(uncertain, result('vend.uncertain', 1))]) {
      expect(foldEvent(known, result('vend.dispensed', 1)).open).toMatchObject({ dispensed: 1, dispensedMinor: 1_500 });
    }
  });
});

describe('after a power cut', () => {
  it('there is nothing to say without an open grant', () => {
    expect(afterPowerCut(EMPTY_LEDGER)).toEqual([]);
  });

  it('a grant between two vends is closed with what it sold', () => {
    const dispensed: MachineEventBody = { type: 'vend.dispensed', ...key, vendNumber: 1, serial: [] };
    const known = [selected(1, 1_500), dispensed].reduce(foldEvent, foldAdmission(EMPTY_LEDGER, key));
    expect(afterPowerCut(known)).toMatchObject([
      { type: 'session.closed', reason: 'power-cut', selections: 1, dispensed: 1, dispensedMinor: 1_500 },
    ]);
  });

  it('a vend without a result is uncertain, and its report closes the grant for good', () => {
    const known = foldEvent(foldAdmission(EMPTY_LEDGER, key), selected(1, 1_500));
    const report = afterPowerCut(known);
    expect(report).toMatchObject([
      { type: 'vend.uncertain', vendNumber: 1, reason: 'power-cut', serial: [] },
      { type: 'session.closed', selections: 1, dispensed: 0, dispensedMinor: 0, serial: [] },
    ]);
    expect(afterPowerCut(report.reduce(foldEvent, known))).toEqual([]);
  });
});

it('remembers the last word about a hundred grants, and knows what it has forgotten', () => {
  let known = EMPTY_LEDGER;
  for (let grantNumber = 1; grantNumber <= ANSWERS_MAX + 10; grantNumber += 1) {
    known = foldEvent(known, {
      type: 'grant.refused',
      purchaseId: PURCHASE,
      grantNumber,
      reason: 'in-use',
      serial: [],
    });
  }
  expect(known.answers).toHaveLength(ANSWERS_MAX);
  expect(answerTo(known, { purchaseId: PURCHASE, grantNumber: 11 })).toMatchObject({ grantNumber: 11 });
  expect(answerTo(known, { purchaseId: PURCHASE, grantNumber: 10 })).toBeUndefined();
  expect(isForgotten(known, 10)).toBe(true);
  expect(isForgotten(known, 11)).toBe(false);
  expect(isForgotten(EMPTY_LEDGER, 10)).toBe(false);
  expect(isForgotten(foldEvent(EMPTY_LEDGER, refused(20)), 10)).toBe(false);
});
