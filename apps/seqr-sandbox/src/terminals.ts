import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.js';
import { SeqrRefusal } from './result-codes.js';

/** A terminal that is there from the start, as if it had been registered before. */
export interface TerminalCredentials {
  readonly id: string;
  readonly password: string;
  /** Terminals are cash registers with one live invoice; Seamless sets up others on request (FAQ). */
  readonly holdsManyInvoices?: boolean;
  /** The first reseller by default. */
  readonly resellerId?: string;
  readonly externalTerminalId?: string;
  readonly name?: string;
}

export interface Terminal {
  /** 32 hex characters. */
  readonly id: string;
  /** The reseller it belongs to. */
  readonly shop: string;
  readonly externalTerminalId: string;
  /** Shown to the payer. */
  readonly name: string;
  readonly holdsManyInvoices: boolean;
  /** A blocked one and an unregistered one are refused with 33. */
  readonly state: 'registered' | 'blocked' | 'unregistered';
  /** The sticker's number, after assignSeqrId. */
  readonly seqrId: string | undefined;
  readonly registeredAt: Date;
}

interface KnownTerminal extends Terminal {
  readonly password: string;
}

/** A large fleet. The unregistered ones are forgotten first. */
const TERMINALS_MAX = 1000;
/** SEQR names no length; a QR text has 50 characters, of which `HTTP://SEQR.SE/Q` takes 16. */
const SEQR_ID_MAX = 34;

/** The cash registers of all shops. */
export class Terminals {
  readonly #terminals = new Map<string, KnownTerminal>();

  constructor(
    private readonly clock: Clock,
    known: readonly TerminalCredentials[],
    shop: string,
  ) {
    for (const { id, password, ...rest } of known) {
      this.#terminals.set(id, {
        id,
        password,
        shop: rest.resellerId ?? shop,
        externalTerminalId: rest.externalTerminalId ?? id,
        name: rest.name ?? id,
        holdsManyInvoices: rest.holdsManyInvoices ?? false,
        state: 'registered',
        seqrId: undefined,
        registeredAt: clock.now(),
      });
    }
  }

  /** registerTerminal. The same externalTerminalId twice makes two terminals. @throws SeqrRefusal SYSTEM_BUSY (93) */
  register(shop: string, terminal: Pick<KnownTerminal, 'externalTerminalId' | 'name' | 'password'>): Terminal {
    this.#makeRoom();
    const id = randomBytes(16).toString('hex');
    const rest = { holdsManyInvoices: false, state: 'registered', seqrId: undefined } as const;
    const registered = { id, shop, ...terminal, ...rest, registeredAt: this.clock.now() };
    this.#terminals.set(id, registered);
    return registered;
  }

  /** unregisterTerminal: it is refused from now on, and its label is free. */
  unregister(id: string): void {
    this.change(id, { state: 'unregistered', seqrId: undefined });
  }

  /**
   * assignSeqrId: a label for a sticker. A second label replaces the first.
   *
   * @throws SeqrRefusal INVALID_SEQR_ID (53) when it is not alphanumeric, or another terminal of any shop has it.
   */
  label(id: string, seqrId: string): void {
    if (!/^[A-Za-z0-9]+$/.test(seqrId) || seqrId.length > SEQR_ID_MAX) {
      throw new SeqrRefusal('INVALID_SEQR_ID', `a SEQR ID is letters and digits only, at most ${SEQR_ID_MAX}`);
    }
    const holder = this.labelled(seqrId);
    if (holder && holder.id !== id) throw new SeqrRefusal('INVALID_SEQR_ID', 'another terminal has this SEQR ID');
    this.change(id, { seqrId });
  }

  labelled(seqrId: string): Terminal | undefined {
    return this.list().find((terminal) => terminal.seqrId === seqrId);
  }

  /** Sets what SEQR's staff could set. Undefined when there is no such terminal. */
  change(id: string, changes: Partial<Pick<Terminal, 'state' | 'seqrId' | 'holdsManyInvoices'>>): Terminal | undefined {
    const terminal = this.#terminals.get(id);
    if (terminal) this.#terminals.set(id, { ...terminal, ...changes });
    return this.#terminals.get(id);
  }

  find(id: string): Terminal | undefined {
    return this.#terminals.get(id);
  }

  hasPassword(id: string, password: string): boolean {
    return this.#terminals.get(id)?.password === password;
  }

  /** The oldest first. */
  list(): readonly Terminal[] {
    return [...this.#terminals.values()];
  }

  #makeRoom(): void {
    if (this.#terminals.size < TERMINALS_MAX) return;
    const gone = this.list().find(({ state }) => state === 'unregistered');
    if (!gone) throw new SeqrRefusal('SYSTEM_BUSY', `the sandbox holds ${TERMINALS_MAX} terminals`);
    this.#terminals.delete(gone.id);
  }
}
