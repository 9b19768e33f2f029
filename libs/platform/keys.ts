import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/** What a sealed text begins with: the way it was sealed, so that another way can come beside it. */
const SEALED_VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The text was sealed with another secret, for another owner, or was changed. Says nothing of what it holds. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
}

/** `terminal`: a machine's password at SEQR. `link`: its key on the machine link. */
export type SealPurpose = 'terminal' | 'link';

/** Keys for separate purposes, made from the one secret of the installation. */
export class Keys {
  /**
   * Each is derived once: to derive one takes longer than to use it. As KeyObject, since Node 24 takes six times as long for
   * a MAC with bytes that it must first find out to be no KeyObject.
   */
  private readonly derived = new Map<string, KeyObject>();

  constructor(private readonly secret: string) {}

  /** A keyed hash of `text`, different for each purpose: 43 characters of base64url, 256 bits. */
  mac(purpose: 'payer' | 'request' | 'notification' | 'session' | 'broker', text: string): string {
    return createHmac('sha256', this.keyFor(purpose)).update(text).digest('base64url');
  }

  /** In constant time. */
  verify(purpose: Parameters<Keys['mac']>[0], text: string, mac: string): boolean {
    return equalSecrets(this.mac(purpose, text), mac);
  }

  /** Encrypts `text` (AES-256-GCM). It opens for the same `owner` only, so that it is of no use in another's row. */
  seal(purpose: SealPurpose, text: string, owner: string): Uint8Array<ArrayBuffer> {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.keyFor(`sealed/${purpose}`), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return new Uint8Array(Buffer.concat([Buffer.of(SEALED_VERSION), iv, cipher.getAuthTag(), sealed]));
  }

  /** @throws SealBrokenError */
  open(purpose: SealPurpose, sealed: Uint8Array, owner: string): string {
    const bytes = Buffer.from(sealed);
    const ivEnd = 1 + IV_BYTES;
    const tagEnd = ivEnd + TAG_BYTES;
    if (bytes[0] !== SEALED_VERSION || bytes.length < tagEnd) throw broken(purpose);
    const iv = bytes.subarray(1, ivEnd);
    const cipher = createDecipheriv(CIPHER, this.keyFor(`sealed/${purpose}`), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(ivEnd, tagEnd));
    try {
      return Buffer.concat([cipher.update(bytes.subarray(tagEnd)), cipher.final()]).toString('utf8');
    } catch {
      throw broken(purpose);
    }
  }

  private keyFor(purpose: string): KeyObject {
    const known = this.derived.get(purpose);
    if (known !== undefined) return known;
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', this.secret, '', `vendrail/${purpose}`, 32)));
    this.derived.set(purpose, key);
    return key;
  }
}

function broken(purpose: string): SealBrokenError {
  return new SealBrokenError(`what was sealed as ${purpose} does not open: was VENDRAIL_SECRET changed?`);
}

export function equalSecrets(expected: string, given: string): boolean {
  const a = Buffer.from(expected);
  const b = Buffer.from(given);
  return a.length === b.length && timingSafeEqual(a, b);
}
