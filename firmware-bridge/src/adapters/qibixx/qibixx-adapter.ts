import type { Cancel, Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import type { Timings } from '../../timings.js';
import type { AdapterEvent, AdapterIdentity, MachineAdapter, MachineStatus } from '../adapter.js';
import { Transcript } from '../transcript.js';
import { Opening } from './opening.js';
import { commands, parseLine, type AdapterLine } from './protocol.js';
import type { LineLink } from './line-link.js';
import { StartUp } from './start-up.js';

export interface QibixxOptions {
  readonly currency: string;
  readonly decimals: number;
  readonly timings: Pick<Timings, 'heartbeatMs' | 'silentMs' | 'answerMs' | 'startRetryMs' | 'startTries'>;
}

/** The Qibixx MDB-USB and Pi hat: the adapter's own controller speaks MDB, we speak text lines with the adapter. */
export class QibixxAdapter implements MachineAdapter {
  identity: AdapterIdentity = { description: 'Qibixx, not yet heard', simulated: false };
  private readonly transcript = new Transcript();
  private readonly startUp: StartUp;
  private running = false;
  private status: MachineStatus = 'lost';
  private opening: Opening | undefined;
  private heardAt = 0;
  private heartbeat: Cancel | undefined;

  constructor(
    private readonly link: LineLink,
    private readonly options: QibixxOptions,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly emit: (event: AdapterEvent) => void,
  ) {
    const machine = { ...options, answerMs: options.timings.answerMs };
    this.startUp = new StartUp(machine, clock, (line) => this.send(line), {
      done: () => {
        this.running = true;
        this.link.settled();
        this.log.info('adapter ready', { adapter: this.identity.description });
        // Switched on, the adapter tells the machine's state anew.
        this.becomes('inactive');
      },
      failed: (reason) => {
        this.emit({ type: 'fault', code: 'adapter-start-up', detail: reason });
        this.link.drop(reason);
      },
    });
  }

  start(): void {
    this.link.start({
      opened: () => {
        this.heardAt = this.clock.monotonicMs();
        this.beat();
        this.restart();
      },
      line: (text) => this.hear(text),
      garbage: (detail) => this.emit({ type: 'fault', code: 'garbled-line', detail }),
      closed: () => {
        this.silence();
        if (this.status !== 'lost') this.becomes('lost');
      },
    });
  }

  restart(): void {
    this.running = false;
    this.endOpening();
    this.startUp.begin();
  }

  openSession(creditMinor: number, withinMs: number): void {
    this.opening?.end();
    const { options, clock } = this;
    const start = commands.start(creditMinor, options.decimals);
    const opening = new Opening(options.timings, clock, clock.monotonicMs() + withinMs, {
      send: () => this.send(start),
      failed: (detail) => {
        this.opening = undefined;
        this.emit({ type: 'open-failed', detail });
      },
    });
    this.opening = opening;
    if (this.running) opening.begin();
    else opening.fail('the adapter is starting');
  }

  approve(priceMinor: number): void {
    this.send(commands.approve(priceMinor, this.options.decimals));
  }

  deny(): void {
    this.send(commands.deny);
  }

  closeSession(): void {
    this.endOpening();
    this.send(commands.stop);
  }

  takeTranscript(): string[] {
    return this.transcript.take();
  }

  stop(): Promise<void> {
    this.silence();
    return this.link.stop();
  }

  kill(): void {
    this.silence();
    void this.link.stop();
  }

  private silence(): void {
    this.running = false;
    this.heartbeat?.();
    this.startUp.cancel();
    this.endOpening();
  }

  private send(line: string): void {
    if (line !== commands.version) this.transcript.sent(line);
    this.link.write(line);
  }

  /** The maker's health check: `V` is answered in every state. */
  private beat(): void {
    const { heartbeatMs, silentMs } = this.options.timings;
    this.heartbeat = this.clock.after(heartbeatMs, () => {
      if (this.clock.monotonicMs() - this.heardAt >= silentMs) return this.link.drop('the adapter is silent');
      this.send(commands.version);
      this.beat();
    });
  }

  private becomes(status: Exclude<MachineStatus, 'vend'>): void {
    this.status = status;
    this.emit({ type: 'status', status });
  }

  private hear(text: string): void {
    this.heardAt = this.clock.monotonicMs();
    const line = parseLine(text, this.options.decimals);
    if (line.kind !== 'version') this.transcript.received(text);
    if (line.kind === 'version') {
      this.identity = { description: `Qibixx ${line.text}`.slice(0, 200), simulated: line.text.includes('SIMULATOR') };
    }
    if (line.kind === 'garbage') {
      return this.emit({
        type: 'fault',
        code: 'garbled-line',
        detail: `not a line of the adapter: ${text.slice(0, 40)}`,
      });
    }
    if (this.running) this.obey(line);
    else this.startUp.take(line);
  }

  private obey(line: AdapterLine): void {
    switch (line.kind) {
      case 'status':
        if (line.status === 'idle') this.endOpening();
        return this.becomes(line.status);
      case 'vend-request':
        this.endOpening();
        this.status = 'vend';
        return this.emit({ type: 'selection', selection: line.selection, priceMinor: line.priceMinor });
      case 'vend-success':
        return this.emit({ type: 'vend-success' });
      case 'vend-error':
        return this.endVend(line.code);
      case 'refused':
        return this.wasRefused(line.command, line.code);
      case 'switched':
      case 'cashless-is':
        // Nobody asked: the adapter restarted and has forgotten its settings.
        if (!line.on) this.beginAnew();
        return;
      case 'unknown-command':
      case 'other-error':
        return this.emit({ type: 'fault', code: 'adapter-error', detail: line.text.slice(0, 100) });
      case 'version':
      case 'setting-taken':
      case 'denied':
      case 'acknowledged':
      case 'garbage':
        return;
    }
  }

  /** The machine opened, or shall not any more. */
  private endOpening(): void {
    this.opening?.end();
    this.opening = undefined;
  }

  private endVend(code: number): void {
    switch (code) {
      case 1:
        return this.emit({ type: 'vend-failure', reason: 'cancelled' });
      case 3:
        return this.emit({ type: 'vend-failure', reason: 'not-dispensed' });
      case 5:
        return this.emit({ type: 'vend-reset' });
      default:
        this.emit({ type: 'fault', code: 'vend-error', detail: `the adapter says VEND ${code}` });
    }
  }

  private wasRefused(command: 'START' | 'VEND' | 'STOP', code: number): void {
    switch (command) {
      case 'START':
        return this.opening?.again(`START ${code}`);
      case 'VEND':
        // -2 is a payload the adapter cannot read: the machine still waits, and is told no.
        if (code === -2) this.deny();
        return this.emit({ type: 'approval-refused' });
      case 'STOP':
        // Wrong state for a STOP: unless a session is open, the machine is where STOP would have brought it.
        if (this.status !== 'idle' && this.status !== 'vend') this.becomes(this.status);
    }
  }

  private beginAnew(): void {
    this.opening?.fail('the adapter restarted');
    this.emit({ type: 'fault', code: 'adapter-restarted', detail: 'the adapter was off without being asked' });
    this.becomes('inactive');
    this.restart();
  }
}
