import { createHmac } from 'node:crypto';

/** All machines of the benchmark sign with the same key. */
export const LINK_KEY = '1f'.repeat(32);

const key = Buffer.from(LINK_KEY, 'hex');

/** A message as it travels on the link. */
export function signed(topic: string, body: string): string {
  const mac = createHmac('sha256', key).update(`${topic}\n`).update(body).digest('hex');
  return JSON.stringify({ mac, body });
}

/** What a message says. Nobody here doubts who signed it. */
export function bodyOf(payload: string): string {
  return (JSON.parse(payload) as { body: string }).body;
}
