import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { type LinkKey, linkKey, open, sign } from '#machine-protocol/signature.js';
import { type Channel, topicOf } from '#machine-protocol/topics.js';

/** Where the keys of machines are kept: in hexadecimal, the one to sign with first; none for a machine without a link. */
export interface KeysOfMachines {
  keysOf(machineId: string): Promise<readonly string[]>;
  /** The machine has begun to use the newest of its keys: no other counts any more. */
  endPrevious(machineId: string): Promise<void>;
}

/** A revoked key is believed no longer than this by a server that has seen it. */
const KEPT_MS = 10_000;
/** A machine that changed its key is understood at once; a stranger's messages cost one look in this time. */
const LOOK_AGAIN_MS = 1_000;
/** Ids come from topics, which a stranger may choose. */
const KEPT_MAX = 50_000;

interface Kept {
  readonly at: number;
  readonly keys: Promise<readonly LinkKey[]>;
}

/** Signs what goes to machines, and believes only what machines signed. */
export class LinkKeys {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly store: KeysOfMachines,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** @returns the body, and the key with which to answer. @throws ProtocolError for what this machine did not sign. */
  async open(machineId: string, channel: Channel, payload: Uint8Array): Promise<{ body: string; key: LinkKey }> {
    const kept = this.of(machineId, KEPT_MS);
    try {
      return await this.openWith(kept, machineId, channel, payload);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.code !== 'FORGED') throw error;
      const newer = this.of(machineId, LOOK_AGAIN_MS);
      if (newer === kept) throw error;
      return this.openWith(newer, machineId, channel, payload);
    }
  }

  private async openWith(kept: Kept, machineId: string, channel: Channel, payload: Uint8Array) {
    const keys = await kept.keys;
    const opened = open(topicOf(machineId, channel), payload, keys);
    if (keys.length > 1 && opened.key === keys.at(-1)) {
      await this.store.endPrevious(machineId);
      this.kept.delete(machineId);
    }
    return opened;
  }

  /** With the key that counts at this moment, which is read while the body is made. @throws NoLinkError */
  async sign(machineId: string, channel: Channel, making: string | Promise<string>): Promise<string> {
    const [[key], body] = await Promise.all([this.of(machineId, 0).keys, making]);
    if (key === undefined) throw new NoLinkError('the machine is not enrolled, or was revoked');
    return sign(topicOf(machineId, channel), body, key);
  }

  private of(machineId: string, keptMs: number): Kept {
    const now = this.monotonicMs();
    const kept = this.kept.get(machineId);
    if (kept !== undefined && now - kept.at < keptMs) return kept;
    const keys = this.store.keysOf(machineId).then((all) => all.map(linkKey));
    const fresh = { at: now, keys };
    // What could not be read is asked again.
    keys.catch(() => this.kept.get(machineId) === fresh && this.kept.delete(machineId));
    if (this.kept.size >= KEPT_MAX) this.kept.clear();
    this.kept.set(machineId, fresh);
    return fresh;
  }
}

/** Nobody holds a key of this machine: it cannot be commanded. */
export class NoLinkError extends Error {
  override readonly name = 'NoLinkError';
}
