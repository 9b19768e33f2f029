import { disagreements, type Evidence } from './audit.js';

const AT = new Date('2026-11-21T12:00:00Z');

/** One bottle for 180, committed: the three books agree. */
const AGREED: Evidence = {
  purchase: {
    id: '0190a000-0000-7000-8000-000000000001',
    machine_id: 'crash-1',
    state: 'COMMITTED',
    holds_machine: false,
    committed_minor: '180',
    invoice_reference: '20261121120000001',
    open_effects: 0,
    vends: [{ selection: 11, result: 'dispensed' }],
    cases: [],
    events: '',
  },
  invoice: { state: 'PAID', commits: 1, committed: 180n },
  fallen: [{ selection: 11, priceMinor: 180, at: AT }],
  wasCut: false,
};

function but({
  purchase,
  ...rest
}: Partial<Omit<Evidence, 'purchase'>> & { purchase?: Partial<Evidence['purchase']> }) {
  return { ...AGREED, ...rest, purchase: { ...AGREED.purchase, ...purchase } };
}

const bottle = { selection: 11, priceMinor: 180, at: AT };
const UNCERTAIN = [{ selection: 11, result: 'uncertain' }];
const RELEASED = {
  purchase: { state: 'RELEASED', committed_minor: null, vends: [] },
  invoice: { state: 'CANCELED', commits: 0, committed: 0n },
  fallen: [],
} as const;

describe('the audit of a campaign', () => {
  it.each<[string, Evidence]>([
    ['one item fell, was booked and was paid', AGREED],
    ['nothing fell and everything was given back', but(RELEASED)],
    [
      'a power cut left one item in doubt: not charged, and a case',
      but({
        ...RELEASED,
        wasCut: true,
        purchase: { ...RELEASED.purchase, vends: UNCERTAIN, cases: ['uncertain-vend'] },
      }),
    ],
    [
      'the same, and the item did fall',
      but({
        ...RELEASED,
        wasCut: true,
        fallen: [bottle],
        purchase: { ...RELEASED.purchase, vends: UNCERTAIN, cases: ['uncertain-vend'] },
      }),
    ],
  ])('agrees when %s', (_, evidence) => {
    expect(disagreements(evidence)).toEqual([]);
  });

  it.each<[string, Evidence]>([
    ['an item was booked that never fell', but({ fallen: [] })],
    ['an item fell that nobody booked', but({ fallen: [bottle, bottle] })],
    ['another item was booked than fell', but({ fallen: [{ ...bottle, selection: 12 }] })],
    ['an item fell for a purchase that was given back', but({ ...RELEASED, fallen: [bottle] })],
    ['SEQR was paid twice', but({ invoice: { state: 'PAID', commits: 2, committed: 360n } })],
    ['SEQR was paid too much', but({ invoice: { state: 'PAID', commits: 1, committed: 190n } })],
    ['the database has another amount than fell', but({ purchase: { committed_minor: '190' } })],
    ['SEQR was never paid', but({ invoice: { state: 'RESERVED', commits: 0, committed: 0n } })],
    ['SEQR does not know the invoice', but({ invoice: undefined })],
    [
      'the payer’s money is still held',
      but({ ...RELEASED, invoice: { state: 'RESERVED', commits: 0, committed: 0n } }),
    ],
    ['it was committed and nothing fell', but({ fallen: [], purchase: { vends: [], committed_minor: '0' } })],
    ['the machine is still held', but({ purchase: { holds_machine: true } })],
    ['an act is still open', but({ purchase: { open_effects: 1 } })],
    ['it ended as a case for a person', but({ purchase: { state: 'REVIEW', cases: ['other-amount'] } })],
    ['a case was opened without a cause', but({ purchase: { cases: ['late-vend'] } })],
    [
      'a vend is in doubt though the power stayed on',
      but({ ...RELEASED, purchase: { ...RELEASED.purchase, vends: UNCERTAIN, cases: ['uncertain-vend'] } }),
    ],
    [
      'a vend is in doubt and nobody is told',
      but({ ...RELEASED, wasCut: true, purchase: { ...RELEASED.purchase, vends: UNCERTAIN } }),
    ],
    ['a vend in doubt was charged', but({ wasCut: true, purchase: { vends: UNCERTAIN, cases: ['uncertain-vend'] } })],
  ])('disagrees when %s', (_, evidence) => {
    expect(disagreements(evidence)).not.toEqual([]);
  });
});
