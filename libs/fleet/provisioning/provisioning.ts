import { randomBytes } from 'node:crypto';

import type { Ids } from '#platform/ids.js';
import { type Keys, SealBrokenError } from '#platform/keys.js';
import type { SeqrClient } from '#seqr/client.js';
import type { Principal } from '#seqr/principal.js';
import { SeqrRequestError } from '#seqr/request-error.js';
import { resultCodeOf } from '#seqr/result-codes.js';

import type { SeqrTerminalView } from '../operator-views.js';
import { staticQrText } from '../sticker/qr-texts.js';
import { ProvisioningError } from './provisioning-error.js';
import { seqrIdOf } from './seqr-id.js';
import { terminalPrincipal } from './terminal-principal.js';
import { LeaseLostError, type Terminal, type TerminalStore } from './terminal-store.js';

/** What provisioning needs of SEQR. */
export type TerminalCalls = Pick<SeqrClient, 'registerTerminal' | 'assignSeqrId' | 'unregisterTerminal'>;

export interface ProvisioningOptions {
  readonly store: TerminalStore;
  readonly seqr: TerminalCalls;
  readonly keys: Keys;
  readonly ids: Ids;
  /** Letters and digits, at most 16: one's own at SEQR. */
  readonly seqrIdPrefix: string;
  /** Who asks SEQR to remove a terminal: its API page says the terminal itself, its certification paper the reseller. */
  readonly unregisterAs: 'TERMINALID' | 'RESELLERUSER';
}

/** 192 bits; SEQR takes no fewer than 4 characters and advises a random password. */
const PASSWORD_BYTES = 24;
/** Longer than a lease: whoever died provisioning this machine is waited out. */
const WAIT_MS = 20_000;
const LOOK_EVERY_MS = 100;

const SEQR_ID_REFUSED = 53;
const UNKNOWN_TERMINAL = 29;
const TERMINAL_NOT_ACTIVE = 33;

/**
 * Gives machines terminals of their own at SEQR, and takes them away. Every step is written down before SEQR is asked;
 * after a crash the same call goes on where it stopped.
 */
export class Provisioning {
  constructor(private readonly options: ProvisioningOptions) {}

  /** @param machine id, or reservation token. @throws ProvisioningError NO_SUCH_MACHINE */
  async of(machine: string): Promise<SeqrTerminalView> {
    return viewOf(await this.find(machine));
  }

  async list(): Promise<SeqrTerminalView[]> {
    return (await this.options.store.list()).map(viewOf);
  }

  /** A machine that has a terminal keeps it. @throws ProvisioningError */
  async provision(machine: string): Promise<SeqrTerminalView> {
    const found = await this.find(machine);
    if (found.state === 'labelled') return viewOf(found);
    return this.alone(found.machineId, async (terminal, lease) => {
      switch (terminal.state) {
        case 'unregistering':
          throw new ProvisioningError('BEING_REMOVED', `the removal of its terminal was begun: remove it first`);
        case 'none':
        case 'registering':
          return this.label(await this.register(terminal, lease), lease);
        case 'registered':
          return this.label(terminal, lease);
        case 'labelled':
          return terminal;
      }
    });
  }

  /** A machine without a terminal stays so. @throws ProvisioningError */
  async remove(machine: string): Promise<SeqrTerminalView> {
    const found = await this.find(machine);
    if (found.state === 'none') return viewOf(found);
    return this.alone(found.machineId, async (terminal, lease) => {
      const { store } = this.options;
      switch (terminal.state) {
        case 'none':
          return terminal;
        case 'registering':
          return store.save(terminal, lease, GONE, this.orphan(terminal, 'the program ended before its answer'));
        case 'registered':
        case 'labelled': {
          const leaving = await store.beginRemoval(terminal, lease);
          if (leaving === null) {
            throw new ProvisioningError(
              'PURCHASE_OPEN',
              'a purchase is open at this machine, or still owes SEQR a call: try again when it has ended',
            );
          }
          return this.unregister(leaving, lease, terminal.state);
        }
        case 'unregistering':
          return this.unregister(terminal, lease, 'unregistering');
      }
    });
  }

