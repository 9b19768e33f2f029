import { readFileSync } from 'node:fs';

import { SaxesParser, type SaxesTagNS } from 'saxes';

/** A second reader and a second understanding of the schema than the client's own, to check the client against. */
export interface Node {
  readonly name: string;
  readonly uri: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

interface Particle {
  readonly name: string;
  /** Absent for an anonymous type. */
  readonly type: string | undefined;
  readonly sequence: readonly Particle[];
  readonly min: number;
  readonly max: number;
}

export function parse(xml: string): Node {
  const parser = new SaxesParser({ xmlns: true });
  const stack: Node[] = [{ name: '', uri: '', attributes: {}, children: [], text: '' }];
  parser.on('opentag', (tag: SaxesTagNS) => {
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ name, value }) => [name, value]));
    const node: Node = { name: tag.local, uri: tag.uri, attributes, children: [], text: '' };
    stack.at(-1)?.children.push(node);
    stack.push(node);
  });
  parser.on('text', (text) => {
    const top = stack.at(-1);
    if (top) top.text += text;
  });
  parser.on('closetag', () => void stack.pop());
  parser.write(xml).close();
  const root = stack[0]?.children[0];
  if (!root) throw new Error('empty document');
  return root;
}

/** @returns the descendant reached by these names, the first of each */
export function at(node: Node, ...path: string[]): Node {
  return path.reduce((node, name) => {
    const child = node.children.find((child) => child.name === name);
    if (!child) throw new Error(`no ${name} in ${node.name}`);
    return child;
  }, node);
}

const schemas = ['cashregister-2', 'client-session-info'].map((name) =>
  parse(readFileSync(new URL(`../wsdl/${name}.xsd`, import.meta.url), 'utf8')),
);
const definitions = schemas.flatMap(({ children }) => children);
const namespaces = new Set(schemas.map(({ attributes }) => attributes['targetNamespace']));

function particlesOf(complexType: Node): Particle[] {
  return at(complexType, 'sequence').children.map(({ attributes, children }) => ({
    name: attributes['name'] ?? '',
    type: attributes['type'],
    sequence: children[0] ? particlesOf(children[0]) : [],
    min: Number(attributes['minOccurs'] ?? 1),
    max: attributes['maxOccurs'] === 'unbounded' ? Infinity : Number(attributes['maxOccurs'] ?? 1),
  }));
}

const types = new Map(
  definitions.filter(({ name }) => name === 'complexType').map((node) => [node.attributes['name'], particlesOf(node)]),
);
const enumerations = new Map(
  definitions
    .filter(({ name }) => name === 'simpleType')
    .map((node) => [
      node.attributes['name'],
      at(node, 'restriction').children.map(({ attributes }) => attributes['value']),
    ]),
);

const LEXICAL: Record<string, RegExp> = {
  'xs:string': /^[^]*$/,
  'xs:int': /^-?\d{1,10}$/,
  'xs:long': /^-?\d{1,19}$/,
  'xs:decimal': /^-?\d+(\.\d+)?$/,
  'xs:dateTime': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/,
  'xs:base64Binary': /^[A-Za-z0-9+/]*={0,2}$/,
};

/** @returns what is wrong with a message of that name, as sentences; empty when the schema allows it */
export function schemaErrors(message: Node): string[] {
  const wrapper = namespaces.has(message.uri) ? [] : ['the wrapper is not qualified'];
  const declared = types.get(message.name);
  if (!declared) return [`${message.name} is not declared`];
  return [...wrapper, ...sequenceErrors(message, declared, message.name)];
}

function sequenceErrors(parent: Node, sequence: readonly Particle[], path: string): string[] {
  const errors: string[] = [];
  let next = 0;
  for (const { name, type, sequence: inner, min, max } of sequence) {
    let count = 0;
    for (; parent.children[next]?.name === name; next += 1, count += 1) {
      const child = parent.children[next];
      if (!child) break;
      if (child.uri !== '') errors.push(`${path}/${name} is qualified`);
      const particles = type === undefined ? inner : types.get(type.replace('ext:', ''));
      errors.push(
        ...(particles ? sequenceErrors(child, particles, `${path}/${name}`) : valueErrors(child, type ?? '', path)),
      );
    }
    if (count < min || count > max) errors.push(`${path}/${name} occurs ${count} times`);
  }
  const rest = parent.children[next];
  return rest ? [...errors, `${path}/${rest.name} is not expected there`] : errors;
}

function valueErrors({ name, text }: Node, type: string, path: string): string[] {
  const words = enumerations.get(type.replace('ext:', ''));
  const fits = words ? words.includes(text) : LEXICAL[type]?.test(text);
  return fits ? [] : [`${path}/${name} is no ${type}`];
}
