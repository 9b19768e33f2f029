import { asSchema, type JsonSchema } from '#machine-protocol/page/schema-rows.js';

/** One way in which a field can be wrong, and how to make it so. */
export interface Spoiling {
  /** "prices[0].priceMinor is 0" */
  readonly words: string;
  readonly spoil: (message: Readonly<Record<string, unknown>>) => unknown;
}

/** A list longer than its limit is made of so many of its first item. */
const ABSENT = Symbol('absent');

/** Every field of a message with every fault that its schema forbids, one at a time. */
export function spoilingsOf(schema: JsonSchema): Spoiling[] {
  return fieldsOf(schema, []).flatMap(({ path, field, isRequired }) =>
    faultsOf(field, isRequired).map(([words, value]) => ({
      words: `${nameOf(path)} ${words}`,
      spoil: (message) => replaced(message, path, value),
    })),
  );
}

type Path = readonly (string | number)[];

interface Field {
  readonly path: Path;
  readonly field: JsonSchema;
  readonly isRequired: boolean;
}

function fieldsOf(schema: JsonSchema, above: Path): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const field = asSchema(property);
    const path = [...above, name];
    const items = Array.isArray(field.items) ? {} : asSchema(field.items ?? {});
    const inner = items.type === 'object' ? fieldsOf(items, [...path, 0]) : [];
    return [{ path, field, isRequired: schema.required?.includes(name) ?? false }, ...inner];
  });
}

/** In words, and the value that is put in its place. */
type Fault = readonly [words: string, value: unknown];

function faultsOf(field: JsonSchema, isRequired: boolean): Fault[] {
  const missing: Fault[] = isRequired ? [['is missing', ABSENT]] : [];
  return [...missing, ['is null', null], ...ofType(field)];
}

function ofType(field: JsonSchema): Fault[] {
  if (field.const !== undefined) {
    return typeof field.const === 'number'
      ? [
          ['is another one', field.const + 1],
          ['is text', String(field.const)],
        ]
      : [
          ['is another word', 'unlock'],
          ['is a number', 7],
        ];
  }
  switch (field.type) {
    case 'integer': {
      const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = field;
      const above: Fault[] = maximum < Number.MAX_SAFE_INTEGER ? [[`is ${maximum + 1}`, maximum + 1]] : [];
      return [
        ['is text', String(minimum)],
        [`is ${minimum - 1}`, minimum - 1],
        ['is a fraction', minimum + 0.5],
        ...above,
      ];
    }
    case 'string':
      return [
        ['is a number', 7],
        ['is of another form', '?'],
      ];
    case 'array':
      return [
        ['is an object', {}],
        ['is too long', 'LONG'],
      ];
    default:
      return [];
  }
}

function nameOf(path: Path): string {
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}${name && '.'}${part}`),
    '',
  );
}

/** No list of the protocol may have more than 250 items. */
const LONG = 251;

function replaced(place: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (Array.isArray(place)) {
    return place.map((item: unknown, index) => (index === name ? replaced(item, rest, value) : item));
  }
  const { [String(name)]: old, ...others } = place as Record<string, unknown>;
  if (rest.length > 0) return { ...others, [String(name)]: replaced(old, rest, value) };
  if (value === ABSENT) return others;
  const long = value === 'LONG' && Array.isArray(old) ? Array.from({ length: LONG }, () => old[0] as unknown) : value;
  return { ...others, [String(name)]: long };
}
