import { SchemaViolation } from './schema-violation.js';
import { childOf, childrenOf, textAt, type XmlElement } from './xml.js';

/**
 * The entries of `parameters` (schema: parameters, one parameter, entries).
 *
 * @param known the keys that the operation has; they are case-sensitive as written in the documents.
 * @throws SchemaViolation for an unknown, repeated or blank entry.
 */
export function readParameters(
  operation: string,
  message: XmlElement,
  known: readonly string[],
): ReadonlyMap<string, string> {
  const where = `${operation}/parameters`;
  const entries = childrenOf(childOf(childOf(message, 'parameters'), 'parameter'), 'entry');
  const read = new Map<string, string>();
  for (const entry of entries) {
    const key = textAt(entry, 'key') ?? '';
    const value = textAt(entry, 'value') ?? '';
    if (!known.includes(key)) throw new SchemaViolation(`${where}: the key must be one of ${known.join(', ')}`);
    if (value.trim() === '') throw new SchemaViolation(`${where}: ${key} has no value`);
    if (read.has(key)) throw new SchemaViolation(`${where}: ${key} stands twice`);
    read.set(key, value);
  }
  return read;
}
