import { type KeyObject, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { MESSAGE_BYTES_MAX } from './messages.js';
import { ProtocolError } from './protocol-error.js';

/**
 * Every message of the link travels in an envelope, `{"mac":"<hex>","body":"<the message as JSON text>"}`, where
 *
 *   mac = HMAC-SHA256(key of the machine, topic + "\n" + body), 64 hexadecimal digits
 *
 * over the bytes of `body` as they stand: there is no canonical form to agree on. The topic binds the message to its
 * machine, its channel and its direction. Whoever has the broker and not the key can keep messages back, and repeat
 * them, which numbers and boot ids make harmless; he can make none.
 */
export type LinkKey = KeyObject & { readonly type: 'secret' };

export const LINK_KEY_BYTES = 32;
/** How a key is written in settings: 32 bytes in hexadecimal. */
export const LINK_KEY_PATTERN = /^[0-9a-f]{64}$/;

const envelope = z.strictObject({ mac: z.string().regex(/^[0-9a-f]{64}$/), body: z.string() });

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @param hex as LINK_KEY_PATTERN. Node keeps the key where neither a log nor JSON.stringify shows it. */
export function linkKey(hex: string): LinkKey {
  if (!LINK_KEY_PATTERN.test(hex)) throw new Error('a key of the link is 64 hexadecimal digits');
  return createSecretKey(Buffer.from(hex, 'hex')) as LinkKey;
}

/** @returns the payload to publish on `topic` */
export function sign(topic: string, body: string, key: LinkKey): string {
  return JSON.stringify({ mac: macOf(topic, body, key).toString('hex'), body });
}

/**
 * @param keys those that count now: during a rotation also the one before
 * @returns the body, and the key that it was signed with
 * @throws ProtocolError that says nothing of the content
 */
export function open(topic: string, payload: Uint8Array, keys: readonly LinkKey[]): { body: string; key: LinkKey } {
  const { mac, body } = readEnvelope(payload);
  const given = Buffer.from(mac, 'hex');
  const key = keys.find((one) => timingSafeEqual(macOf(topic, body, one), given));
  if (key === undefined) throw new ProtocolError('FORGED', 'the MAC is not of a key of this machine');
  return { body, key };
}

function readEnvelope(payload: Uint8Array): z.infer<typeof envelope> {
  if (payload.byteLength > MESSAGE_BYTES_MAX) {
    throw new ProtocolError('TOO_LARGE', `${payload.byteLength} bytes, at most ${MESSAGE_BYTES_MAX} are allowed`);
  }
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(payload));
  } catch {
    throw new ProtocolError('NOT_JSON', 'the payload is not JSON in UTF-8');
  }
  const result = envelope.safeParse(json);
  if (!result.success) throw new ProtocolError('NOT_SIGNED', 'the payload is not {"mac", "body"}');
  return result.data;
}

function macOf(topic: string, body: string, key: LinkKey): Buffer {
  return createHmac('sha256', key).update(`${topic}\n`).update(body).digest();
}
