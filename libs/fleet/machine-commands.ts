import { type Database, sql } from '#platform/database.js';
import { encode } from '#machine-protocol/codec.js';
import { type CloseGrant, type Grant, PROTOCOL_VERSION } from '#machine-protocol/messages.js';
import { topicOf } from '#machine-protocol/topics.js';
import { NotConnectedError } from '#platform/mqtt.js';

import type { LinkKeys } from './link/link-keys.js';

/** Publishes now or throws; never keeps a message for later. */
export interface Publisher {
  publish(topic: string, payload: string): Promise<void>;
}

export class MachineOfflineError extends Error {
  override readonly name = 'MachineOfflineError';
}

/** The connection failed while the command was on its way. */
export class UnsureIfSentError extends Error {
  override readonly name = 'UnsureIfSentError';
  constructor(readonly bootId: string) {
    super('the command may have been sent');
  }
}

export type GrantTerms = Pick<
  Grant,
  | 'machineId'
  | 'purchaseId'
  | 'grantNumber'
  | 'currency'
  | 'exponent'
  | 'amountMinor'
  | 'prices'
  | 'priceListVersion'
  | 'lifetimeMs'
  | 'selectionWindowMs'
>;

/** Commands to machines. One that got lost is repeated by whoever wants it done, with the same number, while it is wanted. */
export class MachineCommands {
  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly links: Pick<LinkKeys, 'sign'>,
    private readonly clock: { now(): number },
  ) {}

  /**
   * Sends a grant to the boot that the machine is in now.
   *
   * @returns the boot. @throws UnsureIfSentError when it may have been sent; any other error: it certainly was not.
   */
  async grant(terms: GrantTerms): Promise<string> {
    const boot = this.bootOf(terms.machineId);
    const message = boot.then((bootId): Grant => ({
      v: PROTOCOL_VERSION,
      type: 'grant',
      ...terms,
      bootId,
      at: this.now(),
    }));
    const payload = await this.links.sign(terms.machineId, 'command', message.then(encode));
    const bootId = await boot;
    try {
      await this.publisher.publish(topicOf(terms.machineId, 'command'), payload);
    } catch (error) {
      if (error instanceof NotConnectedError) throw error;
      throw new UnsureIfSentError(bootId);
    }
    return bootId;
  }

  private async bootOf(machineId: string): Promise<string> {
    const rows = await this.database.query<{ boot_id: string }>(
      sql`SELECT boot_id FROM machine_presences WHERE machine_id = ${machineId} AND online`,
    );
    const bootId = rows[0]?.boot_id;
    if (bootId === undefined) throw new MachineOfflineError('the machine is offline');
    return bootId;
  }

  async close(terms: Pick<CloseGrant, 'machineId' | 'purchaseId' | 'grantNumber'>): Promise<void> {
    const message: CloseGrant = { v: PROTOCOL_VERSION, type: 'close', ...terms, at: this.now() };
    const payload = await this.links.sign(terms.machineId, 'command', encode(message));
    await this.publisher.publish(topicOf(terms.machineId, 'command'), payload);
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}
