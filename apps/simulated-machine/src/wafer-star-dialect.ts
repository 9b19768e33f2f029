import type { AdapterBox, Surroundings } from './adapter-box.js';
import { type Answer, says, understand } from './mdb-bytes.js';
import type { VmcOutput } from './vmc-model.js';

export interface WaferStarOptions {
  /** Stands in EXPANSION REQUEST ID; 12 characters of it are told. */
  readonly name: string;
  readonly currency: string;
  readonly decimals: number;
  /** The dearest thing in the machine: above 16 bit the machine asks for prices of 32 bit. */
  readonly dearestMinor: number;
  /** The machine asks one reader only. */
  readonly address?: 0x10 | 0x60;
}

/** Between two turns of the bus for one reader; MDB/ICP 4.2 says 25 to 200 ms. */
const TURN_MS = 40;

/** The default non-response time (MDB/ICP 4.2): after it comes a RESET. A VEND REQUEST has a patience of its own. */
const RESPONSE_MS = 5_000;

/** A machine shows for a moment that a choice was denied before it takes another. */
const DENIAL_SHOWN_MS = 300;

/** What the adapter holds for the machine; a host that says more is not one of ours. */
const HELD_MAX = 8;

/** READER CONFIG's currency, ISO 4217 behind a 1. A currency that is not here is not looked at. */
const CURRENCIES: Readonly<Record<string, number>> = {
  CHF: 0x1756,
  DKK: 0x1208,
  EUR: 0x1978,
  GBP: 0x1826,
  NOK: 0x1578,
  SEK: 0x1752,
  USD: 0x1840,
};

const MONEY_32 = 0x02;
const ALWAYS_IDLE = 0x20;

interface Command {
  readonly name: 'reset' | 'vend-request' | 'vend-cancel' | 'other';
  readonly bytes: Buffer;
  /** The machine asks nothing else until one of these came. */
  readonly answeredBy?: readonly Answer['name'][];
}

/**
 * A WaferStar PC2MDB at a machine controller that sets its reader up, polls it and asks it. Of the controller's commands
 * all but POLL go to the computer; an answer of the computer waits in the adapter for the next POLL.
 */
export class WaferStarDialect implements AdapterBox {
  private turns: NodeJS.Timeout | undefined;
  private held: Buffer[] = [];
  private outbox: Command[] = [];
  private awaited: { readonly command: Command; readonly until: number } | undefined;
  private busyUntil = 0;
  private setUp = false;
  private muted = false;
  private agreed = { level: 3, wide: false };
  private scale = 1;
  /** READER ENABLE was the last word, not READER DISABLE. */
  private enabled = false;
  private inSession = false;
  private cancelsTooLate = false;
  private item = 0;
  private begin: Buffer | undefined;

  constructor(
    private readonly options: WaferStarOptions,
    private readonly surroundings: Surroundings,
  ) {}

  private get at(): number {
    return this.options.address ?? 0x10;
  }

  powerOn(): void {
    clearInterval(this.turns);
    this.turns = setInterval(() => this.turn(), TURN_MS);
    this.reset();
  }

  powerOff(): void {
    clearInterval(this.turns);
    this.forget();
    this.held = [];
  }

  private forget(): void {
    this.outbox = [];
    this.awaited = undefined;
    this.setUp = false;
    this.agreed = { level: 3, wide: false };
    this.enabled = false;
    this.inSession = false;
    this.cancelsTooLate = false;
  }

  cancelTooLate(): void {
    this.cancelsTooLate = true;
  }

  /** What was said before goes out first; then the RESET, which waits for no answer. */
  reset(): void {
    const { outbox, awaited } = this;
    this.forget();
    this.awaited = awaited;
    this.outbox = outbox.filter(({ name }) => name !== 'reset');
    this.outbox.push({ name: 'reset', bytes: says.reset(this.at), answeredBy: ['just-reset'] });
    this.surroundings.put({ type: 'reader-off' });
  }

  mute(on: boolean): void {
    this.muted = on;
    this.forget();
    this.surroundings.put({ type: 'mute', on });
    if (!on) this.reset();
  }

  // -------------------------------------------------------------------------------------------------------- the bus

