/**
 * The bytes between a machine controller and a cashless device, written from MDB/ICP 4.2 section 7.4 for the machine's side
 * and on purpose not from the bridge's own code: two readings of one document find each other's mistakes.
 */

/** Adds the checksum. */
export function framed(...bytes: number[]): Buffer {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return Buffer.from([...bytes, sum % 256]);
}

function money(units: number, wide: boolean): number[] {
  const buffer = Buffer.alloc(wide ? 4 : 2);
  if (wide) buffer.writeUInt32BE(units);
  else buffer.writeUInt16BE(units);
  return [...buffer];
}

function word(value: number): number[] {
  return [value >> 8, value & 255];
}

function letters(text: string, length: number): number[] {
  return [...Buffer.from(text.padEnd(length, ' ').slice(0, length), 'ascii')];
}

/** Two decimal digits in one byte. */
function packed(number: number): number {
  return Math.floor(number / 10) * 16 + (number % 10);
}

/** What the machine says. Amounts in units of READER CONFIG's scale. @param at 0x10 or 0x60 */
export const says = {
  reset: (at: number) => framed(at),
  setupConfig: (at: number, level: number) => framed(at + 1, 0x00, level, 0, 0, 0),
  /** Unknown prices: all ones and all zeros. */
  setupPrices: (at: number, wide: boolean, currency: number) =>
    wide
      ? framed(at + 1, 0x01, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, ...word(currency))
      : framed(at + 1, 0x01, 0xff, 0xff, 0, 0),
  requestId: (at: number, serial: string, model: string) =>
    framed(at + 7, 0x00, ...letters('SIM', 3), ...letters(serial, 12), ...letters(model, 12), 0x01, 0x00),
  enableOptions: (at: number, options: number) => framed(at + 7, 0x04, ...money(options, true)),
  writeTimeDate: (at: number, now: Date) =>
    framed(
      at + 7,
      0x03,
      ...[now.getFullYear() % 100, now.getMonth() + 1, now.getDate()].map(packed),
      ...[now.getHours(), now.getMinutes(), now.getSeconds()].map(packed),
      now.getDay() === 0 ? 7 : now.getDay(),
      0xff,
      0xff,
      0xff,
    ),
  readerEnable: (at: number) => framed(at + 4, 0x01),
  readerDisable: (at: number) => framed(at + 4, 0x00),
  vendRequest: (at: number, units: number, item: number, wide: boolean) =>
    framed(at + 3, 0x00, ...money(units, wide), ...word(item)),
  vendCancel: (at: number) => framed(at + 3, 0x01),
  vendSuccess: (at: number, item: number) => framed(at + 3, 0x02, ...word(item)),
  vendFailure: (at: number) => framed(at + 3, 0x03),
  sessionComplete: (at: number) => framed(at + 3, 0x04),
  cashSale: (at: number, units: number, item: number, wide: boolean, currency: number) =>
    framed(at + 3, 0x05, ...money(units, wide), ...word(item), ...(wide ? word(currency) : [])),
} as const;

/** What a cashless device answers to a POLL. */
export type Answer =
  | { readonly name: 'just-reset' | 'session-cancel' | 'denied' | 'end-session' | 'cancelled' | 'out-of-sequence' }
  | { readonly name: 'time-date-request' | 'other' }
  /** `currency` as two packed bytes, 0x1752 for SEK. */
  | {
      readonly name: 'reader-config';
      readonly level: number;
      readonly currency: number;
      readonly scale: number;
      readonly decimals: number;
      readonly responseSeconds: number;
      readonly options: number;
    }
  | { readonly name: 'begin-session' | 'approved'; readonly units: number }
  | { readonly name: 'peripheral-id'; readonly options: number };

/** What the two sides agreed on; the lengths of some answers hang on it. */
export interface Agreement {
  readonly level: number;
  readonly wide: boolean;
}

/** Several answers may be joined in one block. @returns undefined for a block that is wrong: it is not acknowledged */
export function understand(block: Buffer, agreed: Agreement): Answer[] | undefined {
  const data = block.subarray(0, -1);
  if (data.length === 0 || !framed(...data).equals(block)) return undefined;
  const answers: Answer[] = [];
  for (let at = 0; at < data.length;) {
    const length = lengthOf(data.subarray(at), agreed);
    if (length === undefined || at + length > data.length) return undefined;
    answers.push(read(data.subarray(at, at + length), agreed));
    at += length;
  }
  return answers;
}

/** With its code; by code, section 7.4. */
function lengthOf(answer: Buffer, { level, wide }: Agreement): number | undefined {
  switch (answer[0]) {
    case 0x00:
    case 0x04:
    case 0x06:
    case 0x07:
    case 0x08:
    case 0x0d:
    case 0x0e:
    case 0x11:
      return 1;
    case 0x01:
      return 8;
    case 0x03:
      return wide ? 17 : level === 1 ? 3 : 10;
    case 0x05:
      return wide ? 5 : 3;
    case 0x09:
      return level === 3 ? 34 : 30;
    case 0x0a:
      return 2;
    case 0x0b:
      return level === 1 ? 1 : 2;
    default:
      return undefined;
  }
}

const BARE = {
  0x00: 'just-reset',
  0x04: 'session-cancel',
  0x06: 'denied',
  0x07: 'end-session',
  0x08: 'cancelled',
  0x0b: 'out-of-sequence',
  0x11: 'time-date-request',
} as const;

function read(answer: Buffer, { wide }: Agreement): Answer {
  const code = answer.readUInt8(0);
  switch (code) {
    case 0x01:
      return {
        name: 'reader-config',
        level: answer.readUInt8(1),
        currency: answer.readUInt16BE(2),
        scale: answer.readUInt8(4),
        decimals: answer.readUInt8(5),
        responseSeconds: answer.readUInt8(6),
        options: answer.readUInt8(7),
      };
    case 0x03:
    case 0x05: {
      const units = wide ? answer.readUInt32BE(1) : answer.readUInt16BE(1);
      return { name: code === 0x03 ? 'begin-session' : 'approved', units };
    }
    case 0x09:
      return { name: 'peripheral-id', options: answer.length === 34 ? answer.readUInt32BE(30) : 0 };
    default:
      return { name: code in BARE ? BARE[code as keyof typeof BARE] : 'other' };
  }
}