  private async register(before: Terminal, lease: string): Promise<Terminal> {
    const { store, seqr, keys } = this.options;
    const { machineId } = before;
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const secret = keys.seal('terminal', password, machineId);
    // Found as "registering": an earlier attempt may have reached SEQR, and SEQR cannot be asked. It counts as lost.
    const lost = before.state === 'registering' ? this.orphan(before, 'the program ended before its answer') : {};
    const intent = await store.save(before, lease, { state: 'registering', secret }, lost);
    const registration = { externalTerminalId: machineId, password, name: before.machineName };
    const reply = await fitToSend(() => seqr.registerTerminal(registration)).catch(async (error: unknown) => {
      await store.save(intent, lease, GONE);
      throw error;
    });
    const { call } = reply;
    switch (reply.outcome) {
      case 'answered':
        return store.save(intent, lease, { state: 'registered', terminalId: reply.terminalId }, { call });
      case 'refused':
        await store.save(intent, lease, GONE, { call });
        throw refused('register the terminal', reply.resultCode);
      case 'not-sent':
        await store.save(intent, lease, GONE, { call });
        throw notSent();
      case 'unknown':
        await store.save(intent, lease, GONE, { call, ...this.orphan(intent, `of ${call.sentAt} was lost`) });
        throw new ProvisioningError(
          'UNKNOWN',
          'SEQR was asked to register the terminal, and no readable answer came. The machine has no terminal. SEQR may have one for it that nobody can use: a review case says so. Provision again for a new one',
        );
    }
  }

  /** The terminal pays already; what is missing is the name of its static code. */
  private async label(before: Terminal, lease: string): Promise<Terminal> {
    const { store, seqr } = this.options;
    const seqrId = before.seqrId ?? (await this.newSeqrId(before.machineId));
    const intent = before.seqrId === null ? await store.save(before, lease, { seqrId }) : before;
    const reply = await fitToSend(() => seqr.assignSeqrId({ seqrId }, this.principalOf(intent)));
    const { call } = reply;
    switch (reply.outcome) {
      case 'answered':
        return store.save(intent, lease, { state: 'labelled' }, { call });
      case 'refused':
        await store.save(intent, lease, { seqrId: null }, { call });
        if (reply.resultCode !== SEQR_ID_REFUSED) throw refused('assign the SEQR id', reply.resultCode);
        throw new ProvisioningError(
          'SEQR_ID_TAKEN',
          `SEQR does not take the SEQR id ${seqrId} (code 53): somebody else has it, or it is not acceptable. ${PAYS_ALREADY} Set another SEQR_ID_PREFIX and provision again`,
        );
      case 'not-sent':
        await store.save(intent, lease, {}, { call });
        throw notSent(PAYS_ALREADY);
      case 'unknown':
        await store.save(intent, lease, {}, { call });
        throw new ProvisioningError(
          'UNKNOWN',
          `SEQR was asked to assign the SEQR id ${seqrId}, and no readable answer came. ${PAYS_ALREADY} Provision again to ask once more`,
        );
    }
  }

  private async unregister(before: Terminal, lease: string, was: Terminal['state']): Promise<Terminal> {
    const { store, seqr, unregisterAs } = this.options;
    const as = unregisterAs === 'TERMINALID' ? this.principalOf(before) : undefined;
    const reply = await fitToSend(() => seqr.unregisterTerminal({}, as));
    const { call } = reply;
    switch (reply.outcome) {
      case 'answered':
        return store.save(before, lease, GONE, { call });
      case 'refused': {
        // Only the terminal's own words tell that it is gone. "Not active" does after a removal whose answer was lost.
        const { resultCode } = reply;
        const isGone =
          resultCode === UNKNOWN_TERMINAL || (resultCode === TERMINAL_NOT_ACTIVE && was === 'unregistering');
        if (as !== undefined && isGone) return store.save(before, lease, GONE, { call });
        await store.save(before, lease, { state: was }, { call });
        throw refused('remove the terminal', resultCode);
      }
      case 'not-sent':
        await store.save(before, lease, { state: was }, { call });
        throw notSent();
      case 'unknown':
        await store.save(before, lease, {}, { call });
        throw new ProvisioningError(
          'UNKNOWN',
          'SEQR was asked to remove the terminal, and no readable answer came. New purchases go under the reseller. Remove it again to make sure',
        );
    }
  }

