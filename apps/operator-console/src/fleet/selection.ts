import type { MachineView, Tone } from '#fleet/operator-views.js';

import { isSoldOut, saleLamp } from './lamps.js';

/** The counters of the fleet page, each of which is also a filter. */
export const COUNTERS = [
  'all',
  'ready',
  'in-use',
  'offline',
  'out-of-order',
  'sold-out',
  'unknown',
  'simulated',
] as const;

export type Counter = (typeof COUNTERS)[number];

/** The counter that `?show=` names; anything else shows all. */
export function counterOf(text: string | null): Counter {
  return COUNTERS.find((counter) => counter === text) ?? 'all';
}

export function isCounted(machine: MachineView, counter: Counter): boolean {
  switch (counter) {
    case 'all':
      return true;
    case 'ready':
      return saleLamp(machine).tone === 'good';
    case 'in-use':
      return saleLamp(machine).tone === 'progress';
    case 'offline':
      return machine.presence === 'offline';
    case 'out-of-order':
      return machine.outOfService || isFaulty(machine);
    case 'sold-out':
      return isSoldOut(machine);
    case 'unknown':
      return machine.presence === 'unknown';
    case 'simulated':
      return machine.simulated;
  }
}

export function countMachines(machines: readonly MachineView[]): Record<Counter, number> {
  const count = (counter: Counter) => machines.filter((machine) => isCounted(machine, counter)).length;
  return Object.fromEntries(COUNTERS.map((counter) => [counter, count(counter)])) as Record<Counter, number>;
}

/** How many machines cannot sell and want somebody to do something. */
export function countNeedy(machines: readonly MachineView[]): number {
  return machines.filter((machine) => URGENCY[saleLamp(machine).tone] < URGENCY.neutral).length;
}

/** Machines whose name, place or id contains every word of `search`. */
export function findMachines(machines: readonly MachineView[], search: string): readonly MachineView[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return machines.filter((machine) => {
    const text = `${machine.name} ${machine.location} ${machine.id}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The needy first, then by name. A sale moves no row: a list that jumps cannot be clicked. */
export function byUrgency(machines: readonly MachineView[]): readonly MachineView[] {
  const urgency = (machine: MachineView) => URGENCY[saleLamp(machine).tone];
  return machines.toSorted((one, other) => urgency(one) - urgency(other) || one.name.localeCompare(other.name));
}

const URGENCY: Record<Tone, number> = { bad: 0, warning: 1, neutral: 2, progress: 3, good: 3 };

/** Connected, yet the adapter or the machine behind it does not work or refuses sales. */
function isFaulty(machine: MachineView): boolean {
  const state = machine.machineState;
  return machine.presence === 'online' && (state === 'disabled' || state === 'inactive' || state === 'adapter-lost');
}
