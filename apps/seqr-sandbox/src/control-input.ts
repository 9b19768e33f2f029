import type { IncomingMessage } from 'node:http';

import { z } from 'zod';

import { SPELLINGS } from './create-purchase.js';
import { HttpError, readBody } from './http.js';
import { TOKENS_MAX } from './tokens.js';

/** The largest input is a scan with a handful of cards, of some hundred bytes. */
const BODY_BYTES_MAX = 4096;

const card = z.strictObject({
  id: z.string().min(1).max(64),
  value: z.string().min(1).max(64),
  description: z.string().max(200).default(''),
});
const cards = z.array(card).max(TOKENS_MAX).default([]);

export const INPUT = {
  scan: z.strictObject({
    qrText: z.string().max(200).optional(),
    token: z.string().max(64).optional(),
    msisdn: z.string().max(20),
    amount: z.string().max(20),
    currency: z.string().max(3),
    spelling: z.enum(SPELLINGS).optional(),
  }),
  confirm: z.strictObject({ pin: z.string().max(12) }),
  open: z.strictObject({ cards }),
  openByQr: z.strictObject({ qrText: z.string().max(200), cards }),
  payer: z.strictObject({ takesRefunds: z.boolean() }),
  terminal: z.strictObject({ isBlocked: z.boolean().optional(), holdsManyInvoices: z.boolean().optional() }),
  reseller: z.strictObject({ isBlocked: z.boolean().optional(), mayRefund: z.boolean().optional() }),
  session: z.strictObject({
    msisdn: z.string().regex(/^\d{5,15}$/, 'must be 5 to 15 digits, no plus'),
    parameters: z.record(z.string().min(1).max(64), z.string().max(200)).default({}),
  }),
  bank: z.strictObject({ isDown: z.boolean() }),
  settings: z.strictObject({ createPurchaseUrl: z.string().max(2000) }),
};

/** Reads and checks a JSON body; no body at all counts as `{}`. @throws HttpError NOT_JSON, BAD_INPUT, BODY_TOO_LARGE */
export async function readInput<T>(request: IncomingMessage, shape: z.ZodType<T>): Promise<T> {
  const json = await readJson(request);
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new HttpError(400, 'BAD_INPUT', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is wrong'}`);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'];
  const text = (await readBody(request, BODY_BYTES_MAX)).toString('utf8');
  if (text === '' && type === undefined) return {};
  // A page of another origin can send forms and plain text to this port, but no JSON without asking first.
  if (!/^application\/json\b/i.test(type ?? '')) {
    throw new HttpError(400, 'NOT_JSON', 'the Content-Type must be application/json');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'NOT_JSON', 'the body is not JSON');
  }
}

/** Drops fields that were not given, so that they do not overwrite what is there. */
export function withoutUndefined<T extends object>(value: T) {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