  private async newSeqrId(machineId: string): Promise<string> {
    const taken = await this.options.store.takenSeqrIds(machineId);
    return seqrIdOf(this.options.seqrIdPrefix, machineId, (seqrId) => taken.has(seqrId));
  }

  private principalOf({ machineId, terminalId, secret }: Terminal): Principal {
    if (terminalId === null || secret === null) throw new Error(`machine ${machineId} has no terminal`);
    try {
      return terminalPrincipal(this.options.keys, { machineId, terminalId, secret });
    } catch (error) {
      if (error instanceof SealBrokenError) throw new ProvisioningError('UNFIT', error.message);
      throw error;
    }
  }

  private orphan({ machineId }: Terminal, lost: string) {
    return {
      orphan: {
        caseId: this.options.ids.uuid(),
        known: `SEQR may have registered a terminal for this machine (external terminal id ${machineId}) whose id never reached us: the call ${lost}. Nobody can use it, no money is in it.`,
        suggestedAction: `Ask SEQR for the terminals with the external id ${machineId}, and to remove those that are not the machine's present one.`,
      },
    };
  }

  private async find(machine: string): Promise<Terminal> {
    const terminal = await this.options.store.find(machine);
    if (terminal === null) throw new ProvisioningError('NO_SUCH_MACHINE', 'there is no such machine');
    return terminal;
  }

  /** One at a time for each machine, over all processes: whoever comes second waits and finds the work done. */
  private async alone(
    machineId: string,
    work: (terminal: Terminal, lease: string) => Promise<Terminal>,
  ): Promise<SeqrTerminalView> {
    const { store, ids } = this.options;
    const lease = ids.uuid();
    const deadline = Date.now() + WAIT_MS;
    let terminal = await store.lease(machineId, lease);
    while (terminal === null) {
      if (Date.now() > deadline) throw busy();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      terminal = await store.lease(machineId, lease);
    }
    try {
      return viewOf(await work(terminal, lease));
    } catch (error) {
      throw error instanceof LeaseLostError ? busy() : error;
    } finally {
      await store.release(machineId, lease);
    }
  }
}

/** Nothing of the terminal is left. */
const GONE = { state: 'none', terminalId: null, secret: null, seqrId: null } as const;
const PAYS_ALREADY = 'The terminal is registered and takes payments; only the static code is missing.';

function viewOf({ machineId, machineName, state, terminalId, seqrId, orphans }: Terminal): SeqrTerminalView {
  const staticCode = state === 'labelled' && seqrId !== null ? staticQrText(seqrId) : null;
  return { machineId, machineName, state, terminalId, staticCode, orphans };
}

function busy(): ProvisioningError {
  return new ProvisioningError('BUSY', 'somebody else is provisioning this machine now: try again in a moment');
}

function refused(what: string, resultCode: number): ProvisioningError {
  const { name, meaning } = resultCodeOf(resultCode);
  return new ProvisioningError('REFUSED', `SEQR refused to ${what}: ${name} (code ${resultCode}), ${meaning}`);
}

function notSent(but = ''): ProvisioningError {
  return new ProvisioningError('NOT_SENT', `SEQR cannot be reached: nothing was sent. ${but}`.trim());
}

/** The name or id of the machine holds what cannot be sent: nothing was. */
async function fitToSend<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof SeqrRequestError) throw new ProvisioningError('UNFIT', error.message);
    throw error;
  }
}
