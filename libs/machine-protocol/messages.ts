import { z } from 'zod';

import { MACHINE_ID_PATTERN } from './topics.js';

/**
 * Every message between the gateway and a bridge, checked at run time on both sides from this one source.
 *
 * The rules of the link:
 * - Every message is signed with the machine's own key (signature.ts). What is not is as if it had never come.
 * - A command is never queued for later: it names the machine's present boot, carries a number that only grows, and a
 *   life time that the machine measures on its own monotonic clock from the moment it received it.
 * - An event is never dropped for being old. The bridge numbers its events without a gap, keeps each on disk until the
 *   gateway acknowledges it, and the gateway acknowledges it only when it is durable.
 * - Amounts are integers in the currency's smallest unit; clocks of the two sides are never compared, `at` is a label.
 */
export const PROTOCOL_VERSION = 1;

/** A vending session's messages fit in this many bytes, envelope included; a price list of 250 selections does too. */
export const MESSAGE_BYTES_MAX = 16_384;

/** Selections (item numbers) are 16 bit in MDB; 0xFFFF means "unknown item". */
export const SELECTION_MAX = 65_535;

const version = z.literal(PROTOCOL_VERSION);
const machineId = z.string().regex(MACHINE_ID_PATTERN);
/** Made anew at each start of the bridge. */
const bootId = z.string().regex(/^[A-Za-z0-9-]{8,64}$/);
const at = z.iso.datetime();
const purchaseId = z.uuid();
const grantNumber = z.int().min(1);
const minor = z.int().min(0).max(99_999_999);
const selection = z.int().min(0).max(SELECTION_MAX);
const currency = z.string().regex(/^[A-Z]{3}$/);
const text = z.string().max(500);

// ---------------------------------------------------------------------------------------------------- presence

/**
 * - `ready`: the machine would accept a grant now.
 * - `in-use`: a session is open at the machine.
 * - `disabled`: the machine talks to the adapter but refuses cashless sales (door open, out of service, sold out).
 * - `inactive`: the machine does not talk to the adapter.
 * - `adapter-lost`: the serial adapter is gone or silent.
 */
export const machineState = z.enum(['ready', 'in-use', 'disabled', 'inactive', 'adapter-lost']);
export type MachineState = z.infer<typeof machineState>;

/** What is true now. Retained; the broker publishes the `online: false` form as the bridge's last will. */
export const presence = z.object({
  v: version,
  machineId,
  bootId,
  online: z.boolean(),
  machineState,
  /** In words for the operator: why the machine is not ready. */
  detail: text.optional(),
  /** A simulated machine says so, and is kept out of reports. */
  simulated: z.boolean(),
  adapter: text,
  software: text,
  /** Events kept on the bridge's disk that the gateway has not acknowledged yet. */
  unacknowledged: z.int().min(0),
  /** The purchase whose grant is open at the machine. */
  openPurchaseId: purchaseId.optional(),
  /** The highest grant number this machine has seen, 0 for none: a server that has forgotten goes on above it. */
  highestGrantNumber: z.int().min(0),
  at,
});
export type Presence = z.infer<typeof presence>;

// ---------------------------------------------------------------------------------------------------- commands

/** Permission to sell up to an amount, once, now. */
export const grant = z.object({
  v: version,
  type: z.literal('grant'),
  machineId,
  /** The boot of the bridge that this grant is for; any other boot refuses it. */
  bootId,
  purchaseId,
  /** Grows with every grant of this machine; the machine refuses a number at or below the highest it has seen, except
   *  a repeat of the grant it is serving, which it answers again without starting anything. */
  grantNumber,
  currency,
  /** Decimals of `currency`. */
  exponent: z.int().min(0).max(3),
  /** The most that may be approved in all, in smallest units. */
  amountMinor: minor.min(1),
  /** Price of each selection that may be sold, in smallest units. A selection that is missing is denied. */
  prices: z.array(z.object({ selection, priceMinor: minor.min(1) })).max(250),
  priceListVersion: z.int().min(1),
  /** From receipt: after this long the grant is void, whatever happened. */
  lifetimeMs: z.int().min(1_000).max(3_600_000),
  /** The bridge ends the session when the payer has not chosen for this long. */
  selectionWindowMs: z.int().min(1_000).max(600_000),
  at,
});
export type Grant = z.infer<typeof grant>;

/** End the session of this grant: approve nothing more, lock, and report what happened with `session.closed`. Also
 *  answered when no such session is open, from the journal, so that a lost report can be asked for again. */
export const closeGrant = z.object({
  v: version,
  type: z.literal('close'),
  machineId,
  purchaseId,
  grantNumber,
  at,
});
export type CloseGrant = z.infer<typeof closeGrant>;