  hear(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0 && this.held.length < HELD_MAX;) {
      const block = this.blockAtTheStartOf(rest);
      this.held.push(block);
      rest = rest.subarray(block.length);
    }
  }

  /** The host says one block at a time; a busy computer may read two at once. */
  private blockAtTheStartOf(bytes: Buffer): Buffer {
    for (let length = 2; length < bytes.length; length += 1) {
      const block = bytes.subarray(0, length);
      if (understand(block, this.agreed) !== undefined) return block;
    }
    return bytes;
  }

  /** Either a command, or a POLL. */
  private turn(): void {
    if (this.muted) return;
    const [next] = this.outbox;
    const urgent = next?.name === 'reset' || next?.name === 'vend-cancel';
    const free = this.awaited === undefined && Date.now() >= this.busyUntil;
    if (next !== undefined && (free || urgent)) {
      this.outbox.shift();
      return this.say(next);
    }
    if (this.crosses(this.held[0]))
      return this.surroundings.send([{ bytes: says.vendCancel(this.at), repeatable: true }]);
    const answer = this.held.shift();
    if (answer !== undefined) return this.take(answer);
    if (this.awaited !== undefined && Date.now() >= this.awaited.until) this.reset();
  }

  /** An approval is in the adapter, and the machine has just lost patience; it waits for the answer to its request still. */
  private crosses(held: Buffer | undefined): boolean {
    const isApproval = held !== undefined && understand(held, this.agreed)?.[0]?.name === 'approved';
    const now = this.cancelsTooLate && isApproval && this.awaited?.command.name === 'vend-request';
    if (now) this.cancelsTooLate = false;
    return now;
  }

  private say(command: Command): void {
    const until = command.name === 'vend-request' ? Infinity : Date.now() + RESPONSE_MS;
    this.awaited = command.answeredBy === undefined ? undefined : { command, until };
    this.surroundings.send([{ bytes: command.bytes, repeatable: true }]);
  }

  private ask(name: Command['name'], bytes: Buffer, ...answeredBy: Answer['name'][]): void {
    this.outbox.push({ name, bytes, ...(answeredBy.length > 0 && { answeredBy }) });
  }

  private take(block: Buffer): void {
    for (const answer of understand(block, this.agreed) ?? []) {
      const { command } = this.awaited ?? {};
      if (command?.answeredBy?.includes(answer.name) === true) this.awaited = undefined;
      if (answer.name === 'begin-session') this.begin = block;
      this.obey(answer, command?.name);
    }
  }

  private obey(answer: Answer, asked: Command['name'] | undefined): void {
    const { put } = this.surroundings;
    // A reader that was not set up has nothing to say but that it was reset, and who it is.
    const early = answer.name === 'just-reset' || answer.name === 'reader-config' || answer.name === 'peripheral-id';
    if (!this.setUp && !early) return;
    switch (answer.name) {
      case 'just-reset':
        return this.beginSetUp();
      case 'reader-config':
        return this.learn(answer);
      case 'peripheral-id':
        return this.finishSetUp(answer.options);
      case 'begin-session':
        return put({ type: 'begin-session', creditMinor: answer.units * this.scale });
      case 'session-cancel':
        return put({ type: 'stop-session' });
      // An answer to a request that was taken back meanwhile is none.
      case 'approved':
        if (asked !== 'vend-request') return;
        return put({ type: 'approve', amountMinor: answer.units * this.scale });
      case 'denied':
        if (asked !== 'vend-request') return;
        this.busyUntil = Date.now() + DENIAL_SHOWN_MS;
        return put({ type: 'deny' });
      case 'out-of-sequence':
        return this.reset();
      case 'time-date-request':
        return this.ask('other', says.writeTimeDate(this.at, new Date()));
      case 'end-session':
      case 'cancelled':
      case 'other':
        return;
    }
  }

  private beginSetUp(): void {
    const { at } = this;
    this.forget();
    this.surroundings.put({ type: 'reader-off' });
    this.ask('other', says.setupConfig(at, this.agreed.level), 'reader-config');
  }

  private learn(config: Extract<Answer, { name: 'reader-config' }>): void {
    const { currency, decimals, name } = this.options;
    // A reader for other money is never enabled.
    if (config.decimals !== decimals || config.currency !== (CURRENCIES[currency] ?? config.currency)) return;
    this.scale = config.scale;
    this.agreed = { level: config.level, wide: false };
    this.ask('other', says.setupPrices(this.at, false, config.currency));
    this.ask('other', says.requestId(this.at, name, 'SIMULATOR'), 'peripheral-id');
  }

  private finishSetUp(offered: number): void {
    const wanted = (this.options.dearestMinor / this.scale > 65_534 ? MONEY_32 : 0) | ALWAYS_IDLE;
    const options = offered & wanted;
    const wide = (options & MONEY_32) !== 0;
    if (options !== 0) this.ask('other', says.enableOptions(this.at, options));
    if (wide) this.ask('other', says.setupPrices(this.at, true, CURRENCIES[this.options.currency] ?? 0));
    this.agreed = { ...this.agreed, wide };
    this.setUp = true;
    this.surroundings.put({ type: 'reader-on' });
  }

  // -------------------------------------------------------------------------------------------------- the controller

  tell(output: VmcOutput): void {
    if (!this.setUp) return;
    const { at, agreed } = this;
    switch (output.type) {
      case 'status':
        return this.tellStatus(output.mode);
      case 'vend-request': {
        this.item = output.selection;
        this.cancelsTooLate = false;
        const units = Math.round(output.priceMinor / this.scale);
        return this.ask('vend-request', says.vendRequest(at, units, this.item, agreed.wide), 'approved', 'denied');
      }
      case 'vend-success':
        return this.ask('other', says.vendSuccess(at, this.item));
      case 'vend-error':
        if (output.code === 1) this.ask('vend-cancel', says.vendCancel(at), 'denied');
        if (output.code === 3) this.ask('other', says.vendFailure(at));
        return;
      case 'cash-sale': {
        const currency = CURRENCIES[this.options.currency] ?? 0;
        const units = Math.round(output.priceMinor / this.scale);
        return this.ask('other', says.cashSale(at, units, output.selection, agreed.wide, currency));
      }
      case 'wrong-state':
        // Not acknowledged by the machine, so the adapter offers it again.
        if (output.command === 'START' && this.enabled && !this.inSession && this.begin) this.held.unshift(this.begin);
        return;
      case 'approval-heard':
      case 'denied':
      case 'motor':
      case 'delivery':
        return;
    }
  }

  private tellStatus(mode: Extract<VmcOutput, { type: 'status' }>['mode']): void {
    if (mode === 'IDLE') return void (this.inSession = true);
    if (mode === 'INACTIVE') return;
    if (this.inSession) this.ask('other', says.sessionComplete(this.at), 'end-session');
    this.inSession = false;
    const enable = mode === 'ENABLED';
    if (enable !== this.enabled) this.ask('other', enable ? says.readerEnable(this.at) : says.readerDisable(this.at));
    this.enabled = enable;
  }
}
