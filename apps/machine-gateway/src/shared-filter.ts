import type { Keys } from '#platform/keys.js';

/**
 * What gateways of one group subscribe to, to hear each message once between them. Its name is a secret of the installation:
 * Mosquitto lets anybody join a group whose name he knows, and drops what it then may not deliver to him. So a machine could
 * swallow the events of others.
 */
export function sharedFilter(keys: Keys, group: string, filter: string): string {
  return `$share/${keys.mac('broker', `group ${group}`)}/${filter}`;
}
