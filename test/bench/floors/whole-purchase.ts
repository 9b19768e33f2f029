// Floor of a whole purchase: the calls, messages and commits that the contract with SEQR and with the machine asks for,
// one small statement each, and no check. Every event is durable before it is acknowledged.
import { randomUUID } from 'node:crypto';

import { bodyOf, signed } from '../neighbours/link.js';
import { RawMqtt } from '../neighbours/raw-mqtt.js';
import { answering, variable } from '../processes/answering.js';
import { FloorDatabase } from './floor-database.js';
import { listen } from './floor-http.js';
import { FloorSeqr, invoiceOf } from './floor-seqr.js';

interface Open {
  readonly id: string;
  readonly machineId: string;
  readonly reference: string;
}

const PRICES = Array.from({ length: 12 }, (_, i) => `{"selection":${11 + i},"priceMinor":180}`).join(',');

const database = new FloorDatabase(variable('DATABASE_URL'));
const seqr = new FloorSeqr(variable('SEQR_SOAP_URL'));
const mqtt = await RawMqtt.connect(variable('MQTT_URL'), 'floor');
const open = new Map<string, Open>();
let url = '';
let grants = 0;

async function create(body: string): Promise<string> {
  const { reservationToken = '', currency, msisdn } = JSON.parse(body) as Record<string, string>;
  const id = randomUUID();
  await database.run(
    'begin',
    `INSERT INTO floor_purchases (id, machine_id, state, holds, amount, currency, payer) VALUES ($1, $2, 'NEW', true, $3, $4, $5)`,
    [id, reservationToken, 2000, currency, msisdn],
  );
  const reply = await seqr.call('sendInvoice', invoiceOf(id.replaceAll('-', ''), `${url}/n/${id}`, '20.00'));
  const reference = /<invoiceReference>([^<]+)/.exec(reply)?.[1] ?? '';
  await database.run('issued', `UPDATE floor_purchases SET state = 'INVOICED', invoice_reference = $2 WHERE id = $1`, [
    id,
    reference,
  ]);
  open.set(id, { id, machineId: reservationToken, reference });
  return `{"invoiceReferenceId":"${reference}"}`;
}

/** The notification is durable when it is answered; what it leads to comes after. */
async function notified(id: string): Promise<string> {
  await toState(id, 'NOTIFIED');
  const purchase = open.get(id);
  if (purchase !== undefined) void unlock(purchase);
  return '';
}

async function unlock({ id, machineId, reference }: Open): Promise<void> {
  const reply = await status(reference);
  if (!reply.includes('<status>RESERVED<')) throw new Error(reply);
  await toState(id, 'UNLOCKING');
  grants += 1;
  const topic = `vendrail/v1/${machineId}/command`;
  const grant = `{"v":1,"type":"grant","machineId":"${machineId}","purchaseId":"${id}","grantNumber":${grants},"currency":"EUR","exponent":2,"amountMinor":2000,"prices":[${PRICES}],"priceListVersion":1,"lifetimeMs":300000,"selectionWindowMs":60000,"bootId":"boot-of-the-bench","at":"2026-11-21T12:00:00Z"}`;
  mqtt.send(topic, signed(topic, grant));
}

async function taken(topic: string, payload: string): Promise<void> {
  const machineId = topic.split('/')[2] ?? '';
  const { journalId, seq, body } = JSON.parse(bodyOf(payload)) as {
    journalId: string;
    seq: number;
    body: { type: string; purchaseId: string };
  };
  await database.run(
    'event',
    `WITH event AS (INSERT INTO floor_events (machine_id, journal_id, seq, body) VALUES ($1, $2, $3, $4))
     UPDATE floor_purchases SET state = $5 WHERE id = $6`,
    [machineId, journalId, seq, JSON.stringify(body), body.type, body.purchaseId],
  );
  const ackTopic = `vendrail/v1/${machineId}/ack`;
  const ack = `{"v":1,"machineId":"${machineId}","journalId":"${journalId}","upTo":${seq},"at":"2026-11-21T12:00:00Z"}`;
  mqtt.send(ackTopic, signed(ackTopic, ack));
  const purchase = open.get(body.purchaseId);
  if (body.type === 'session.closed' && purchase !== undefined) await settle(purchase);
}

async function settle({ id, reference }: Open): Promise<void> {
  const named = `<invoiceReference>${reference}</invoiceReference>`;
  await seqr.call('updateInvoice', `${invoiceOf(id.replaceAll('-', ''), `${url}/n/${id}`, '1.80')}${named}`);
  await toState(id, 'UPDATED');
  await seqr.call('commitReservation', `${named}<amount><currency>EUR</currency><value>1.80</value></amount>`);
  await toState(id, 'COMMITTING');
  const reply = await status(reference);
  if (!reply.includes('<status>PAID<')) throw new Error(reply);
  await database.run('paid', `UPDATE floor_purchases SET state = 'COMMITTED', holds = false WHERE id = $1`, [id]);
  open.delete(id);
  const receipt = Buffer.from(`<html><body>1 bottle, 1.80 EUR, ${reference}</body></html>`).toString('base64');
  await seqr.call(
    'submitPaymentReceipt',
    `<ersReference>${reference}</ersReference><receiptDocument><mimeType>text/html</mimeType><receiptData>${receipt}</receiptData><receiptType>PAYMENT_RECEIPT</receiptType></receiptDocument>`,
  );
  await toState(id, 'RECEIPTED');
}

function status(reference: string): Promise<string> {
  return seqr.call(
    'getPaymentStatus',
    `<invoiceReference>${reference}</invoiceReference><invoiceVersion>0</invoiceVersion>`,
  );
}

function toState(id: string, state: string): Promise<unknown> {
  return database.run('state', 'UPDATE floor_purchases SET state = $2 WHERE id = $1', [id, state]);
}

mqtt.onMessage = (topic, payload) => void taken(topic, payload);
await mqtt.subscribe('vendrail/v1/+/event', 0);
url = await listen((path, body) => (path.startsWith('/n/') ? notified(path.slice(3)) : create(body)));
answering({ url: () => url });
