/** Where the messages of the machine link travel. The machine id stands in one place, so that a broker can grant a machine
 *  exactly its own topics by pattern. */
const ROOT = 'vendrail/v1';

/** Notices of the servers to each other. */
export const CHANGES_TOPIC = `${ROOT}/changes`;

/** What may stand in a topic as a machine's id: no wildcard, no separator. */
export const MACHINE_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** What a server sends travels with QoS 0: docs/adr/0006. */
export const CHANNELS = {
  presence: { from: 'machine', qos: 1, retained: true },
  event: { from: 'machine', qos: 1, retained: false },
  command: { from: 'server', qos: 0, retained: false },
  ack: { from: 'server', qos: 0, retained: false },
} as const;
export type Channel = keyof typeof CHANNELS;

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