export const machineCommand = z.discriminatedUnion('type', [grant, closeGrant]);
export type MachineCommand = z.infer<typeof machineCommand>;

// ------------------------------------------------------------------------------------------------------ events

const granted = { purchaseId, grantNumber };
/** Lines on the serial link that belong to the event, oldest first: "> C,START,20.00", "< c,STATUS,IDLE,20.00". */
const serial = z.array(z.string().max(120)).max(20);
/** Counts the selections of one grant from 1, so that request and result of one vend find each other. */
const vendNumber = z.int().min(1).max(1_000);

export const machineEventBody = z.discriminatedUnion('type', [
  /** The machine is unlocked: its session is open with the granted credit. */
  z.object({ type: z.literal('grant.accepted'), ...granted, serial }),
  /** The grant was not acted on and never will be. */
  z.object({
    type: z.literal('grant.refused'),
    ...granted,
    reason: z.enum(['other-boot', 'old-number', 'expired', 'in-use', 'not-ready', 'start-failed', 'bad-grant']),
    detail: text.optional(),
    serial,
  }),
  /** The payer chose; the bridge is about to answer the machine. On disk before the answer leaves. */
  z.object({
    type: z.literal('vend.selected'),
    ...granted,
    vendNumber,
    selection,
    /** The machine's own price; the grant's price list decides, a difference is reported. */
    machinePriceMinor: minor,
    /** What the bridge approves, or 0 when it denies. */
    approvedMinor: minor,
    denied: z.enum(['unknown-selection', 'over-amount', 'price-differs', 'expired']).optional(),
    serial,
  }),
  /** The machine says that the item came out. */
  z.object({ type: z.literal('vend.dispensed'), ...granted, vendNumber, serial }),
  /** The machine says that the item did not come out, or took the request back: nothing to pay. */
  z.object({
    type: z.literal('vend.failed'),
    ...granted,
    vendNumber,
    reason: z.enum(['not-dispensed', 'cancelled']),
    serial,
  }),
  /** Approved, and nobody can know whether it came out: power cut, RESET or lost adapter during the vend. */
  z.object({
    type: z.literal('vend.uncertain'),
    ...granted,
    vendNumber,
    reason: z.enum(['reset', 'power-cut', 'adapter-lost', 'no-result']),
    serial,
  }),
  /** The machine is locked again, and this is all that happened: the closing report. */
  z.object({
    type: z.literal('session.closed'),
    ...granted,
    reason: z.enum([
      'machine',
      'payer-idle',
      'lifetime',
      'asked',
      'reset',
      'power-cut',
      'adapter-lost',
      'never-opened',
    ]),
    /** Selections reported under this grant, denied ones included. */
    selections: z.int().min(0).max(1_000),
    dispensed: z.int().min(0).max(1_000),
    dispensedMinor: minor,
    serial,
  }),
  /** Cash was taken at the machine: no concern of a purchase. */
  z.object({ type: z.literal('cash.sale'), selection, priceMinor: minor }),
  /** Something an operator should see: refused lines, resets, unknown items. */
  z.object({ type: z.literal('fault'), code: z.string().max(64), detail: text }),
]);
export type MachineEventBody = z.infer<typeof machineEventBody>;
export type MachineEventType = MachineEventBody['type'];

/** What happened, numbered without a gap in the bridge's journal. */
export const machineEvent = z.object({
  v: version,
  machineId,
  /** Made when the journal file is made; a new journal starts at seq 1. */
  journalId: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  bootId,
  seq: z.int().min(1),
  /** The oldest event the journal still holds: what lies before was acknowledged once and can never be sent again. */
  oldest: z.int().min(1).optional(),
  /** The bridge's clock: a label for people, never a reason to refuse. */
  at,
  body: machineEventBody,
});
export type MachineEvent = z.infer<typeof machineEvent>;

/** The outside of an event whose inside this side does not know: a newer bridge, or a faulty one. */
export const machineEventEnvelope = machineEvent.extend({ body: z.unknown() });
export type MachineEventEnvelope = z.infer<typeof machineEventEnvelope>;

/** Everything of this journal up to and with `upTo` is durable on the server; send again from `upTo + 1`. */
export const eventAck = z.object({
  v: version,
  machineId,
  journalId: z.string(),
  upTo: z.int().min(0),
  /** Events that were recorded but meant nothing to the server; the bridge forgets them like the others. */
  rejected: z
    .array(z.object({ seq: z.int().min(1), reason: text }))
    .max(100)
    .optional(),
  at,
});
export type EventAck = z.infer<typeof eventAck>;
