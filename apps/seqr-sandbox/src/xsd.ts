import { childOf, childrenOf, parseXml, type XmlElement } from './xml.js';

/** The part of XML Schema that SEQR's messages use. Anything else in the file is refused when it is read. */
export type BuiltIn = 'string' | 'int' | 'long' | 'decimal' | 'dateTime' | 'base64Binary';

export type XsdType =
  | { readonly kind: 'value'; readonly builtIn: BuiltIn; readonly enumeration: readonly string[] }
  | { readonly kind: 'sequence'; readonly elements: readonly XsdElement[] };

export interface XsdElement {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Resolved when asked, so that types may stand in any order. */
  readonly type: () => XsdType;
}

export interface XsdSchema {
  readonly namespace: string;
  readonly elements: ReadonlyMap<string, XsdElement>;
}

export class XsdError extends Error {
  override readonly name = 'XsdError';
  readonly code = 'XSD_NOT_SUPPORTED';
}

const XS = 'http://www.w3.org/2001/XMLSchema';
const BUILT_INS: readonly string[] = [
  'string',
  'int',
  'long',
  'decimal',
  'dateTime',
  'base64Binary',
] satisfies BuiltIn[];

/** @throws XsdError for a construct outside the subset: a validator that overlooks a rule would not be strict. */
export function readXsd(text: string): XsdSchema {
  const root = parseXml(text);
  if (root.namespace !== XS || root.name !== 'schema') throw new XsdError('the file is not an XML Schema');
  if (root.attributes.get('elementFormDefault') === 'qualified')
    throw new XsdError('local elements must be unqualified');
  const types = new Map<string, XsdType>();
  const lookUp = (name: string): XsdType => {
    const type = types.get(name);
    if (!type) throw new XsdError(`the schema names the type ${name} and does not define it`);
    return type;
  };
  const elements = new Map<string, XsdElement>();
  for (const part of root.children) {
    const name = requiredAttribute(part, 'name');
    if (part.name === 'element') elements.set(name, readElement(part, lookUp));
    else if (part.name === 'complexType') types.set(name, readComplexType(part, lookUp));
    else if (part.name === 'simpleType') types.set(name, readSimpleType(part));
    else throw new XsdError(`xs:${part.name} is not supported`);
  }
  return { namespace: root.attributes.get('targetNamespace') ?? '', elements };
}

function readElement(element: XmlElement, lookUp: (name: string) => XsdType): XsdElement {
  const inline = childOf(element, 'complexType');
  const max = element.attributes.get('maxOccurs') ?? '1';
  const type = inline ? readComplexType(inline, lookUp) : undefined;
  const typeName = type ? '' : requiredAttribute(element, 'type');
  return {
    name: requiredAttribute(element, 'name'),
    min: Number(element.attributes.get('minOccurs') ?? '1'),
    max: max === 'unbounded' ? Infinity : Number(max),
    type: () => type ?? builtInOf(typeName) ?? lookUp(localName(typeName)),
  };
}

function readComplexType(element: XmlElement, lookUp: (name: string) => XsdType): XsdType {
  const sequence = childOf(element, 'sequence');
  if (!sequence || element.children.length !== 1) throw new XsdError('a complex type must be one xs:sequence');
  const elements = childrenOf(sequence, 'element');
  if (elements.length !== sequence.children.length) throw new XsdError('a sequence must hold elements only');
  return { kind: 'sequence', elements: elements.map((part) => readElement(part, lookUp)) };
}

function readSimpleType(element: XmlElement): XsdType {
  const restriction = childOf(element, 'restriction');
  const base = restriction && builtInOf(requiredAttribute(restriction, 'base'));
  const values = childrenOf(restriction, 'enumeration').map((value) => requiredAttribute(value, 'value'));
  if (base?.kind !== 'value' || values.length !== restriction?.children.length) {
    throw new XsdError('a simple type must be an enumeration of a built-in type');
  }
  return { ...base, enumeration: values };
}

function builtInOf(typeName: string): XsdType | undefined {
  // The file binds the prefix xs to XML Schema, as nearly all schemas do; a type of its own carries another prefix.
  if (!typeName.startsWith('xs:')) return undefined;
  const builtIn = localName(typeName);
  if (!isBuiltIn(builtIn)) throw new XsdError(`the type ${typeName} is not supported`);
  return { kind: 'value', builtIn, enumeration: [] };
}

function isBuiltIn(name: string): name is BuiltIn {
  return BUILT_INS.includes(name);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function requiredAttribute(element: XmlElement, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined) throw new XsdError(`xs:${element.name} lacks its attribute ${name}`);
  return value;
}
