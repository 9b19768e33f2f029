import { bodyOf } from './link.js';
import { MachineJournal, topic } from './machine.js';
import { RawPool, type Target } from './raw-http.js';
import type { RawMqtt } from './raw-mqtt.js';
import { type Samples, samplesOf } from './samples.js';
import type { SoapStub, StubInvoice } from './soap-stub.js';

/** A visit takes milliseconds; one that takes this long has failed, and says so. */
const VISIT_WITHIN_MS = 60_000;

/** What is written down of each visit, in ms. */
interface Times {
  readonly scan: number[];
  readonly notificationToGrant: number[];
  readonly vendToAck: number[];
  readonly whole: number[];
}

export interface Visited {
  readonly done: number;
  readonly errors: number;
  readonly firstError?: string;
  readonly seconds: number;
  readonly scan: Samples;
  /** From the notification's first byte to the grant at the machine. */
  readonly notificationToGrant: Samples;
  /** From a vend event's first byte to its acknowledgement at the machine; where machines wait for that. */
  readonly vendToAck: Samples;
  /** From the scan to SEQR's having the receipt. */
  readonly whole: Samples;
}

export interface VisitOrder {
  readonly target: Target;
  readonly ms: number;
  /** Payers under way at any time, or payers a second, come what may. */
  readonly inFlight?: number;
  readonly perSecond?: number;
  /** Machines say one thing after the other, each when the one before is acknowledged. */
  readonly waits?: boolean;
  readonly prefix: string;
  readonly machines: number;
}

/** Payers, their phones and the machines they stand at. */
export class Visits {
  private readonly journals = new Map<string, MachineJournal>();
  private readonly granted = new Map<string, () => void>();
  private readonly acknowledged = new Map<string, () => void>();
  private readonly receipted = new Map<string, () => void>();
  private readonly run = Date.now().toString(36);
  private next = 0;
  private waits = false;
  private vendToAck: number[] = [];

  /** @param say publishes what a machine has to say. */
  constructor(
    private readonly stub: SoapStub,
    private readonly say: (machineId: string, payload: string) => void,
  ) {
    stub.onReceipt.push((reference) => {
      this.stub.invoices.delete(reference);
      this.receipted.get(reference)?.();
    });
  }

  /** One connection that is all machines at once: for what the number of connections is not the question. */
  static over(stub: SoapStub, mqtt: RawMqtt): Visits {
    const visits = new Visits(stub, (machineId, payload) => void mqtt.publish(topic(machineId, 'event'), payload));
    mqtt.onMessage = (name, payload) => {
      visits.take(name, payload);
    };
    return visits;
  }

  /** What the server sends to a machine. */
  take(name: string, payload: string): void {
    if (name.endsWith('/command')) this.command(payload);
    else if (this.waits && name.endsWith('/ack')) {
      const { journalId, upTo } = JSON.parse(bodyOf(payload)) as { journalId: string; upTo: number };
      this.acknowledged.get(`${journalId}/${upTo}`)?.();
    }
  }

  /** A grant reached its machine: the payer takes one bottle, and the session closes. */
  private command(payload: string): void {
    const { type, machineId, purchaseId, grantNumber } = JSON.parse(bodyOf(payload)) as Record<string, string>;
    if (type !== 'grant' || machineId === undefined || purchaseId === undefined) return;
    const granted = this.granted.get(purchaseId);
    // A repeat, which the machine absorbs.
    if (granted === undefined) return;
    granted();
    const journal = this.journalOf(machineId);
    const before = journal.lastSeq;
    const events = journal.visit(purchaseId, Number(grantNumber));
    if (this.waits) void this.sayInTurn(journal, before, events);
    else for (const event of events) this.say(machineId, event);
  }

