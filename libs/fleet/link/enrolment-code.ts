import { createHash } from 'node:crypto';

import { randomLetters } from '../letters.js';

const LENGTH = 12;
const GROUP = 4;

/** 60 random bits in three groups: `7K2M-94QX-0TBN`. Too many to guess in the minutes that it counts. */
export function newEnrolmentCode(): string {
  return (randomLetters(LENGTH).match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
}

/** However it was typed: small letters, without hyphens. */
export function hashOfCode(code: string): Uint8Array<ArrayBuffer> {
  const letters = code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
  return new Uint8Array(createHash('sha256').update(`vendrail enrolment ${letters}`).digest());
}
