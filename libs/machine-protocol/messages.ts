import { z } from 'zod';

import { MACHINE_ID_PATTERN } from './topics.js';

/**
 * Every message between the gateway and a bridge, checked at run time on both sides from this one source. What each
 * field means stands in its description, from which docs/machine-link.md and docs/machine-link.asyncapi.json are made
 * (`npm run docs:machine-link`); what must be done with the messages stands in rules.ts.
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

const version = z.literal(PROTOCOL_VERSION).describe('The version of the link; it stands in the topics too.');
const machineId = z
  .string()
  .regex(MACHINE_ID_PATTERN)
  .describe('The machine of the topic. A message that names another is dropped.');
const ids = z.string().regex(/^[A-Za-z0-9-]{8,64}$/);
const bootId = ids.describe('Made anew at each start of the machine’s software; a UUID will do.');
/** No journal comes to so many events; what keeps them counts to here. */
const COUNT_MAX = 2_147_483_647;

const at = z.iso
  .datetime()
  .describe('The sender’s clock: a label for people, never a reason to do or refuse anything.');
const purchaseId = z.uuid().describe('The purchase that the grant is for.');
const grantNumber = z.int().min(1).describe('The grant’s number; the numbers of one machine only grow.');
const minor = z.int().min(0).max(99_999_999).describe('In the currency’s smallest unit.');
const selection = z
  .int()
  .min(0)
  .max(SELECTION_MAX)
  .describe('The number that the payer presses (MDB item number); 65535 means that it is not known.');
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .describe('ISO 4217 letters. The machine refuses a currency that is not its own.');
const text = z.string().max(500);

// ---------------------------------------------------------------------------------------------------- presence

export const machineState = z
  .enum(['ready', 'in-use', 'disabled', 'inactive', 'adapter-lost'])
  .describe(
    '`ready`: a grant would be accepted now. `in-use`: a session is open. `disabled`: cashless sales are refused (door open, out of service, sold out, journal full). `inactive`: the machine does not talk to the adapter. `adapter-lost`: the adapter is gone or silent; a board without one does not use it.',
  );
export type MachineState = z.infer<typeof machineState>;

export const presence = z
  .object({
    v: version,
    machineId,
    bootId,
    online: z.boolean().describe('False in the last will and in the goodbye only.'),
    machineState,
    detail: text.optional().describe('In words for the operator: why the machine is not ready.'),
    simulated: z.boolean().describe('A simulated machine says so, and is kept out of reports.'),
    adapter: text.describe('What stands between the software and the machine, with its version; for people.'),
    software: text.describe('Name and version of the software that speaks here; for people.'),
    unacknowledged: z.int().min(0).max(COUNT_MAX).describe('Events kept by the machine that are not acknowledged yet.'),
    openPurchaseId: purchaseId.optional().describe('The purchase whose grant is open at the machine.'),
    highestGrantNumber: z
      .int()
      .min(0)
      .describe(
        'The highest grant number this machine has seen, 0 for none: a server that has forgotten goes on above it.',
      ),
    at,
  })
  .describe('What is true now. Retained; with `online: false` it is also the last will.');
export type Presence = z.infer<typeof presence>;

// ---------------------------------------------------------------------------------------------------- commands

export const grant = z
  .object({
    v: version,
    type: z.literal('grant'),
    machineId,
    bootId: ids.describe('The boot that this grant is for, from the presence; any other boot refuses it.'),
    purchaseId,
    grantNumber,
    currency,
    exponent: z.int().min(0).max(3).describe('Decimals of the currency.'),
    amountMinor: minor.min(1).describe('The most that may be approved in all, in smallest units.'),
    prices: z
      .array(
        z.object({
          selection,
          priceMinor: minor.min(1).describe('What this selection costs, in smallest units.'),
        }),
      )
      .max(250)
      .describe('Each selection that may be sold, once. A selection that is missing is denied.'),
    priceListVersion: z.int().min(1).describe('Which price list this was; for people.'),
    lifetimeMs: z
      .int()
      .min(1_000)
      .max(3_600_000)
      .describe('Measured by the machine from receipt: after this long the grant is void, whatever happened.'),
    selectionWindowMs: z
      .int()
      .min(1_000)
      .max(600_000)
      .describe('The machine ends the session when the payer has not chosen for this long.'),
    at,
  })
  .describe('Permission to sell up to an amount, once, now.');
export type Grant = z.infer<typeof grant>;

export const closeGrant = z
  .object({
    v: version,
    type: z.literal('close'),
    machineId,
    purchaseId,
    grantNumber,
    at,
  })
  .describe(
    'End the session of this grant: approve nothing more, lock, and report with `session.closed`. When no such session is open, the last word about the grant is said again, so that a lost report can be asked for.',
  );
export type CloseGrant = z.infer<typeof closeGrant>;

export const machineCommand = z.discriminatedUnion('type', [grant, closeGrant]);
export type MachineCommand = z.infer<typeof machineCommand>;

// ------------------------------------------------------------------------------------------------------ events

const granted = { purchaseId, grantNumber };
const serial = z
  .array(z.string().max(120))
  .max(20)
  .describe(
    'The lines between software and machine that belong to the event, oldest first, as evidence for people: "> C,START,20.00", "< c,STATUS,IDLE,20.00". Empty where there are none.',
  );
const vendNumber = z
  .int()
  .min(1)
  .max(1_000)
  .describe(
    'Counts the selections of one grant from 1, denied ones included, so that choice and result find each other.',
  );

