// Loaded into a server with `node --import`: lets it die by SIGKILL at a labelled point of its work, before or after.
// The product has no such switch: its methods are wrapped from outside. labels.ts lists the labels.
import 'reflect-metadata';

import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';

import { MqttConnection } from '#platform/mqtt.js';
import { ActPerformer } from '#purchasing/performer.js';
import { PostgresPurchaseStore } from '#purchasing/purchase-store.js';
import { PurchaseRunner } from '#purchasing/runner.js';
import { CreatePurchaseService } from '#reseller-api/unattended-payments/create-purchase.service.js';

import './leash.mjs';

/** A server is up by then. */
const FLUSH_AFTER_MS = 4_000;

let armed = new Set((process.env.CRASH_AT ?? '').split(',').filter((label) => label !== ''));
process.on('message', ({ arm }) => {
  armed = new Set(arm);
  process.send?.({ armed: arm });
});
process.channel?.unref();

// What dies by SIGKILL does not write its cache at its end.
setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();

function dieIf(label) {
  if (!armed.has(label)) return;
  writeSync(2, `crash-at ${label}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** @param pointOf what a call is called; undefined for calls that are no point. */
function watch({ prototype }, method, pointOf, isReached = () => true) {
  const original = prototype[method];
  prototype[method] = async function watched(...given) {
    const point = pointOf(...given);
    if (point === undefined) return original.apply(this, given);
    dieIf(`${point}:before`);
    const result = await original.apply(this, given);
    if (isReached(result)) dieIf(`${point}:after`);
    return result;
  };
}

/** `…/machines/<id>/command`: a grant or a close; `…/ack`. */
function messageOf(topic, payload) {
  if (topic.endsWith('/ack')) return 'publish:ack';
  if (!topic.endsWith('/command')) return undefined;
  const { body } = JSON.parse(payload);
  return `publish:${JSON.parse(body).type}`;
}

watch(CreatePurchaseService, 'create', () => 'createPurchase');
watch(PurchaseRunner, 'dispatch', (_id, { type }) => (type === 'NotificationReceived' ? 'notification' : undefined));
watch(PostgresPurchaseStore, 'begin', () => 'begin');
watch(PostgresPurchaseStore, 'save', ({ event, after }) => `save:${event.type}>${after.state}`);
watch(
  PostgresPurchaseStore,
  'claimDue',
  () => 'claim',
  (claimed) => claimed.length > 0,
);
watch(ActPerformer, 'perform', ({ state }, { kind }) => `perform:${kind}@${state}`);
watch(MqttConnection, 'publish', messageOf);
