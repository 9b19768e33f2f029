import { CHANGES_TOPIC, MACHINE_ID_PATTERN, topicOf, topicOfAll } from './topics.js';

/** The name under which the servers come to the broker. No machine can have it as its id. */
export const SERVER_USER = 'server';

interface Rule {
  readonly who: 'server' | 'machine';
  readonly may: 'read' | 'write' | 'readwrite';
  /** `+` is any machine, `%u` the machine itself: its id is its user name. */
  readonly topic: string;
}

const own = (channel: Parameters<typeof topicOf>[1]) => topicOf('self', channel).replace('/self/', '/%u/');

/**
 * Who may say what to whom, in one table. The embedded broker asks it; deploy/mosquitto/acl.conf is made from it
 * (`aclFile`). What no rule allows is forbidden, to whoever is nobody everything.
 */
export const ACCESS: readonly Rule[] = [
  { who: 'server', may: 'read', topic: topicOfAll('presence') },
  { who: 'server', may: 'read', topic: topicOfAll('event') },
  { who: 'server', may: 'write', topic: topicOfAll('command') },
  { who: 'server', may: 'write', topic: topicOfAll('ack') },
  { who: 'server', may: 'readwrite', topic: CHANGES_TOPIC },
  { who: 'machine', may: 'write', topic: own('presence') },
  { who: 'machine', may: 'write', topic: own('event') },
  { who: 'machine', may: 'read', topic: own('command') },
  { who: 'machine', may: 'read', topic: own('ack') },
];

/** @param user who the broker has found the client to be; undefined for nobody */
export function mayWrite(user: string | undefined, topic: string): boolean {
  return topicsOf(user, 'write').some((pattern) => matches(pattern, topic));
}

/** Whether a message on this topic may be delivered to the user. */
export function mayRead(user: string | undefined, topic: string): boolean {
  return topicsOf(user, 'read').some((pattern) => matches(pattern, topic));
}

/** A filter that is one of the user's own, or a topic within one. Nobody needs a wider one, so it is refused. */
export function maySubscribe(user: string | undefined, filter: string): boolean {
  return topicsOf(user, 'read').includes(filter) || (!/[+#]/.test(filter) && mayRead(user, filter));
}

function topicsOf(user: string | undefined, what: 'read' | 'write'): string[] {
  if (user === undefined) return [];
  const who = user === SERVER_USER ? 'server' : 'machine';
  // Put into a pattern, a name with a wildcard would become one.
  if (!MACHINE_ID_PATTERN.test(user)) return [];
  return ACCESS.filter((rule) => rule.who === who && rule.may.includes(what)).map(({ topic }) =>
    topic.replace('%u', user),
  );
}

function matches(pattern: string, topic: string): boolean {
  const expected = pattern.split('/');
  const levels = topic.split('/');
  return expected.length === levels.length && expected.every((level, i) => level === '+' || level === levels[i]);
}

/** The table as Mosquitto's acl_file has it. */
export function aclFile(): string {
  const lines = (who: Rule['who'], word: string) =>
    ACCESS.filter((rule) => rule.who === who).map(({ may, topic }) => `${word} ${may} ${topic}`);
  return [
    '# Who may say what to whom: the table of libs/machine-protocol/access.ts. A test compares them.',
    '',
    '# The servers hear every machine, command every machine, and tell each other what changed.',
    `user ${SERVER_USER}`,
    ...lines('server', 'topic'),
    '',
    '# A machine (%u is its user name, the machine id) has its own four topics and no others. It can neither command nor',
    '# acknowledge.',
    ...lines('machine', 'pattern'),
    '',
  ].join('\n');
}
