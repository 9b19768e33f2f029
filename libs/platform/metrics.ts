import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What /metrics shows. No ids as labels: their number has no limit. */
export class Metrics {
  readonly registry = new Registry();

  readonly createPurchaseAnswers = new Counter({
    name: 'vendrail_create_purchase_answers_total',
    help: 'Answers to createPurchase: "invoice" or the error code',
    labelNames: ['answer'],
    registers: [this.registry],
  });
  readonly createPurchaseTurnedAway = new Counter({
    name: 'vendrail_create_purchase_turned_away_total',
    help: 'createPurchase answered SYSTEM_ERROR at once, as too many scans were under way',
    registers: [this.registry],
  });
  readonly createPurchaseSeconds = new Histogram({
    name: 'vendrail_create_purchase_duration_seconds',
    help: 'Time to answer createPurchase, SEQR included',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8],
    registers: [this.registry],
  });
  readonly purchasesEnded = new Counter({
    name: 'vendrail_purchases_ended_total',
    help: 'Purchases that came to their end, by final state',
    labelNames: ['state'],
    registers: [this.registry],
  });
  readonly reviewCases = new Counter({
    name: 'vendrail_review_cases_total',
    help: 'Review cases opened, by reason',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly seqrCallSeconds = new Histogram({
    name: 'vendrail_seqr_call_duration_seconds',
    help: 'Calls to SEQR, by operation and outcome',
    labelNames: ['operation', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 6],
    registers: [this.registry],
  });
  readonly machineEvents = new Counter({
    name: 'vendrail_machine_events_total',
    help: 'Events of machines taken in, by type',
    labelNames: ['type'],
    registers: [this.registry],
  });
  readonly machineMessagesRefused = new Counter({
    name: 'vendrail_machine_messages_refused_total',
    help: 'Messages on the machine link that were not taken, by channel and code; FORGED: not signed with a key of the machine',
    labelNames: ['channel', 'code'],
    registers: [this.registry],
  });
  readonly brokerConnected = new Gauge({
    name: 'vendrail_broker_connected',
    help: '1 while this process is connected to the MQTT broker',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
