import fc from 'fast-check';

import { Keys } from '#platform/keys.js';

import { NotificationUrls } from './notification-url.js';

const PURCHASE = '0190a000-0000-7000-8000-000000000001';
const OTHER = '0190a000-0000-7000-8000-000000000002';

describe('the URL that SEQR notifies', () => {
  const urls = new NotificationUrls(new Keys('secret'), 'https://vendrail.example');
  const capabilityOf = (purchaseId: string) => urls.urlOf(purchaseId).split('/').at(-1) ?? '';

  it('stands below our public address, and is another for each purchase', () => {
    expect(urls.urlOf(PURCHASE)).toMatch(/^https:\/\/vendrail\.example\/seqr\/notifications\/[^/?#]+$/);
    expect(urls.urlOf(PURCHASE)).not.toBe(urls.urlOf(OTHER));
    expect(urls.urlOf(PURCHASE)).toBe(urls.urlOf(PURCHASE));
  });

  it('leads back to its purchase', () => {
    expect(urls.purchaseOf(capabilityOf(PURCHASE))).toBe(PURCHASE);
  });

  it('cannot be put together from the parts of two', () => {
    const [, mac] = capabilityOf(OTHER).split('.');

    expect(urls.purchaseOf(`${PURCHASE}.${mac}`)).toBeUndefined();
  });

  it('is worth nothing in another installation', () => {
    const others = new NotificationUrls(new Keys('another secret'), 'https://vendrail.example');

    expect(others.purchaseOf(capabilityOf(PURCHASE))).toBeUndefined();
  });

  it('is not found by changing a single character', () => {
    const capability = capabilityOf(PURCHASE);
    for (let i = 0; i < capability.length; i += 1) {
      const changed = `${capability.slice(0, i)}${capability[i] === 'a' ? 'b' : 'a'}${capability.slice(i + 1)}`;

      expect(urls.purchaseOf(changed)).toBeUndefined();
    }
  });

  it('is not found by guessing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/)), (guess) => {
        expect(urls.purchaseOf(guess)).toBeUndefined();
      }),
    );
  });
});