  private async sayInTurn({ machineId, journalId }: MachineJournal, before: number, events: string[]): Promise<void> {
    for (const [i, event] of events.entries()) {
      const acknowledged = this.told(this.acknowledged, `${journalId}/${before + i + 1}`);
      const saidAt = performance.now();
      this.say(machineId, event);
      await acknowledged;
      if (event.includes('"vend.')) this.vendToAck.push(performance.now() - saidAt);
    }
  }

  journalOf(machineId: string): MachineJournal {
    const known = this.journals.get(machineId);
    if (known !== undefined) return known;
    const journal = new MachineJournal(machineId, this.run);
    this.journals.set(machineId, journal);
    return journal;
  }

  async go({ target, ms, inFlight, perSecond, waits, prefix, machines }: VisitOrder): Promise<Visited> {
    const pool = new RawPool(target);
    const times: Times = { scan: [], notificationToGrant: [], vendToAck: [], whole: [] };
    this.waits = waits ?? false;
    this.vendToAck = times.vendToAck;
    const faults: string[] = [];
    let errors = 0;
    const startedAt = performance.now();
    const endsAt = startedAt + ms;
    const visit = async (): Promise<void> => {
      const machineId = `${prefix}${this.next++ % machines}`;
      try {
        await this.visit(pool, machineId, times);
      } catch (error) {
        errors += 1;
        if (faults.length === 0) faults.push(String(error));
      }
    };
    if (perSecond === undefined) {
      await Promise.all(
        Array.from({ length: inFlight ?? 1 }, async () => {
          while (performance.now() < endsAt) await visit();
        }),
      );
    } else {
      await offered(perSecond, startedAt, endsAt, visit);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    pool.close();
    const [firstError] = faults;
    return {
      done: times.whole.length,
      errors,
      ...(firstError === undefined ? {} : { firstError }),
      seconds,
      scan: samplesOf(times.scan),
      notificationToGrant: samplesOf(times.notificationToGrant),
      vendToAck: samplesOf(times.vendToAck),
      whole: samplesOf(times.whole),
    };
  }

  private async visit(pool: RawPool, token: string, times: Times): Promise<void> {
    const scannedAt = performance.now();
    const body = `{"reservationToken":"${token}","reservationAmount":"20.00","currency":"EUR","msisdn":"46700000001"}`;
    const answer = await pool.post('/seqr/createPurchase', body);
    times.scan.push(performance.now() - scannedAt);
    const reference = /"invoiceReferenceId":"(\d+)"/.exec(answer)?.[1];
    const invoice = reference === undefined ? undefined : this.stub.invoices.get(reference);
    if (invoice === undefined) throw new Error(`no invoice: ${answer}`);
    invoice.state = 'RESERVED';
    invoice.version += 1;
    const notifiedAt = performance.now();
    const purchaseId = purchaseOf(invoice);
    const granted = this.told(this.granted, purchaseId).then(() =>
      times.notificationToGrant.push(performance.now() - notifiedAt),
    );
    const receipted = this.told(this.receipted, invoice.reference);
    await pool.post(new URL(invoice.notificationUrl).pathname, '');
    await granted;
    await receipted;
    times.whole.push(performance.now() - scannedAt);
  }

  private told(waiting: Map<string, () => void>, key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(key);
        reject(new Error(`nothing was heard of ${key} within ${VISIT_WITHIN_MS / 1_000} s`));
      }, VISIT_WITHIN_MS);
      waiting.set(key, () => {
        clearTimeout(timer);
        waiting.delete(key);
        resolve();
      });
    });
  }
}

/** So many a second, however long each takes; waits for those that are under way in the end. */
async function offered(
  perSecond: number,
  startedAt: number,
  endsAt: number,
  visit: () => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (let started = 0; performance.now() < endsAt;) {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    for (; started < due; started += 1) {
      const one = visit().finally(() => underWay.delete(one));
      underWay.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
}

/** Our own id of the purchase stands in the invoice, without its dashes. */
function purchaseOf({ clientInvoiceId: hex }: StubInvoice): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
