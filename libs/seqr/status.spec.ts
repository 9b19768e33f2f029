import { isFinal, statusOf } from './status.js';

test('both spellings of a cancellation are one status', () => {
  expect(statusOf('CANCELED')).toBe('CANCELED');
  expect(statusOf('CANCELLED')).toBe('CANCELED');
});

test.each(['PARTIALLY_PAID', '0', 'paid', 'PAID ', '', '__proto__', 'UNKNOWN'])(
  '"%s" is unknown and not final',
  (word) => {
    expect(statusOf(word)).toBe('UNKNOWN');
    expect(isFinal(statusOf(word))).toBe(false);
  },
);

test('four statuses are final', () => {
  expect(['PAID', 'CANCELED', 'FAILED', 'EXPIRED'].map(statusOf).every(isFinal)).toBe(true);
  expect(['ISSUED', 'PENDING_ISSUER_ACKNOWLEDGE', 'RESERVED'].map(statusOf).some(isFinal)).toBe(false);
});
