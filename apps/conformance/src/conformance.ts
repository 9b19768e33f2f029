import { linkKey } from '#machine-protocol/signature.js';

import type { Hands } from './hands/hands.js';
import { type Broker, Gateway } from './kit/gateway.js';
import type { Line } from './kit/line.js';
import { type CheckRecord, run, type RunRecord } from './kit/run.js';
import { Stand, type StandSettings } from './kit/stand.js';
import type { Trial } from './kit/trial.js';

/** The machine cannot be tried; the message says why and what to do. */
export class NotTriedError extends Error {
  override readonly name = 'NotTriedError';
}

export interface Subject extends StandSettings {
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly broker: Broker;
  /** The kit’s own broker, when it is that. */
  readonly line: Line | undefined;
  readonly hands: Hands;
  /** How long the machine is waited for at first. */
  readonly comesWithinMs: number;
}

/**
 * Tries one machine. It must be out of service for the server meanwhile: two that command one machine confuse each other,
 * and what the kit acknowledges, no server gets.
 *
 * @throws NotTriedError when it does not come, or still has something to tell the server
 */
export async function tryMachine(
  subject: Subject,
  trials: readonly Trial[],
  tell?: (record: CheckRecord) => void,
): Promise<RunRecord> {
  const { machineId, key, broker, line, hands, comesWithinMs } = subject;
  const gateway = await Gateway.connect(broker, machineId, linkKey(key));
  try {
    const stand = new Stand(subject, gateway, hands, line);
    stand.acknowledging = false;
    if ((await stand.ready(comesWithinMs)) === undefined) throw new NotTriedError(absence(stand, machineId));
    await refuseUnreported(stand);
    return await run(trials, stand, tell);
  } finally {
    await gateway.close();
  }
}

function absence({ presence, gateway }: Stand, machineId: string): string {
  const fault = gateway.arrivals.find((arrival) => arrival.fault !== undefined)?.fault;
  if (presence !== undefined) {
    return `machine ${machineId} is ${presence.online ? presence.machineState : 'offline'}, not ready: ${presence.detail ?? 'no reason given'}`;
  }
  if (fault !== undefined) return `machine ${machineId} says nothing that can be read: ${fault.code}, ${fault.message}`;
  return `machine ${machineId} was not heard of: is it connected to this broker, with this id?`;
}

/** Sales that wait for the server would be lost: the kit acknowledges them, and keeps nothing. */
async function refuseUnreported(stand: Stand): Promise<void> {
  const waiting = stand.presence?.unacknowledged ?? 0;
  if (waiting === 0) return;
  await stand.until(() => stand.told.length >= waiting);
  const isHarmless = stand.told.length >= waiting && stand.told.every(({ event }) => event.body.type === 'fault');
  if (!isHarmless) {
    throw new NotTriedError(
      `the machine has ${waiting} event(s) that the server does not have yet: let it report them first, or clear its journal`,
    );
  }
}
