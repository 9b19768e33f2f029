import { z } from 'zod';

import { FAULT_KINDS, FAULT_TARGETS } from './fault-kinds.js';

const text = z.string().min(1).max(64).exactOptional();
/** The largest whole number that the schema's version can hold. */
const VERSION_MAX = 2 ** 31 - 1;

/** An order over HTTP; what belongs together is checked by `Faults`. */
export const faultInput = z.strictObject({
  operation: z.enum(FAULT_TARGETS),
  kind: z.enum(FAULT_KINDS),
  times: z.int().default(1),
  after: z.int().exactOptional(),
  invoiceReference: text,
  terminalId: text,
  delayMs: z.int().exactOptional(),
  resultCode: z.int().exactOptional(),
  acted: z.boolean().exactOptional(),
  answer: z
    .strictObject({
      operation: z.enum(FAULT_TARGETS).exactOptional(),
      ersReference: text,
      invoiceReference: text,
      status: text,
      amount: text,
      version: z.union([z.int().min(0).max(VERSION_MAX), z.literal('stale')]).exactOptional(),
      terminalId: text,
      transactionPeriodId: text,
    })
    .exactOptional(),
});
