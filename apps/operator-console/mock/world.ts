import type { LiveNotice, MachineView, PurchaseSummaryView, PurchaseView } from '#fleet/operator-views.js';

import { exampleFleet, sells } from './fleet.js';
import { type Random, seededRandom } from './random.js';
import { type Ending, RESERVED, scenario } from './scenarios.js';
import { purchaseAt, type Script } from './script.js';

/** Enough for the longest list that the API gives, and no more. */
const SCRIPTS_MAX = 220;
const PAST_PURCHASES = 70;
const LIVE_AT_MOST = 3;
const NEW_EVERY_MS = 7_000;
const ENDINGS = [
  'bought',
  'bought',
  'bought',
  'bought',
  'bought',
  'bought',
  'nothing-chosen',
  'not-confirmed',
  'jammed',
] as const;

/** A fleet in which payers come and go. Nothing here is stored but scripts; all else follows from the time. */
export class World {
  private readonly random: Random = seededRandom(20_261_121);
  private readonly machines: readonly MachineView[];
  private readonly listeners = new Set<(notice: LiveNotice) => void>();
  /** Newest first. */
  private scripts: Script[] = [];

  constructor() {
    const now = Date.now();
    this.machines = exampleFleet(now);
    for (let back = PAST_PURCHASES; back >= 1; back -= 1) {
      const ending: Ending = back === 5 ? 'review' : back === 9 ? 'refused' : this.random.oneOf(ENDINGS);
      this.add(ending, now - back * 17 * 60_000 - this.random.between(0, 500_000));
    }
    this.startOne();
    setInterval(() => this.startOne(), NEW_EVERY_MS).unref();
  }

  fleet(): readonly MachineView[] {
    const now = Date.now();
    const summaries = this.summaries(now);
    return this.machines.map((machine) => {
      const own = summaries.filter((purchase) => purchase.machineId === machine.id);
      const livePurchase = own.find((purchase) => !purchase.isOver) ?? null;
      return {
        ...machine,
        livePurchase,
        machineState: livePurchase?.state === 'UNLOCKED' ? 'in-use' : machine.machineState,
        lastSeenAt: machine.presence === 'online' ? new Date(now - 2_000).toISOString() : machine.lastSeenAt,
        lastPurchaseAt: own[0]?.startedAt ?? machine.lastPurchaseAt,
      };
    });
  }

  purchases(machineId: string | null, limit: number): readonly PurchaseSummaryView[] {
    const all = this.summaries(Date.now());
    return all.filter((purchase) => !machineId || purchase.machineId === machineId).slice(0, limit);
  }

  purchase(id: string): PurchaseView | null {
    const script = this.scripts.find((one) => one.id === id);
    return script ? purchaseAt(script, Date.now()) : null;
  }

  machine(id: string): MachineView | null {
    return this.machines.find((machine) => machine.id === id) ?? null;
  }

  listen(listener: (notice: LiveNotice) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private summaries(now: number): readonly PurchaseSummaryView[] {
    return this.scripts.map((script) => {
      const {
        timeLine: _timeLine,
        vends: _vends,
        seqrCalls: _calls,
        reviewCases: _cases,
        ...summary
      } = purchaseAt(script, now);
      return summary;
    });
  }

  private startOne(): void {
    const live = this.summaries(Date.now()).filter((purchase) => !purchase.isOver);
    if (live.length >= LIVE_AT_MOST) return;
    const script = this.add(this.random.oneOf(ENDINGS), Date.now());
    if (!script) return;
    for (const beat of script.beats) {
      setTimeout(
        () => this.notify({ kind: 'purchase', purchaseId: script.id, machineId: script.machineId }),
        beat.atMs,
      ).unref();
    }
  }

  private add(ending: Ending, startedAt: number): Script | null {
    const busy = new Set(
      this.summaries(startedAt).flatMap((purchase) => (purchase.isOver ? [] : [purchase.machineId])),
    );
    const [first, ...rest] = this.machines.filter((machine) => sells(machine) && !busy.has(machine.id));
    if (!first) return null;
    const machine = this.random.oneOf([first, ...rest]);
    const script = {
      id: this.uuid(),
      machineId: machine.id,
      machineName: machine.name,
      startedAt,
      reserved: RESERVED,
      beats: scenario(ending, this.random).toSorted((one, other) => one.atMs - other.atMs),
    };
    this.scripts = [script, ...this.scripts].slice(0, SCRIPTS_MAX);
    return script;
  }

  private uuid(): string {
    const hex = (digits: number) =>
      Array.from({ length: digits }, () => this.random.between(0, 15).toString(16)).join('');
    return `${hex(8)}-${hex(4)}-7${hex(3)}-a${hex(3)}-${hex(12)}`;
  }

  private notify(notice: LiveNotice): void {
    for (const listener of this.listeners) listener(notice);
  }
}
