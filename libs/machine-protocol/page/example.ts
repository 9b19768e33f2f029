import { createHmac } from 'node:crypto';

import { encode } from '../codec.js';
import type { EventAck, Grant, MachineEvent, Presence } from '../messages.js';
import { type Channel, topicOf } from '../topics.js';

/** A key that everybody can read is nobody's key; it is good for trying out one's own code. */
export const EXAMPLE_KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
export const EXAMPLE_MACHINE = 'helsinki-central-1';

const purchaseId = '0190a000-0000-7000-8000-000000000001';
const bootId = 'boot-4f1c2a90';
const at = '2026-11-21T12:00:00.000Z';

const presence: Presence = {
  v: 1,
  machineId: EXAMPLE_MACHINE,
  bootId,
  online: true,
  machineState: 'ready',
  simulated: false,
  adapter: 'ACME MDB board 2.1',
  software: 'acme-vend 1.4.0',
  unacknowledged: 0,
  highestGrantNumber: 41,
  at,
};

const grant: Grant = {
  v: 1,
  type: 'grant',
  machineId: EXAMPLE_MACHINE,
  bootId,
  purchaseId,
  grantNumber: 42,
  currency: 'EUR',
  exponent: 2,
  amountMinor: 2_000,
  prices: [
    { selection: 11, priceMinor: 180 },
    { selection: 12, priceMinor: 190 },
  ],
  priceListVersion: 3,
  lifetimeMs: 300_000,
  selectionWindowMs: 60_000,
  at,
};

const accepted: MachineEvent = {
  v: 1,
  machineId: EXAMPLE_MACHINE,
  journalId: 'journal-7d2e',
  bootId,
  seq: 118,
  oldest: 118,
  at,
  body: { type: 'grant.accepted', purchaseId, grantNumber: 42, serial: [] },
};

const ack: EventAck = { v: 1, machineId: EXAMPLE_MACHINE, journalId: 'journal-7d2e', upTo: 118, at };

export interface Example {
  readonly title: string;
  readonly channel: Channel;
  readonly topic: string;
  readonly body: string;
  readonly mac: string;
  readonly payload: string;
}

/** One message of each channel, as bytes. */
export const EXAMPLES: readonly Example[] = [
  exampleOf('The machine is there', 'presence', encode(presence)),
  exampleOf('The server grants', 'command', encode(grant)),
  exampleOf('The machine accepts', 'event', encode(accepted)),
  exampleOf('The server acknowledges', 'ack', encode(ack)),
];

/** The MAC is worked out here as the page describes it, from nothing of ours: that both are right shows in a test. */
function exampleOf(title: string, channel: Channel, body: string): Example {
  const topic = topicOf(EXAMPLE_MACHINE, channel);
  const key = Buffer.from(EXAMPLE_KEY, 'hex');
  const mac = createHmac('sha256', key).update(`${topic}\n${body}`, 'utf8').digest('hex');
  return { title, channel, topic, body, mac, payload: JSON.stringify({ mac, body }) };
}
