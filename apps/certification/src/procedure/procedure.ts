import type { Principal } from '#seqr/principal.js';
import type { Reply } from '#seqr/reply.js';
import type { SeqrClient } from '#seqr/client.js';

import { judge, type Expectation, type Finding } from './judge.js';
import type { Facts } from './facts.js';

export const PROFILES = ['pos', 'webshop', 'unattended'] as const;

export type Profile = (typeof PROFILES)[number];

/** What is walked: tests in order, each a list of steps. */
export interface Procedure {
  readonly profile: Profile;
  readonly title: string;
  /** Where it comes from. */
  readonly source: string;
  /** What the reader of a report must know before anything else. */
  readonly remarks: readonly string[];
  readonly tests: readonly Test[];
}

export interface Test {
  readonly title: string;
  /** What SEQR's procedure asks, in our words. */
  readonly asks: string;
  readonly steps: readonly Step[];
}

export type Step = CallStep | ScanStep | WaitStep | NotificationStep | CreatePurchaseStep;

/** The terminal registered in the run (before that, the one who was told to send invoices), or the reseller. */
export type Caller = 'payee' | 'reseller' | 'unregister';

export interface CallStep {
  readonly kind: 'call';
  readonly title: string;
  readonly operation: string;
  readonly caller: Caller;
  /** In words, for those who read the procedure. */
  readonly expects: readonly string[];
  readonly repeat?: Repeat;
  /** @throws MissingFactError, SeqrRequestError before anything is sent */
  readonly perform: (seqr: SeqrClient, facts: Facts, as: Principal) => Promise<Performed>;
}

/** Asked again while SEQR answers with this code. */
export interface Repeat {
  readonly whileCode: number;
  readonly everySeconds: number;
  readonly timesMax: number;
}

export interface Performed {
  readonly reply: Reply;
  readonly findings: readonly Finding[];
  readonly facts: Facts;
}

/** The payer scans and decides; meanwhile the status is asked for once a second, as SEQR wants it. */
export interface ScanStep {
  readonly kind: 'scan';
  readonly title: string;
  readonly invoice: string;
  readonly decision: 'confirm' | 'decline';
  readonly becomes: string;
}

export interface WaitStep {
  readonly kind: 'wait';
  readonly title: string;
  readonly seconds: number;
}

/** SEQR has called the invoice's notification URL. */
export interface NotificationStep {
  readonly kind: 'notification';
  readonly title: string;
  readonly invoice: string;
  readonly withinSeconds: number;
}

/** SEQR's call to the reseller: not SOAP, so the walk has a port of its own for it. */
export interface CreatePurchaseStep {
  readonly kind: 'create-purchase';
  readonly title: string;
}

interface CallDefinition<Answer extends object> {
  readonly title: string;
  readonly operation: string;
  readonly caller: Caller;
  readonly send: (seqr: SeqrClient, facts: Facts, as: Principal) => Promise<Reply<Answer>>;
  /** The result code that is wanted is 0, or one of these. */
  readonly refusedWith?: readonly number[];
  /** What is expected of the answer besides. */
  readonly expects?: readonly Expectation<Answer>[];
  readonly learn?: (facts: Facts, answer: Answer) => Facts;
  readonly repeat?: Repeat;
}

/** One SOAP call as a step: who calls, what is sent, what is expected of the reply, what is learned from it. */
export function call<Answer extends object>(definition: CallDefinition<Answer>): CallStep {
  const { title, operation, caller, send, learn, repeat, refusedWith, expects = [] } = definition;
  return {
    kind: 'call',
    title,
    operation,
    caller,
    expects: judge({ refusedWith, expects }).map(({ says }) => says),
    ...(repeat && { repeat }),
    perform: async (seqr, facts, as) => {
      const reply = await send(seqr, facts, as);
      const findings = judge({ refusedWith, expects, reply, facts });
      const learned = reply.outcome === 'answered' && learn ? learn(facts, reply) : facts;
      return { reply, findings, facts: learned };
    },
  };
}
