import type { MachineView, Tone } from '#fleet/operator-views.js';

import { texts } from '../texts.js';

/** One thing about a machine: a colour, a word that says the same, and since when. */
export interface Lamp {
  readonly label: string;
  readonly tone: Tone;
  readonly word: string;
  /** ISO 8601; null when that is not known. */
  readonly since: string | null;
  readonly detail: string | null;
}

const words = texts.lamps;

/** The three lamps, in the order in which things break: no link, no adapter or machine, no sale. */
export function lampsOf(machine: MachineView): readonly [Lamp, Lamp, Lamp] {
  return [linkLamp(machine), machineLamp(machine), saleLamp(machine)];
}

export function linkLamp(machine: MachineView): Lamp {
  const base = { label: words.link, since: machine.presenceSince, detail: null };
  switch (machine.presence) {
    case 'online':
      return { ...base, tone: 'good', word: words.online };
    case 'offline':
      return { ...base, tone: 'bad', word: words.offline };
    case 'unknown':
      return { ...base, tone: 'neutral', word: words.neverSeen };
  }
}

/** What the machine says of itself. Its last word is never shown as the present when the link is down. */
export function machineLamp(machine: MachineView): Lamp {
  const base = { label: words.machine, since: null, detail: machine.detail };
  const state = machine.machineState;
  if (machine.presence !== 'online' || state === null) {
    const detail = state === null ? null : words.lastSaid(machineStates[state].word);
    return { ...base, tone: 'neutral', word: words.unknown, detail };
  }
  return { ...base, ...machineStates[state] };
}

/** Whether a payer who scans now can buy, and if not, the first reason. */
export function saleLamp(machine: MachineView): Lamp {
  const base = { label: words.sale, since: null, detail: null };
  if (machine.outOfService) return { ...base, tone: 'warning', word: words.takenOut };
  if (machine.presence === 'unknown') return { ...base, tone: 'neutral', word: words.unknown };
  if (machine.presence === 'offline' || machine.machineState === null)
    return { ...base, tone: 'bad', word: words.cannotSell };
  if (machine.livePurchase) {
    return { ...base, tone: 'progress', word: words.selling, since: machine.livePurchase.startedAt };
  }
  switch (machine.machineState) {
    case 'in-use':
      return { ...base, tone: 'progress', word: words.inUse };
    case 'disabled':
    case 'inactive':
    case 'adapter-lost':
      return { ...base, tone: 'bad', word: words.cannotSell };
    case 'ready':
      return isSoldOut(machine)
        ? { ...base, tone: 'warning', word: words.soldOut }
        : { ...base, tone: 'good', word: words.canSell };
  }
}

export function isSoldOut(machine: MachineView): boolean {
  return machine.slots > 0 && machine.cheapest === null;
}

const machineStates = {
  ready: { tone: 'good', word: words.ready },
  'in-use': { tone: 'progress', word: words.inUse },
  disabled: { tone: 'warning', word: words.disabled },
  inactive: { tone: 'bad', word: words.inactive },
  'adapter-lost': { tone: 'bad', word: words.adapterLost },
} as const satisfies Record<NonNullable<MachineView['machineState']>, { tone: Tone; word: string }>;
