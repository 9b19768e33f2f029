import 'reflect-metadata';

import { IsString, Matches, MaxLength, validateSync } from 'class-validator';
import { LosslessNumber, isLosslessNumber, parse } from 'lossless-json';

/** A request has four short fields; SEQR's samples take 120 bytes. */
export const BODY_BYTES_MAX = 4_096;

/** What SEQR's Unattended Payments service asks for, whatever it calls it. */
export class CreatePurchaseRequest {
  /** From the machine's QR code. */
  @IsString()
  @Matches(/^[A-Za-z0-9._-]{1,64}$/)
  reservationToken!: string;

  /** The most the payer offers: a plain decimal, exact. */
  @IsString()
  @MaxLength(40)
  @Matches(/^\d+(\.\d+)?$/)
  amount!: string;

  @IsString()
  @Matches(/^[A-Z]{3}$/)
  currency!: string;

  /** The payer's phone number, digits without plus. */
  @IsString()
  @Matches(/^\d{5,15}$/)
  msisdn!: string;
}

/** Not a request of the contract. `message` names the fault for the log and never holds a value. */
export class MalformedRequestError extends Error {
  override readonly name = 'MalformedRequestError';
}

const TOKEN_SPELLINGS = ['token', 'reservationToken', 'purchaseToken'];
const AMOUNT_SPELLINGS = ['amount', 'reservationAmount'];

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the body of createPurchase in any of SEQR's spellings: `token` with `amount` as number (2018), `reservationToken`
 * with `reservationAmount` as string (2017), `purchaseToken` (the flow text of 2017). Numbers are read as written, never
 * through a float; unknown fields are ignored; the content type does not matter.
 *
 * @throws MalformedRequestError
 */
export function readCreatePurchase(body: Uint8Array): CreatePurchaseRequest {
  if (body.byteLength > BODY_BYTES_MAX) throw new MalformedRequestError('the body is too large');
  const fields = readObject(body);
  const request = new CreatePurchaseRequest();
  Object.assign(request, {
    reservationToken: oneOf(fields, TOKEN_SPELLINGS),
    amount: asText(oneOf(fields, AMOUNT_SPELLINGS)),
    currency: fields.get('currency'),
    msisdn: asText(fields.get('msisdn')),
  });
  const [fault] = validateSync(request, { forbidUnknownValues: true });
  if (fault) throw new MalformedRequestError(`${fault.property} is missing or not of its form`);
  return request;
}

function readObject(body: Uint8Array): ReadonlyMap<string, unknown> {
  let json: unknown;
  try {
    // Refuses duplicate keys with different values: which of two amounts was meant?
    json = parse(utf8.decode(body));
  } catch {
    throw new MalformedRequestError('the body is not JSON in UTF-8');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json) || isLosslessNumber(json)) {
    throw new MalformedRequestError('the body is not a JSON object');
  }
  // A Map has no prototype to pollute.
  return new Map(Object.entries(json));
}

function oneOf(fields: ReadonlyMap<string, unknown>, spellings: readonly string[]): unknown {
  const values = spellings.filter((name) => fields.has(name)).map((name) => fields.get(name));
  const texts = new Set(values.map((value) => asText(value)));
  if (texts.size > 1) throw new MalformedRequestError(`${spellings.join(' and ')} contradict each other`);
  return values[0];
}

function asText(value: unknown): unknown {
  return value instanceof LosslessNumber ? value.toString() : value;
}
