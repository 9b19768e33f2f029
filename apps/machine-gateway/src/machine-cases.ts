import type { MachineEventBody } from '#machine-protocol/messages.js';
import type { MachineCase } from '#purchasing/machine-stream.js';

/** An event that this server cannot read was kept, and counts for nothing. @param fault what is wrong with it */
export function unreadableCase(fault: string): MachineCase {
  return {
    reason: 'unreadable-event',
    known: `The machine reports what this server cannot read (${fault}). It was kept, and counts for nothing.`,
    suggestedAction: 'Bring bridge and server to the same version; compare the machine’s counters with its purchases.',
  };
}

/** What the operator does about a fault; the other faults are the technician's, and stand among the machine's events. */
const ACTIONS: Readonly<Record<string, string>> = {
  'late-vend-success':
    'Compare with the machine’s uncertain and failed vends of that time: an item may have fallen unpaid.',
  'journal-damaged': 'Compare the machine’s counters with its purchases of that time: a report may be lost.',
  'test-vend': 'Nothing, if a technician of yours was there at that time: the item was given out unpaid.',
};

/** @returns the case that a machine's word opens, or undefined for most */
export function caseOf(body: MachineEventBody): MachineCase | undefined {
  if (body.type !== 'fault') return undefined;
  const suggestedAction = ACTIONS[body.code];
  return suggestedAction === undefined ? undefined : { reason: body.code, known: body.detail, suggestedAction };
}
