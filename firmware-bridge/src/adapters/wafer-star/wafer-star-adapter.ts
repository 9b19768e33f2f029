import type { Cancel, Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { Timings } from '../../timings.js';
import type { AdapterEvent, AdapterIdentity, MachineAdapter } from '../adapter.js';
import { inHex } from '../mdb/blocks.js';
import { decode, lengthOf } from '../mdb/commands.js';
import { BlockFramer } from '../mdb/framing.js';
import { nextDeadline, step } from '../mdb/machine.js';
import { isWide, POWER_UP, type MdbEvent, type MdbInput, type MdbRules, type MdbState } from '../mdb/state.js';
import type { ByteLink } from '../serial-link.js';
import { Transcript } from '../transcript.js';
import { Liveliness } from './liveliness.js';
import { wordsOfAnswer, wordsOfCommand } from './words.js';

/** The maker's documents: 9600 8N1. */
export const WAFER_STAR_BAUD = 9_600;

/** The adapter holds one answer until the machine's next POLL; a machine polls at least every 200 ms (MDB/ICP 4.2, 2.3). */
const ANSWER_GAP_MS = 250;

export interface WaferStarOptions {
  readonly rules: MdbRules;
  readonly chkForwarded: boolean;
  readonly timings: Pick<Timings, 'heartbeatMs' | 'silentMs'>;
}

/**
 * The WaferStar PC2MDB as a cashless peripheral: it passes on every command of the machine but POLL as raw bytes,
 * acknowledges by itself, and says what we give it at the next POLL. All that MDB asks of us is in `mdb/`.
 */
export class WaferStarAdapter implements MachineAdapter {
  identity: AdapterIdentity = { description: 'WaferStar PC2MDB, machine not yet heard', simulated: false };
  private readonly transcript = new Transcript();
  private readonly liveliness: Liveliness;
  private framer: BlockFramer;
  private state: MdbState = POWER_UP;
  private readonly inputs: MdbInput[] = [];
  private working = false;
  private told: 'lost' | 'heard' = 'lost';
  private open = false;
  /** Monotonic: when the adapter can take the next answer. */
  private freeAt = -Infinity;
  private timer: Cancel | undefined;

  constructor(
    private readonly link: ByteLink,
    private readonly options: WaferStarOptions,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly emit: (event: AdapterEvent) => void,
  ) {
    this.framer = this.newFramer();
    this.liveliness = new Liveliness(options.timings, clock, {
      phase: () => this.state.phase,
      knowsTheQuestion: () => this.state.level >= 2,
      check: () => this.link.check(),
      restart: () => this.put({ type: 'restart' }),
      probe: () => this.put({ type: 'probe' }),
      lost: () => this.link.drop('the machine does not say the time any more'),
    });
  }

  start(): void {
    this.link.start({
      opened: () => {
        this.open = true;
        this.liveliness.begin();
        // Whatever the machine believed of us before: it sets us up from the beginning.
        this.put({ type: 'restart' });
      },
      bytes: (chunk) => this.hear(chunk),
      closed: () => {
        this.goSilent();
        if (this.told === 'lost') return;
        this.told = 'lost';
        this.emit({ type: 'status', status: 'lost' });
      },
    });
  }

  openSession(creditMinor: number, withinMs: number): void {
    this.put({ type: 'begin', creditMinor, notAfter: this.clock.monotonicMs() + withinMs });
  }

  approve(priceMinor: number): void {
    this.put({ type: 'approve', amountMinor: priceMinor });
  }

  deny(): void {
    this.put({ type: 'deny' });
  }

  closeSession(): void {
    this.put({ type: 'end' });
  }

  restart(): void {
    this.put({ type: 'restart' });
  }

  takeTranscript(): string[] {
    return this.transcript.take();
  }

  stop(): Promise<void> {
    this.goSilent();
    return this.link.stop();
  }

  kill(): void {
    void this.stop();
  }

  private goSilent(): void {
    this.open = false;
    this.liveliness.end();
    this.timer?.();
    this.inputs.length = 0;
    this.state = POWER_UP;
    this.framer = this.newFramer();
    this.freeAt = -Infinity;
  }

  private newFramer(): BlockFramer {
    return new BlockFramer({
      checked: this.options.chkForwarded,
      lengthOf: (beginning) => lengthOf(beginning, this.form),
    });
  }

  private get form() {
    return { address: this.options.rules.address, wide: isWide(this.state) };
  }

  private hear(chunk: Uint8Array): void {
    const { framer } = this;
    for (const frame of framer.push(chunk, this.clock.monotonicMs())) {
      if ('garbage' in frame) this.garbled(frame.garbage);
      else this.hearBlock(frame.body);
      // A block may have closed the port: what came behind it belongs to nothing any more.
      if (framer !== this.framer) return;
    }
  }

  private hearBlock(body: Uint8Array): void {
    const command = decode(body, this.form);
    if (command === undefined) return this.garbled(body);
    if (command.name === 'WRITE TIME/DATE') this.liveliness.answered();
    else if (command.name !== 'POLL') this.transcript.received(wordsOfCommand(body, command, this.options.rules));
    this.heardSomething();
    this.put({ type: 'command', command });
  }

  private heardSomething(): void {
    this.liveliness.heard();
    if (this.told === 'heard') return;
    this.told = 'heard';
    this.link.settled();
    this.emit({ type: 'status', status: 'inactive' });
  }

  private garbled(bytes: Uint8Array): void {
    this.emit({ type: 'fault', code: 'garbled-line', detail: `not a command: ${inHex(bytes.subarray(0, 12))}` });
  }

  /** One input after the other: what is told may be answered at once, and that answer is the next input. */
  private put(input: MdbInput): void {
    if (!this.open) return this.refuse(input);
    this.inputs.push(input);
    if (this.working) return;
    this.working = true;
    for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) this.take(next);
    this.working = false;
    this.pump();
  }

  private refuse(input: MdbInput): void {
    if (input.type === 'begin') this.emit({ type: 'open-failed', detail: 'the port is closed' });
  }

  private take(input: MdbInput): void {
    const { state, events, answer } = step(this.state, input, this.clock.monotonicMs(), this.options.rules);
    this.state = state;
    if (answer !== undefined) {
      this.freeAt = this.clock.monotonicMs() + ANSWER_GAP_MS;
      const isProbe = answer.name === 'TIME/DATE REQUEST';
      if (!isProbe) this.transcript.sent(wordsOfAnswer(answer, this.options.rules));
      this.link.write(answer.bytes);
    }
    for (const event of events) this.tell(event);
  }

  private tell(event: MdbEvent): void {
    if (event.type === 'machine-id') return this.identify(event);
    // Until somebody is heard, the line is lost and nothing better.
    if (event.type === 'status' && this.told === 'lost') return;
    this.emit(event);
  }

  private identify({ manufacturer, model, serial }: Extract<MdbEvent, { type: 'machine-id' }>): void {
    const description = `WaferStar PC2MDB, machine ${manufacturer} ${model} ${serial}`.trim();
    this.identity = { description, simulated: model.includes('SIMULATOR') };
    this.log.info('machine identified', { adapter: description });
  }

  /** Lets the next answer leave as soon as the adapter can hold it, and watches the deadlines. */
  private pump(): void {
    this.timer?.();
    this.timer = undefined;
    if (!this.open) return;
    const now = this.clock.monotonicMs();
    const waits = this.state.waiting.length > 0;
    if (waits && now >= this.freeAt) return this.put({ type: 'fetch' });
    const due = Math.min(waits ? this.freeAt : Infinity, nextDeadline(this.state, this.options.rules) ?? Infinity);
    if (due !== Infinity) this.timer = this.clock.after(Math.max(0, due - now), () => this.put({ type: 'tick' }));
  }
}
