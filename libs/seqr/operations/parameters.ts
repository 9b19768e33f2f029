import type { WireFields } from '../wire-fields.js';

/**
 * A parameter map on the wire: parameters, one parameter, entries. The vendor's FAQ and manual leave out levels; schema and
 * reporting page have three.
 *
 * @returns undefined when no parameter is given
 */
export function parametersFields(parameters: Readonly<Record<string, string | undefined>>): WireFields | undefined {
  const entry = Object.entries(parameters).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
  return entry.length === 0 ? undefined : { parameter: { entry } };
}
