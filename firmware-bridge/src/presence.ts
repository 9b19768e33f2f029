import { PROTOCOL_VERSION, type MachineState, type Presence } from '#machine-protocol/messages.js';

import type { AdapterIdentity, MachineStatus } from './adapters/adapter.js';
import type { BridgeState } from './session/state.js';

export const SOFTWARE = 'vendrail-bridge 0.1.0';

export interface PresenceFacts {
  readonly machineId: string;
  readonly bootId: string;
  readonly online: boolean;
  readonly state: BridgeState;
  readonly identity: AdapterIdentity;
  readonly unacknowledged: number;
  /** Why no grant can be taken although the machine would. */
  readonly obstacle: string | undefined;
  readonly at: Date;
}

/** What is true now. "Ready" promises that a grant would be accepted at this moment. */
export function presenceOf(facts: PresenceFacts): Presence {
  const { state, identity, obstacle } = facts;
  const machineState = stateOf(state.machine, state.session !== undefined, obstacle !== undefined);
  const detail = obstacle ?? DETAILS[machineState];
  return {
    v: PROTOCOL_VERSION,
    machineId: facts.machineId,
    bootId: facts.bootId,
    online: facts.online,
    machineState,
    ...(detail !== undefined && { detail }),
    simulated: identity.simulated,
    adapter: identity.description,
    software: SOFTWARE,
    unacknowledged: facts.unacknowledged,
    ...(state.session !== undefined && { openPurchaseId: state.session.grant.purchaseId }),
    highestGrantNumber: state.ledger.highestGrant,
    at: facts.at.toISOString(),
  };
}

function stateOf(machine: MachineStatus, inSession: boolean, obstructed: boolean): MachineState {
  if (machine === 'lost') return 'adapter-lost';
  if (inSession) return 'in-use';
  if (machine === 'inactive') return 'inactive';
  if (obstructed || machine === 'disabled') return 'disabled';
  return machine === 'enabled' ? 'ready' : 'in-use';
}

const DETAILS: Readonly<Partial<Record<MachineState, string>>> = {
  disabled: 'the machine refuses cashless sales: door open, out of service or sold out',
  inactive: 'the machine does not talk to the adapter',
  'adapter-lost': 'the serial adapter does not answer',
};
