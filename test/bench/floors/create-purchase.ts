// Floor of createPurchase: one commit, one SOAP call, one commit, an answer. Nothing is checked.
import { randomUUID } from 'node:crypto';

import { answering, variable } from '../processes/answering.js';
import { FloorDatabase } from './floor-database.js';
import { listen } from './floor-http.js';
import { FloorSeqr, invoiceOf } from './floor-seqr.js';

const database = new FloorDatabase(variable('DATABASE_URL'));
const seqr = new FloorSeqr(variable('SEQR_SOAP_URL'));
let url = '';

async function create(body: string): Promise<string> {
  const { reservationToken, currency, msisdn } = JSON.parse(body) as Record<string, string>;
  const id = randomUUID();
  await database.run(
    'begin',
    `INSERT INTO floor_purchases (id, machine_id, state, holds, amount, currency, payer) VALUES ($1, $2, 'NEW', true, $3, $4, $5)`,
    [id, reservationToken, 2000, currency, msisdn],
  );
  const reply = await seqr.call('sendInvoice', invoiceOf(id.replaceAll('-', ''), `${url}/n/${id}`, '20.00'));
  const reference = /<invoiceReference>([^<]+)/.exec(reply)?.[1];
  await database.run('issued', `UPDATE floor_purchases SET state = 'INVOICED', invoice_reference = $2 WHERE id = $1`, [
    id,
    reference,
  ]);
  return `{"invoiceReferenceId":"${reference}"}`;
}

url = await listen((_, body) => create(body));
answering({ url: () => url });
