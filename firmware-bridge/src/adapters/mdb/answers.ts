import { bytesOf, sealed } from './blocks.js';

/** The names of MDB/ICP 4.2, section 7.4, for what a cashless device may answer to a POLL. */
export type AnswerName =
  | 'JUST RESET'
  | 'READER CONFIG'
  | 'BEGIN SESSION'
  | 'SESSION CANCEL REQUEST'
  | 'VEND APPROVED'
  | 'VEND DENIED'
  | 'END SESSION'
  | 'CANCELLED'
  | 'PERIPHERAL ID'
  | 'OUT OF SEQUENCE'
  | 'REVALUE DENIED'
  | 'TIME/DATE REQUEST'
  | 'DIAGNOSTICS';

export type Level = 1 | 2 | 3;

/** Bits of PERIPHERAL ID and of ENABLE OPTIONS. */
export const OPTION = { money32: 0x02, currencies: 0x04, alwaysIdle: 0x20 } as const;

/** Bits of READER CONFIG, Z8. */
const CAN_REFUND = 0x01;
const MULTI_VEND = 0x02;
const TAKES_CASH_SALE = 0x08;

/** BEGIN SESSION from level 2 on: no media number, an ordinary payment, no data of its own. */
const NO_MEDIA = [0xff, 0xff, 0xff, 0xff, 0, 0, 0];

/** "en", ISO 639. */
const LANGUAGE = [0x65, 0x6e];

/** 1.00, packed decimals. */
const VERSION = [0x01, 0x00];

export interface ConfigFields {
  readonly level: Level;
  /** Four digits: 1 and the number of ISO 4217. */
  readonly currency: string;
  readonly scale: number;
  readonly decimals: number;
  /** How long the machine shall wait for an answer. */
  readonly responseSeconds: number;
  readonly multiVend: boolean;
}

export interface IdFields {
  readonly manufacturer: string;
  readonly serial: string;
  readonly model: string;
}

function currencyBytes(currency: string): number[] {
  return bytesOf(Number.parseInt(currency, 16), 2);
}

function textBytes(text: string, width: number): number[] {
  return Array.from(text.slice(0, width).padEnd(width), (character) => (character.codePointAt(0) ?? 0x20) & 0x7f);
}

/** All ones mean "not known" or "a token", so the largest amount is one below. */
export function unitsMax(wide: boolean): number {
  return wide ? 0xffff_fffe : 0xfffe;
}

/** Whole blocks, with their checksums. */
export const answers = {
  justReset: () => sealed(0x00),

  readerConfig: ({ level, currency, scale, decimals, responseSeconds, multiVend }: ConfigFields) => {
    const options = CAN_REFUND | TAKES_CASH_SALE | (multiVend ? MULTI_VEND : 0);
    return sealed(0x01, level, ...currencyBytes(currency), scale, decimals, responseSeconds, options);
  },

  /** @param funds units the machine shows as credit; a larger credit is shown as the largest that fits */
  beginSession: (funds: number, level: Level, wide: boolean, currency: string) => {
    const shown = Math.min(funds, unitsMax(wide));
    if (wide) return sealed(0x03, ...bytesOf(shown, 4), ...NO_MEDIA, ...LANGUAGE, ...currencyBytes(currency), 0);
    return sealed(0x03, ...bytesOf(shown, 2), ...(level === 1 ? [] : NO_MEDIA));
  },

  sessionCancelRequest: () => sealed(0x04),
  /** @param units at most `unitsMax` */
  vendApproved: (units: number, wide: boolean) => sealed(0x05, ...bytesOf(units, wide ? 4 : 2)),
  vendDenied: () => sealed(0x06),
  endSession: () => sealed(0x07),
  cancelled: () => sealed(0x08),

  /** @param options undefined below level 3, where the field does not exist */
  peripheralId: ({ manufacturer, serial, model }: IdFields, options: number | undefined) =>
    sealed(
      0x09,
      ...textBytes(manufacturer, 3),
      ...textBytes(serial, 12),
      ...textBytes(model, 12),
      ...VERSION,
      ...(options === undefined ? [] : bytesOf(options, 4)),
    ),

  /** At level 1 without the state. @param stateNumber 1 to 7, as in section 7.3 */
  outOfSequence: (level: Level, stateNumber: number) => (level === 1 ? sealed(0x0b) : sealed(0x0b, stateNumber)),
  revalueDenied: () => sealed(0x0e),
  timeDateRequest: () => sealed(0x11),
  diagnostics: () => sealed(0xff),
} as const;
