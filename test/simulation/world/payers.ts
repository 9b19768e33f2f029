import type { Terms } from '#purchase/reserve-first/purchase.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import type { SimMachine } from './machine.js';
import type { Random } from './random.js';
import { type Seqr, purchaseNamedBy } from './seqr.js';
import type { Answer, Scan } from './shop.js';
import type { SimServer } from './server.js';
import type { Time } from './time.js';
import type { Trace } from './trace.js';
import type { Truth } from './truth.js';
import type { Weather } from './weather.js';

/** SEQR waits for createPurchase as long as we promise to answer, and may ask again. */
const PATIENCE_MS = 8_000;
const SCANS_MAX = 3;

type Mood = 'confirms' | 'declines' | 'forgets' | 'mistypes';

interface Visitor {
  readonly items: number[];
  readonly walksAway: boolean;
}

/** What a payer is going to do, decided before anything happens. */
interface Plan extends Visitor {
  readonly name: string;
  readonly machine: SimMachine;
  readonly offeredMinor: bigint;
  readonly mood: Mood;
  readonly decidesAfterMs: number;
}

export interface PayerWorld {
  readonly time: Time;
  readonly weather: Weather;
  readonly truth: Truth;
  readonly trace: Trace;
  readonly seqr: Seqr;
  readonly machines: readonly SimMachine[];
  readonly prices: ReadonlyMap<number, bigint>;
  readonly terms: Terms;
  /** A server that would be given the next request; null while none runs. */
  readonly anyServer: () => SimServer | null;
  readonly answered: (purchaseId: string, reference: string, requestKey: string) => void;
}

/** The messages of machines take nothing but a UUID. */
function purchaseIdOf(count: number): string {
  return `00000000-0000-4000-8000-${count.toString().padStart(12, '0')}`;
}

/** Those who scan, confirm, choose and walk away, and what their app tells SEQR. */
export class Payers {
  private readonly visitors = new Map<string, Visitor>();
  private purchases = 0;

  constructor(
    private readonly world: PayerWorld,
    private readonly random: Random,
  ) {}

  /** So many payers come within this time; now and then two at once to one machine. */
  come(count: number, withinMs: number): void {
    const { random, world } = this;
    for (let index = 0; index < count; index += 1) {
      const plan = this.plan(`payer-${index}`);
      const at = random.between(1_000, withinMs);
      world.time.after(at, () => this.scan(plan, 1));
      if (!random.chance(0.15)) continue;
      const rival = { ...this.plan(`rival-${index}`), machine: plan.machine };
      world.time.after(at + random.between(0, 200), () => this.scan(rival, 1));
    }
  }

  private plan(name: string): Plan {
    const { random, world } = this;
    const selections = [...world.prices.keys(), 99];
    const draw = random.next();
    const mood: Mood = draw < 0.8 ? 'confirms' : draw < 0.87 ? 'declines' : draw < 0.94 ? 'forgets' : 'mistypes';
    return {
      name,
      machine: random.pick(world.machines),
      offeredMinor: BigInt(random.between(3, 40)) * 100n,
      mood,
      decidesAfterMs: random.chance(0.85)
        ? random.between(800, 30_000)
        : world.terms.confirmWithinMs + random.between(-6_000, 6_000),
      items: Array.from({ length: random.between(0, 5) }, () => random.pick(selections)),
      walksAway: random.chance(0.2),
    };
  }

  private scan(plan: Plan, scans: number): void {
    const { world } = this;
    const { machine } = plan;
    this.purchases += 1;
    const id = purchaseIdOf(this.purchases);
    const server = world.anyServer();
    world.trace.tell(id, 'createPurchase', () => `${plan.name} at ${machine.id}, ${server?.id ?? 'no server'}`);
    const requestKey = `${plan.name}/${machine.id}`;
    let isWaiting = true;
    const again = (): void => {
      if (!isWaiting) return;
      isWaiting = false;
      if (scans < SCANS_MAX) this.scan(plan, scans + 1);
    };
    if (server === null) return void world.time.after(1_000, again);
    world.time.after(PATIENCE_MS, again);
    server.shop.createPurchase(this.requestOf(plan, id, requestKey), (answer) => {
      if ('reference' in answer) world.answered(answer.purchaseId, answer.reference, requestKey);
      if (world.weather.strikes('caller-unanswered')) return;
      world.time.after(this.random.between(5, 50), () => {
        if (!isWaiting) return;
        isWaiting = false;
        this.read(plan, id, answer);
      });
    });
  }

