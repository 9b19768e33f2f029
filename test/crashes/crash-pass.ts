import type { CrashSystem } from './crash-system.js';
import { Auditor } from './auditor.js';
import { eventually } from '../support/eventually.js';
import type { MachinePlace } from './machine-place.js';
import { crashPointOf } from './servers.js';
import { visit } from './visit.js';

/**
 * What the payers of one pass do, so that the servers reach certain points:
 * - `buy`: two items and the return lever.
 * - `jam`: one item that does not fall; everything is given back.
 * - `ignore`: nobody confirms.
 * - `no-answer`: the bridge stands still when the grant comes.
 */
export type Flow = 'buy' | 'jam' | 'ignore' | 'no-answer';

/** SEQR reverses what is not collected within 20 s: a payer who meets more crashes than this might just lose his turn. */
const CRASHES_A_VISIT = 3;
/** A point that this many payers have not led to is not reached by this flow. */
const VISITS_MAX = 25;
const ENDED_WITHIN_MS = 300_000;

/** Lets the one server of a system die at each of some points, while payers go on visiting its one machine. */
export class CrashPass {
  readonly auditor: Auditor;
  /** In the order in which they were reached. */
  readonly crashed: string[] = [];
  private readonly left: Set<string>;
  private crashesOfVisit = 0;
  private restarting: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly system: CrashSystem,
    private readonly flow: Flow,
    points: readonly string[],
    private readonly onCrash: (point: string) => void = () => undefined,
  ) {
    this.auditor = new Auditor(system);
    this.left = new Set(points);
  }

  /** @returns the points that were not reached. */
  async run(): Promise<readonly string[]> {
    const { servers, places } = this.system;
    const [place] = places;
    const [server] = servers.all;
    if (place === undefined || server === undefined) throw new Error('a pass needs a machine and a server');
    server.onDeath = (isStarting) => {
      this.noteDeath(crashPointOf(server), server.log);
      // A server that dies while it starts, at the first work it takes over, is started again as it is.
      if (!isStarting)
        this.restarting = server.start(() => ({ CRASH_AT: this.armed().join(',') })).catch(this.noteFailure);
    };
    for (let visits = 0; visits < VISITS_MAX && this.left.size > 0; visits += 1) {
      await this.oneVisit(place);
    }
    server.onDeath = undefined;
    await this.auditor.final();
    return [...this.left];
  }

  private noteDeath(point: string | undefined, log: string): void {
    this.crashesOfVisit += 1;
    if (point === undefined) {
      this.auditor.disagree(`the server died by itself:\n${log.slice(-2_000)}`);
      return;
    }
    this.crashed.push(point);
    this.left.delete(point);
    this.onCrash(point);
  }

  private readonly noteFailure = (error: unknown): void => {
    this.auditor.disagree(`the server did not come back: ${String(error)}`);
  };

  /** The flow without an answer is safe from SEQR's 20 s: its money is collected before it begins. */
  private armed(): readonly string[] {
    return this.flow === 'no-answer' || this.crashesOfVisit < CRASHES_A_VISIT ? [...this.left] : [];
  }

  private async oneVisit(place: MachinePlace): Promise<void> {
    this.crashesOfVisit = 0;
    await this.system.servers.arm(this.armed());
    const frozen = this.flow === 'no-answer';
    await visit(this.system, place, {
      phone: this.flow === 'ignore' ? 'ignore' : 'confirm',
      steps:
        this.flow === 'jam'
          ? [{ press: 11, result: 'jammed' }, { finish: true }]
          : [{ press: 11 }, { press: 12 }, { finish: true }],
      ...(frozen ? { beforeConfirming: () => place.bridge.freeze() } : {}),
    });
    if (frozen) {
      await eventually('all is tried', () => (this.left.size === 0 ? true : undefined), ENDED_WITHIN_MS).catch(
        () => undefined,
      );
      place.bridge.thaw();
    }
    await this.auditor.settle(place, ENDED_WITHIN_MS);
    await this.restarting;
  }
}
