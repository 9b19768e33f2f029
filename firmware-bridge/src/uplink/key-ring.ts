import { type LinkKey, linkKey, open, sign } from '#machine-protocol/signature.js';

/**
 * The machine's key on the link. After a change of keys the servers go on with the one before for some minutes, so that a
 * bridge that was not started again yet understands them; the first message under the new one ends that.
 */
export class KeyRing {
  private readonly current: LinkKey;
  private previous: LinkKey | undefined;

  /** Both as 64 hexadecimal digits. */
  constructor(current: string, previous?: string) {
    this.current = linkKey(current);
    this.previous = previous === undefined ? undefined : linkKey(previous);
  }

  sign(topic: string, body: string): string {
    return sign(topic, body, this.current);
  }

  /** @returns the body. @throws ProtocolError */
  open(topic: string, payload: Uint8Array): string {
    const keys = this.previous === undefined ? [this.current] : [this.current, this.previous];
    const { body, key } = open(topic, payload, keys);
    if (key === this.current) this.previous = undefined;
    return body;
  }
}
