/**
 * Where the messages of the machine link travel. One machine id stands in one place, so that a broker can grant a
 * machine exactly its own topics by pattern.
 *
 * | topic                            | from    | QoS | retained | content            |
 * |----------------------------------|---------|-----|----------|--------------------|
 * | vendrail/v1/<machineId>/presence | bridge  | 1   | yes      | Presence           |
 * | vendrail/v1/<machineId>/event    | bridge  | 1   | no       | MachineEvent       |
 * | vendrail/v1/<machineId>/command  | gateway | 0   | never    | MachineCommand     |
 * | vendrail/v1/<machineId>/ack      | gateway | 1   | no       | EventAck           |
 */
const ROOT = 'vendrail/v1';

/** Notices of the servers to each other. */
export const CHANGES_TOPIC = `${ROOT}/changes`;

/** What may stand in a topic as a machine's id: no wildcard, no separator. */
export const MACHINE_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export type Channel = 'presence' | 'event' | 'command' | 'ack';

export function topicOf(machineId: string, channel: Channel): string {
  if (!MACHINE_ID_PATTERN.test(machineId)) throw new Error(`"${machineId}" cannot be a machine id`);
  return `${ROOT}/${machineId}/${channel}`;
}

/** The gateway's subscriptions: one channel of every machine. */
export function topicOfAll(channel: Channel): string {
  return `${ROOT}/+/${channel}`;
}

/** The machine a topic belongs to, or undefined for a topic that is none of ours. */
export function machineOfTopic(topic: string, channel: Channel): string | undefined {
  const parts = topic.split('/');
  const machineId = parts[2];
  if (parts.length !== 4 || `${parts[0]}/${parts[1]}` !== ROOT || parts[3] !== channel) return undefined;
  return machineId !== undefined && MACHINE_ID_PATTERN.test(machineId) ? machineId : undefined;
}