  private requestOf({ machine, offeredMinor, name }: Plan, id: string, requestKey: string): Scan {
    const { prices, terms } = this.world;
    const beginning = {
      id,
      machineId: machine.id,
      currency: 'EUR' as const,
      offeredMinor,
      reservedMinor: offeredMinor < 2_500n ? offeredMinor : 2_500n,
      planogramId: 'planogram',
      priceListId: 'price-list',
      priceListVersion: 1,
      prices,
      terms,
    };
    return { beginning, payer: name, requestKey };
  }

  private read(plan: Plan, id: string, answer: Answer): void {
    const { world, random } = this;
    world.trace.tell(id, 'reference' in answer ? 'the phone shows the invoice' : answer.error);
    if ('reference' in answer) {
      world.time.after(plan.decidesAfterMs, () => this.decide(plan, answer.reference));
      return;
    }
    // An invoice that we gave up may still be in the payer's app.
    const orphan = world.seqr.invoicesOf(id).find(({ state }) => state === 'ISSUED');
    if (orphan !== undefined && random.chance(0.5)) {
      world.time.after(plan.decidesAfterMs, () => this.decide(plan, orphan.reference));
    }
  }

  private decide(plan: Plan, reference: string): void {
    const { seqr, truth, trace } = this.world;
    const purchaseId = seqr.purchaseOf(reference);
    const invoice = seqr.book.find(reference);
    // Paid, cancelled or expired meanwhile, or never there: the app says so.
    if (purchaseId === undefined || invoice?.state !== 'ISSUED') return;
    trace.tell(purchaseId, `the payer ${plan.mood}`);
    truth.of(purchaseId).decided = true;
    switch (plan.mood) {
      case 'confirms':
        this.visitors.set(purchaseId, plan);
        return void seqr.book.confirm(reference);
      case 'declines':
        return void seqr.book.decline(reference);
      case 'mistypes':
        for (let tries = 0; tries < 3; tries += 1) seqr.book.wrongPin(reference);
        return;
      case 'forgets':
    }
  }

  /** SEQR calls the notificationUrl; who loses it finds out by polling. */
  notify(invoice: Invoice): void {
    const { weather, time, trace, anyServer } = this.world;
    const purchaseId = purchaseNamedBy(invoice.terms.notificationUrl);
    if (purchaseId === undefined || weather.strikes('notification-lost')) return;
    const copies = weather.strikes('notification-twice') ? this.random.between(2, 4) : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = copy > 0 || weather.strikes('notification-late');
      const ms = isLate ? this.random.between(100, 60_000) : this.random.between(10, 200);
      time.after(ms, () => {
        trace.tell(purchaseId, 'notification');
        anyServer()?.notified(purchaseId);
      });
    }
  }

  /** The machine waits for a choice. */
  atMachine(machine: SimMachine, purchaseId: string): void {
    const { random, world } = this;
    world.time.after(random.between(500, 8_000), () => {
      if (!machine.hardware.isOpen || machine.openPurchaseId !== purchaseId) return;
      const visitor = this.visitors.get(purchaseId) ?? this.passerBy(purchaseId);
      const selection = visitor.items.shift();
      if (selection !== undefined) return this.press(machine, selection, purchaseId);
      if (!visitor.walksAway) machine.hardware.finish();
    });
  }

  /** Nobody confirmed, and the machine is open all the same: somebody helps himself. */
  private passerBy(purchaseId: string): Visitor {
    const visitor = { items: [1], walksAway: false };
    this.visitors.set(purchaseId, visitor);
    return visitor;
  }

  private press(machine: SimMachine, selection: number, purchaseId: string): void {
    this.world.trace.tell(purchaseId, `the payer presses ${selection}`);
    machine.hardware.press(selection);
    // Not a product: the keypad does nothing, and the payer tries another.
    if (!machine.slots.some((slot) => slot.selection === selection)) this.atMachine(machine, purchaseId);
  }
}