export const machineEventBody = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('grant.accepted'), ...granted, serial })
    .describe('The machine is unlocked: its session is open with the granted credit.'),
  z
    .object({
      type: z.literal('grant.refused'),
      ...granted,
      reason: z
        .enum(['other-boot', 'old-number', 'expired', 'in-use', 'not-ready', 'start-failed', 'bad-grant'])
        .describe(
          '`other-boot`: for another boot. `old-number`: at or below the highest number seen. `expired`: the machine did not open within the life time. `in-use`: another grant is open. `not-ready`: the machine cannot sell now. `start-failed`: the machine did not take the session. `bad-grant`: not for this machine’s currency, or a selection with two prices.',
        ),
      detail: text.optional().describe('In words for the operator.'),
      serial,
    })
    .describe('The grant was not acted on and never will be.'),
  z
    .object({
      type: z.literal('vend.selected'),
      ...granted,
      vendNumber,
      selection,
      machinePriceMinor: minor.describe('The machine’s own price, in smallest units.'),
      approvedMinor: minor.describe('What is approved, in smallest units; 0 when it is denied.'),
      denied: z
        .enum(['unknown-selection', 'over-amount', 'price-differs', 'expired'])
        .optional()
        .describe(
          '`unknown-selection`: not in the grant. `over-amount`: more than is left of the grant. `price-differs`: the machine asks another price than the grant. `expired`: the grant is void or the session is closing.',
        ),
      serial,
    })
    .describe('The payer chose, and is about to be answered. Durable at the machine before the answer leaves.'),
  z
    .object({ type: z.literal('vend.dispensed'), ...granted, vendNumber, serial })
    .describe('The machine says that the item came out.'),
  z
    .object({
      type: z.literal('vend.failed'),
      ...granted,
      vendNumber,
      reason: z
        .enum(['not-dispensed', 'cancelled'])
        .describe(
          '`not-dispensed`: the machine says that nothing came out. `cancelled`: the request was taken back, or the approval did not leave.',
        ),
      serial,
    })
    .describe('The machine says that the item did not come out, or took the request back: nothing to pay.'),
  z
    .object({
      type: z.literal('vend.uncertain'),
      ...granted,
      vendNumber,
      reason: z
        .enum(['reset', 'power-cut', 'adapter-lost', 'no-result'])
        .describe('What kept the result from being known.'),
      serial,
    })
    .describe('Approved, and nobody can know whether it came out. A person decides, never the machine.'),
  z
    .object({
      type: z.literal('session.closed'),
      ...granted,
      reason: z
        .enum(['machine', 'payer-idle', 'lifetime', 'asked', 'reset', 'power-cut', 'adapter-lost', 'never-opened'])
        .describe(
          '`machine`: the machine or the payer ended it. `payer-idle`: the selection window passed. `lifetime`: the life time passed. `asked`: by a close command, or the software was stopped. `reset`, `power-cut`, `adapter-lost`: what interrupted it. `never-opened`: there was no such session.',
        ),
      selections: z.int().min(0).max(1_000).describe('Selections reported under this grant, denied ones included.'),
      dispensed: z.int().min(0).max(1_000).describe('How many of them were dispensed.'),
      dispensedMinor: minor.describe('What was approved for those that were dispensed, in sum, in smallest units.'),
      serial,
    })
    .describe('The machine is locked again, and this is all that happened: the closing report.'),
  z
    .object({ type: z.literal('cash.sale'), selection, priceMinor: minor.describe('In smallest units.') })
    .describe('Cash was taken at the machine: no concern of a purchase.'),
  z
    .object({
      type: z.literal('fault'),
      code: z
        .string()
        .max(64)
        .describe('A short name of the machine’s own choice; `bad-message` for a message that was dropped.'),
      detail: text.describe('In words for the operator; never the content of a message.'),
    })
    .describe('Something an operator should see: refused lines, resets, unknown items.'),
]);
export type MachineEventBody = z.infer<typeof machineEventBody>;
export type MachineEventType = MachineEventBody['type'];

const journalId = ids.describe('Made when the journal is made; a new journal starts at seq 1.');

export const machineEvent = z
  .object({
    v: version,
    machineId,
    journalId,
    bootId: ids.describe('The boot during which it happened, which need not be the present one.'),
    seq: z.int().min(1).max(COUNT_MAX).describe('The event’s place in its journal: one more than the one before.'),
    oldest: z
      .int()
      .min(1)
      .max(COUNT_MAX)
      .optional()
      .describe(
        'The oldest event the journal still holds: what lies before was acknowledged once and can never be sent again.',
      ),
    at,
    body: machineEventBody,
  })
  .describe('What happened, numbered without a gap in the machine’s journal.');
export type MachineEvent = z.infer<typeof machineEvent>;

/** The outside of an event whose inside this side does not know: a newer bridge, or a faulty one. */
export const machineEventEnvelope = machineEvent.extend({ body: z.unknown() });
export type MachineEventEnvelope = z.infer<typeof machineEventEnvelope>;

export const eventAck = z
  .object({
    v: version,
    machineId,
    journalId: z.string().describe('The journal that is acknowledged; one of another journal says nothing.'),
    upTo: z.int().min(0).describe('The last event that is durable at the server; 0 for none.'),
    rejected: z
      .array(
        z.object({
          seq: z.int().min(1).describe('Which event.'),
          reason: text.describe('In words for people.'),
        }),
      )
      .max(100)
      .optional()
      .describe('Events that were recorded but meant nothing to the server; the machine forgets them like the others.'),
    at,
  })
  .describe('Everything of this journal up to and with `upTo` is durable at the server; send again from `upTo + 1`.');
export type EventAck = z.infer<typeof eventAck>;
