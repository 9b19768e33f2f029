import { pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

import { LINK_KEY_BYTES, LINK_KEY_PATTERN } from '#machine-protocol/signature.js';

/** What a bridge proves itself with: to the broker by the password, to the servers by the key. */
export interface LinkCredentials {
  readonly password: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
}

const PASSWORD_BYTES = 24;
/** Nobody chooses one: what is made here has 32 characters, and no shorter one is taken. */
export const PASSWORD_PATTERN = /^[A-Za-z0-9_-]{32,64}$/;

export function newCredentials(): LinkCredentials {
  return {
    password: randomBytes(PASSWORD_BYTES).toString('base64url'),
    key: randomBytes(LINK_KEY_BYTES).toString('hex'),
  };
}

export function areCredentials({ password, key }: LinkCredentials): boolean {
  return PASSWORD_PATTERN.test(password) && LINK_KEY_PATTERN.test(key);
}

/**
 * Mosquitto's own number. Many rounds protect passwords that can be guessed; these have 192 random bits, and a broker
 * checks hundreds at once when a fleet comes back.
 */
const ROUNDS = 101;
const SALT_BYTES = 12;
const HASH_BYTES = 64;
const HASH_FORM = /^\$7\$([1-9]\d{0,5})\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)$/;

/** As a line of Mosquitto's password file has it: `$7$<rounds>$<salt>$<PBKDF2-SHA512>`. */
export function passwordHash(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = pbkdf2Sync(password, salt, ROUNDS, HASH_BYTES, 'sha512');
  return `$7$${ROUNDS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** In constant time for one hash. */
export function isPassword(password: string, hash: string): boolean {
  const [, rounds, salt = '', expected = ''] = HASH_FORM.exec(hash) ?? [];
  if (rounds === undefined) return false;
  const given = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), HASH_BYTES, 'sha512');
  const wanted = Buffer.from(expected, 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
