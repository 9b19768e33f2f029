import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.js';
import { SeqrRefusal } from './result-codes.js';

/** What the app knows when it opens a shop's page inside itself. */
export interface SessionOrder {
  /** Digits, no plus. */
  readonly msisdn: string;
  /** What stood in the QR text, as it was there. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export type SessionState = 'in progress' | 'authorized' | 'cancelled' | 'expired';

export interface ClientSession {
  /** What the app puts behind the `#` of the order URL. */
  readonly key: string;
  readonly state: SessionState;
  readonly createdAt: Date;
  readonly endsAt: Date;
  /** "…567": enough to tell two apart. */
  readonly msisdnEnd: string;
}

interface KeptSession extends ClientSession {
  readonly msisdn: string;
  readonly subscriberKey: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Not documented; a person orders within that time. */
const LIFETIME_SECONDS = 600;
/** Older ones are forgotten. */
const SESSIONS_MAX = 1000;

/** Sessions of the app with shops' pages, about which getClientSessionInfo asks. */
export class ClientSessions {
  readonly #sessions = new Map<string, KeptSession>();

  constructor(private readonly clock: Clock) {}

  /** The app opens a shop's page; the payer has not agreed yet. */
  open({ msisdn, parameters = {} }: SessionOrder): ClientSession {
    const now = this.clock.now();
    const session = {
      key: randomBytes(16).toString('hex'),
      state: 'in progress' as const,
      createdAt: now,
      endsAt: new Date(now.getTime() + LIFETIME_SECONDS * 1000),
      msisdn,
      msisdnEnd: `…${msisdn.slice(-3)}`,
      subscriberKey: randomBytes(8).toString('hex'),
      parameters,
    };
    this.#sessions.set(session.key, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > SESSIONS_MAX && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }

  /** The payer agrees or leaves. Undefined when there is no such session, or it has ended. */
  decide(key: string, state: 'authorized' | 'cancelled'): ClientSession | undefined {
    const session = this.#find(key);
    if (!session || session.state === 'cancelled' || session.state === 'expired') return undefined;
    const decided = { ...session, state };
    this.#sessions.set(key, decided);
    return decided;
  }

  /**
   * getClientSessionInfo.
   *
   * @throws SeqrRefusal 60 expired, 61 cancelled, 62 still in progress (Javadoc), 63 for a key that was never given out.
   */
  info(key: string): Readonly<Record<string, string>> {
    const session = this.#find(key);
    switch (session?.state) {
      case undefined:
        throw new SeqrRefusal('INVALID_AUTHORIZATION_REFERENCE', 'there is no such session');
      case 'expired':
        throw new SeqrRefusal('AUTHORIZATION_EXPIRED', 'the session has expired');
      case 'cancelled':
        throw new SeqrRefusal('AUTHORIZATION_CANCELLED', 'the payer has left');
      case 'in progress':
        throw new SeqrRefusal('AUTHORIZATION_IN_PROGRESS', 'the payer has not agreed yet');
      case 'authorized':
        return { ...session.parameters, msisdn: session.msisdn, subscriberKey: session.subscriberKey };
    }
  }

  /** The newest first, without whole phone numbers. */
  list(): readonly ClientSession[] {
    return [...this.#sessions.keys()].toReversed().flatMap((key) => {
      const session = this.#find(key);
      if (!session) return [];
      const { state, createdAt, endsAt, msisdnEnd } = session;
      return [{ key, state, createdAt, endsAt, msisdnEnd }];
    });
  }

  #find(key: string): KeptSession | undefined {
    const session = this.#sessions.get(key);
    const isOver = session && session.state !== 'cancelled' && session.endsAt <= this.clock.now();
    return isOver ? { ...session, state: 'expired' } : session;
  }
}
