import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Keys for separate purposes, made from the one secret of the installation. */
export class Keys {
  constructor(private readonly secret: string) {}

  /** A keyed hash of `text`, different for each purpose: 43 characters of base64url, 256 bits. */
  mac(purpose: 'payer' | 'request' | 'notification' | 'session', text: string): string {
    const key = Buffer.from(hkdfSync('sha256', this.secret, '', `vendrail/${purpose}`, 32));
    return createHmac('sha256', key).update(text).digest('base64url');
  }

  /** In constant time. */
  verify(purpose: Parameters<Keys['mac']>[0], text: string, mac: string): boolean {
    return equalSecrets(this.mac(purpose, text), mac);
  }
}

export function equalSecrets(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
