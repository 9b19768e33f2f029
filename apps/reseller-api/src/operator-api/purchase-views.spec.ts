import { qrTextOf } from '#fleet/sticker/qr-texts.js';
import { summaryOf } from './purchase-views.js';

const ROW = {
  id: '0190a000-0000-7000-8000-000000000001',
  machineId: 'machine-1',
  state: 'COMMITTED',
  currency: 'EUR',
  reservedMinor: 2_000n,
  committedMinor: 370n,
  invoiceReference: '7001',
  startedAt: new Date('2026-11-21T12:00:00.000Z'),
  endedAt: new Date('2026-11-21T12:01:00.000Z'),
  machine: { name: 'Platform 3' },
};

describe('a purchase as the console lists it', () => {
  it('says what was reserved, charged and released', () => {
    expect(summaryOf(ROW)).toMatchObject({
      machineName: 'Platform 3',
      isOver: true,
      stateLabel: 'Charged',
      tone: 'good',
      reserved: { amount: '20.00', currency: 'EUR' },
      committed: { amount: '3.70', currency: 'EUR' },
      released: { amount: '16.30', currency: 'EUR' },
      startedAt: '2026-11-21T12:00:00.000Z',
      endedAt: '2026-11-21T12:01:00.000Z',
    });
  });

  it('releases everything when nothing was charged', () => {
    const summary = summaryOf({ ...ROW, state: 'RELEASED', committedMinor: null });

    expect(summary).toMatchObject({ committed: null, released: { amount: '20.00' } });
  });

  it.each(['INVOICED', 'CANCELLED', 'REVIEW'])('claims no release in %s', (state) => {
    expect(summaryOf({ ...ROW, state, committedMinor: null }).released).toBeNull();
  });

  it('refuses to show money in a currency that nobody knows', () => {
    expect(() => summaryOf({ ...ROW, currency: 'XXX' })).toThrow('unknown currency');
  });
});

it('writes a machine’s QR code as SEQR reads it, with the reseller’s id unless another is set', () => {
  expect(qrTextOf({ SEQR_RESELLER_ID: 'reseller' }, 'VR-1001')).toBe('HTTP://SEQR.SE/000/ups?w=reseller&t=VR-1001');
  expect(qrTextOf({ SEQR_RESELLER_ID: 'reseller', SEQR_MERCHANT_ID: 'merchant' }, 'VR-1001')).toContain('w=merchant&');
});
