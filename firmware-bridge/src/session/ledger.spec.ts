import type { MachineEventBody } from '#machine-protocol/messages.js';

import { afterPowerCut, answerTo, ANSWERS_MAX, EMPTY_LEDGER, foldAdmission, foldEvent, isForgotten } from './ledger.js';

const key = { purchaseId: 'a', grantNumber: 1 };

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
      { type: 'vend.uncertain', vendNumber: 1, reason: 'power-cut' },
      { type: 'session.closed', selections: 1, dispensed: 0, dispensedMinor: 0 },
    ]);
    expect(afterPowerCut(report.reduce(foldEvent, known))).toEqual([]);
  });
});

it('remembers the last word about a hundred grants, and knows what it has forgotten', () => {
  let known = EMPTY_LEDGER;
  for (let grantNumber = 1; grantNumber <= ANSWERS_MAX + 10; grantNumber += 1) {
    known = foldEvent(known, { type: 'grant.refused', purchaseId: 'a', grantNumber, reason: 'in-use', serial: [] });
  }
  expect(known.answers).toHaveLength(ANSWERS_MAX);
  expect(answerTo(known, { purchaseId: 'a', grantNumber: 11 })).toMatchObject({ grantNumber: 11 });
  expect(answerTo(known, { purchaseId: 'a', grantNumber: 10 })).toBeUndefined();
  expect(isForgotten(known, 10)).toBe(true);
  expect(isForgotten(known, 11)).toBe(false);
  expect(isForgotten(EMPTY_LEDGER, 10)).toBe(false);
});
