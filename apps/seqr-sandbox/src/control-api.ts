import type { IncomingMessage, ServerResponse } from 'node:http';

import { z } from 'zod';

import type { InvoiceBook } from './book.js';
import { PayerError } from './book-rules.js';
import { ScanError, SPELLINGS } from './create-purchase.js';
import { FAULT_KINDS, FAULT_TARGETS, FaultError, type Faults } from './faults.js';
import { HttpError, readBody, sendJson } from './http.js';
import type { Journal } from './journal.js';
import type { Payer } from './payer.js';
import { invoiceView, summaryView } from './views.js';

export interface SandboxMachine {
  readonly token: string;
  readonly name: string;
  readonly qrText: string;
}

interface Parts {
  readonly book: InvoiceBook;
  readonly payer: Payer;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly machines: readonly SandboxMachine[];
}

/** A page of the newest invoices: the table beside the phone shows no more. */
const INVOICES_SHOWN = 200;
/** The largest input is a scan, of some hundred bytes. */
const BODY_BYTES_MAX = 4096;

const scanInput = z.strictObject({
  qrText: z.string().max(200).optional(),
  token: z.string().max(64).optional(),
  msisdn: z.string().max(20),
  amount: z.string().max(20),
  currency: z.string().max(3),
  spelling: z.enum(SPELLINGS).optional(),
});
const confirmInput = z.strictObject({ pin: z.string().max(12) });
const faultInput = z.strictObject({
  operation: z.enum(FAULT_TARGETS),
  kind: z.enum(FAULT_KINDS),
  times: z.int().default(1),
  delayMs: z.int().optional(),
  resultCode: z.int().optional(),
  acted: z.boolean().optional(),
});
const settingsInput = z.strictObject({ createPurchaseUrl: z.string().max(2000) });

type Handler = (request: IncomingMessage, reference: string) => unknown;

/** What people and tests do with the sandbox from outside the payment: all under /sandbox/, all JSON. */
export class ControlApi {
  readonly #routes: readonly (readonly [method: string, path: RegExp, handler: Handler])[];

  constructor({ book, payer, faults, journal, machines }: Parts) {
    const view = (reference: string) => {
      const invoice = book.find(reference);
      if (!invoice) throw new HttpError(404, 'UNKNOWN_INVOICE', 'there is no such invoice');
      return invoiceView(invoice);
    };
    this.#routes = [
      ['GET', /^\/sandbox\/machines$/, () => ({ machines })],
      ['POST', /^\/sandbox\/scan$/, async (request) => payer.scan(await readInput(request, scanInput))],
      ['GET', /^\/sandbox\/invoices$/, () => ({ invoices: book.list(INVOICES_SHOWN).map(summaryView) })],
      ['GET', /^\/sandbox\/invoices\/(\d{1,40})$/, (_, reference) => view(reference)],
      [
        'POST',
        /^\/sandbox\/invoices\/(\d{1,40})\/confirm$/,
        async (request, reference) => {
          payer.confirm(reference, (await readInput(request, confirmInput)).pin);
          return view(reference);
        },
      ],
      [
        'POST',
        /^\/sandbox\/invoices\/(\d{1,40})\/decline$/,
        (_, reference) => {
          payer.decline(reference);
          return view(reference);
        },
      ],
      ['GET', /^\/sandbox\/violations$/, () => ({ violations: journal.violations })],
      ['GET', /^\/sandbox\/calls$/, () => ({ calls: journal.calls })],
      ['GET', /^\/sandbox\/faults$/, () => ({ faults: faults.list() })],
      [
        'POST',
        /^\/sandbox\/faults$/,
        async (request) => {
          faults.add(withoutUndefined(await readInput(request, faultInput)));
          return { faults: faults.list() };
        },
      ],
      [
        'DELETE',
        /^\/sandbox\/faults$/,
        () => {
          faults.clear();
          return { faults: [] };
        },
      ],
      [
        'PUT',
        /^\/sandbox\/settings$/,
        async (request) => {
          payer.createPurchaseUrl = (await readInput(request, settingsInput)).createPurchaseUrl;
          return { createPurchaseUrl: payer.createPurchaseUrl };
        },
      ],
    ];
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    try {
      const routes = this.#routes.filter(([, pattern]) => pattern.test(path));
      if (routes.length === 0) throw new HttpError(404, 'NOT_FOUND', 'the sandbox has nothing at this path');
      const route = routes.find(([method]) => method === request.method);
      if (!route) throw new HttpError(405, 'METHOD_NOT_ALLOWED', `only ${routes.map(([method]) => method).join(', ')}`);
      const [, pattern, handler] = route;
      sendJson(response, 200, await handler(request, pattern.exec(path)?.[1] ?? ''));
    } catch (error) {
      const { status, code, message } = toHttpError(error);
      if (!request.complete) response.setHeader('Connection', 'close');
      sendJson(response, status, { code, message });
    }
  }
}

async function readInput<T>(request: IncomingMessage, shape: z.ZodType<T>): Promise<T> {
  // A page of another origin can send forms and plain text to this port, but no JSON without asking first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new HttpError(400, 'NOT_JSON', 'the Content-Type must be application/json');
  }
  const text = (await readBody(request, BODY_BYTES_MAX)).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'NOT_JSON', 'the body is not JSON');
  }
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new HttpError(400, 'BAD_INPUT', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is wrong'}`);
}

function withoutUndefined<T extends object>(value: T) {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof ScanError || error instanceof FaultError) return new HttpError(400, error.code, error.message);
  if (error instanceof PayerError) {
    return new HttpError(error.code === 'UNKNOWN_INVOICE' ? 404 : 409, error.code, error.message);
  }
  throw error;
}
