import type { Grant } from '#machine-protocol/messages.js';

import { Core } from '#bridge/core.js';
import { Journal, JournalError } from '#bridge/journal/journal.js';
import { openAfterBoot } from '#bridge/journal/open-after-boot.js';
import { silentLog } from '#bridge/log.js';
import { DEFAULT_TIMINGS } from '#bridge/timings.js';
import { EventFeed } from '#bridge/uplink/event-feed.js';

import { ManualClock } from '../manual-clock.js';
import { Book } from './book.js';
import { WatchedMachine } from './machine.js';
import { PowerCut, type PowerCutDisk } from './power-cut-disk.js';
import type { Happening } from './visits.js';

const MACHINE_ID = 'machine-1';

/** So small that the journal is written anew after every few acknowledgements. */
const DEAD_BYTES_MAX = 3_000;

/** The bridge's program in one boot: all of it between the wire and the line. */
interface Boot {
  readonly bootId: string;
  readonly core: Core;
  readonly feed: EventFeed;
  readonly journal: Journal;
  readonly disk: PowerCutDisk;
}

/** One machine with its bridge and its server; the bridge's computer may lose its power at any moment. */
export class Site {
  readonly book = new Book();
  readonly machine = new WatchedMachine();
  private readonly clock = new ManualClock();
  private boot: Boot | undefined;
  private boots = 0;

  /** @param recovers false for a bridge that forgets to tell what the last boot left open */
  constructor(
    private readonly dir: string,
    private readonly recovers = true,
  ) {}

  /** Starts the bridge and lets things happen. @returns false when the power was cut on the way */
  live(disk: PowerCutDisk, happenings: readonly Happening[]): boolean {
    try {
      this.boot = this.start(disk);
      for (const happening of happenings) {
        this.happen(this.boot, happening);
        if (disk.dead) break;
      }
    } catch (error) {
      const cut = error instanceof PowerCut || (error instanceof JournalError && error.cause instanceof PowerCut);
      if (!cut) throw error;
    }
    this.machine.unplug();
    this.boot?.core.halt('the power is gone');
    this.boot?.journal.close();
    this.boot = undefined;
    return !disk.dead;
  }

  private start(disk: PowerCutDisk): Boot {
    this.boots += 1;
    const { dir, clock, machine, book } = this;
    const bootId = `boot-${String(this.boots).padStart(4, '0')}`;
    const options = { dir, machineId: MACHINE_ID, bootId, clock, deadBytesMax: DEAD_BYTES_MAX, disk };
    const { journal } = this.recovers ? openAfterBoot(options) : Journal.open(options);
    const powered = (): boolean => !disk.dead;
    const send = (event: Parameters<Book['take']>[0]): void => (powered() ? book.take(event) : undefined);
    const feed = new EventFeed(journal, send, DEFAULT_TIMINGS, clock);
    const core = new Core(
      { bootId, currency: 'SEK', exponent: 2, timings: DEFAULT_TIMINGS },
      {
        journal,
        adapter: machine.adapter(powered),
        clock,
        log: silentLog,
        faultPauseMs: DEFAULT_TIMINGS.faultPauseMs,
        changed: () => feed.pump(),
        resend: () => feed.resend(),
      },
    );
    machine.plugIn((event) => (powered() ? core.take(event) : undefined));
    feed.connect();
    return { bootId, core, feed, journal, disk };
  }

  private happen({ bootId, core, feed }: Boot, happening: Happening): void {
    const { book, machine } = this;
    switch (happening.type) {
      case 'grant': {
        const grantNumber = book.grants.length + 1;
        // Every grant has an amount of its own, so that the machine's sessions can be told apart.
        const grant = {
          ...GRANT,
          bootId,
          grantNumber,
          purchaseId: purchaseOf(grantNumber),
          amountMinor: 3_000 + grantNumber,
        };
        book.grants.push(grant);
        return core.take({ type: 'grant', grant, obstacle: core.obstacle });
      }
      case 'repeat the grant': {
        const grant = book.grants.at(-1);
        return grant && core.take({ type: 'grant', grant: { ...grant, bootId }, obstacle: core.obstacle });
      }
      case 'ask for reports':
        for (const { purchaseId, grantNumber, at } of book.grants.filter((grant) => !book.isFinished(grant))) {
          core.take({
            type: 'close',
            close: { v: 1, type: 'close', machineId: MACHINE_ID, purchaseId, grantNumber, at },
          });
        }
        return;
      case 'acknowledge': {
        const { ack } = book;
        return ack && core.attempt(() => feed.acknowledged(ack));
      }
      case 'wait':
        return this.clock.advance(happening.ms);
      case 'line breaks':
        return feed.disconnect();
      case 'line returns':
        return feed.connect();
      default:
        return machine.put(happening);
    }
  }
}

function purchaseOf(grantNumber: number): string {
  return `0b8f9a60-6f0e-4b5e-9a53-${String(grantNumber).padStart(12, '0')}`;
}

const GRANT: Omit<Grant, 'bootId' | 'purchaseId' | 'grantNumber' | 'amountMinor'> = {
  v: 1,
  type: 'grant',
  machineId: MACHINE_ID,
  currency: 'SEK',
  exponent: 2,
  prices: [
    { selection: 11, priceMinor: 1_500 },
    { selection: 12, priceMinor: 1_250 },
  ],
  priceListVersion: 1,
  lifetimeMs: 300_000,
  selectionWindowMs: 60_000,
  at: '2026-01-01T00:00:00.000Z',
};
