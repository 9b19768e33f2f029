import { isIPv6 } from 'node:net';

import { Injectable } from '@nestjs/common';

/** A person mistypes twice; a program tries until it is stopped. */
const TRIES = 5;
const WINDOW_MS = 60_000;
/** Of more than this many the one that tried longest ago is forgotten: a code has 60 bits, and nobody else has to wait. */
const NETWORKS_MAX = 1_000;

/** Counts wrong enrolment codes by address, in this process. */
@Injectable()
export class WrongCodes {
  private counts = new Map<string, number>();
  private since = -Infinity;

  tooMany(address: string, now = performance.now()): boolean {
    if (now - this.since >= WINDOW_MS) {
      this.counts = new Map();
      this.since = now;
    }
    return (this.counts.get(networkOf(address)) ?? 0) >= TRIES;
  }

  add(address: string): void {
    const network = networkOf(address);
    const count = (this.counts.get(network) ?? 0) + 1;
    // Written anew it stands last: the first is the oldest.
    this.counts.delete(network);
    const [oldest] = this.counts.keys();
    if (oldest !== undefined && this.counts.size >= NETWORKS_MAX) this.counts.delete(oldest);
    this.counts.set(network, count);
  }
}

/** The address; of IPv6 the first 64 bits, since whoever has one address there has all of its network. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // How a socket for both shows IPv4.
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  while (groups.length + last.length < 8) groups.push('0');
  const network = [...groups, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
