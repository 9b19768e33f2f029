import type { MachineEvent } from '../../reserve-first/events.js';
import { accepted, closed, dispensed, refused, selected, vendFailed, vendUncertain } from '../happenings.js';

/** The machine and its bridge, honest: everything goes through the journal, in order. */
export interface Machine {
  readonly grant: 'none' | 'open' | 'over';
  /** How many items the payer will choose at most. */
  readonly vendsMax: number;
  /** An approved vend without a result yet. */
  readonly pending: boolean;
  readonly vends: number;
  /** What the journal says came out, and what really did. */
  readonly dispensed: number;
  readonly fell: number;
  /** Events that the server has not taken in yet, oldest first. */
  readonly journal: readonly MachineEvent[];
}

export function lockedMachine(vendsMax: number): Machine {
  return { grant: 'none', vendsMax, pending: false, vends: 0, dispensed: 0, fell: 0, journal: [] };
}

export const SELECTION = 11;
export const PRICE_MINOR = 180n;
function record(machine: Machine, event: MachineEvent, changes: Partial<Machine> = {}): Machine {
  return { ...machine, ...changes, journal: [...machine.journal, event] };
}

/** What becomes of the machine when the grant reaches it. A repeat is absorbed. */
export function onGrant(machine: Machine): Machine[] {
  if (machine.grant !== 'none') return [machine];
  return [record(machine, accepted, { grant: 'open' }), record(machine, refused(), { grant: 'over' })];
}

/** The server asks to close: never opened, or open and idle. A vend under way is waited for. */
export function onClose(machine: Machine): Machine {
  if (machine.grant === 'none') return record(machine, closed(0, 0n, 'never-opened'), { grant: 'over' });
  return machine.grant === 'open' && !machine.pending ? close(machine) : machine;
}

export function close(machine: Machine): Machine {
  const report = closed(machine.dispensed, PRICE_MINOR * BigInt(machine.dispensed));
  return record(machine, report, { grant: 'over', pending: false });
}

/** What the payer and the machine can do by themselves. */
export function machineMoves(machine: Machine): (readonly [name: string, machine: Machine])[] {
  if (machine.grant !== 'open') return [];
  const { vends, dispensed: count, fell } = machine;
  if (machine.pending) {
    return [
      ['it falls', record(machine, dispensed(vends), { pending: false, dispensed: count + 1, fell: fell + 1 })],
      ['it jams', record(machine, vendFailed(vends), { pending: false })],
    ];
  }
  const idle: (readonly [string, Machine])[] = [['the payer is done', close(machine)]];
  if (vends === machine.vendsMax) return idle;
  return [
    ...idle,
    ['the payer chooses', record(machine, selected(vends + 1, SELECTION), { pending: true, vends: vends + 1 })],
  ];
}

/** The power goes: a vend under way fell or did not, and nobody knows; the session is closed at the next boot. */
export function powerCuts(machine: Machine): Machine[] {
  if (machine.grant !== 'open') return [];
  if (!machine.pending) return [close(machine)];
  const unknown = record(machine, vendUncertain(machine.vends), { pending: false });
  return [close(unknown), close({ ...unknown, fell: machine.fell + 1 })];
}

/** The grant’s life is over: locked for good, whatever happened. */
export function expire(machine: Machine): Machine[] {
  if (machine.grant === 'none') return [{ ...machine, grant: 'over' }];
  if (machine.grant === 'over') return [machine];
  return machine.pending ? powerCuts(machine) : [close(machine)];
}
