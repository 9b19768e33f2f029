import { isBuiltInValue } from './built-in-values.js';
import { checkDocumentedRules } from './documented-rules.js';
import { SchemaViolation } from './schema-violation.js';
import type { XmlElement } from './xml.js';
import type { XsdElement, XsdSchema, XsdType } from './xsd.js';

/** A request's wrapper element, checked: whoever reads it may rely on names, order, types and required elements. */
export interface ValidRequest {
  readonly operation: string;
  readonly message: XmlElement;
}

/**
 * Holds requests against the project's XSD and against what the API page demands beyond it. The XSD alone would let
 * nearly everything through: it makes almost every element optional.
 */
export class RequestValidator {
  constructor(private readonly schema: XsdSchema) {}

  /** @throws SchemaViolation naming the first element that is wrong, and why. */
  validate(message: XmlElement): ValidRequest {
    const { name, namespace } = message;
    if (namespace !== this.schema.namespace) {
      throw new SchemaViolation(`${name}: the operation must be in the namespace ${this.schema.namespace}`);
    }
    const declaration = this.schema.elements.get(name);
    if (!declaration || !this.schema.elements.has(`${name}Response`)) {
      throw new SchemaViolation(`${name}: SEQR has no such operation`);
    }
    checkElement(message, declaration.type(), name);
    checkDocumentedRules(name, message);
    return { operation: name, message };
  }
}

/** Holds an element and all below it against its declared type. @throws SchemaViolation */
export function checkElement(element: XmlElement, type: XsdType, path: string): void {
  const [attribute] = element.attributes.keys();
  if (attribute !== undefined) throw new SchemaViolation(`${path}: no attribute is declared, "${attribute}" is sent`);
  if (type.kind === 'value') checkValue(element, type, path);
  else checkSequence(element, type.elements, path);
}

function checkValue(element: XmlElement, type: XsdType & { kind: 'value' }, path: string): void {
  if (element.children.length > 0) throw new SchemaViolation(`${path}: holds elements where a value must stand`);
  if (type.enumeration.length > 0 && !type.enumeration.includes(element.text)) {
    throw new SchemaViolation(`${path}: "${clip(element.text)}" is none of ${type.enumeration.join(', ')}`);
  }
  if (!isBuiltInValue(type.builtIn, element.text)) {
    throw new SchemaViolation(`${path}: "${clip(element.text)}" is not an xs:${type.builtIn}`);
  }
}

function checkSequence(element: XmlElement, declared: readonly XsdElement[], path: string): void {
  if (element.text.trim() !== '') throw new SchemaViolation(`${path}: holds text between its elements`);
  let position = 0;
  let count = 0;
  for (const child of element.children) {
    const found = declared.findIndex(({ name }) => name === child.name);
    const declaration = declared[found];
    if (!declaration) throw new SchemaViolation(`${path}: the element ${child.name} is not declared here`);
    if (child.namespace !== '') throw new SchemaViolation(`${path}/${child.name}: must be in no namespace`);
    if (found < position) {
      throw new SchemaViolation(
        `${path}/${child.name}: out of order, it must stand before ${declared[position]?.name}`,
      );
    }
    count = found === position ? count + 1 : 1;
    if (count > declaration.max)
      throw new SchemaViolation(`${path}/${child.name}: may stand only ${declaration.max} time`);
    position = found;
    checkElement(child, declaration.type(), `${path}/${child.name}`);
  }
  for (const { name, min } of declared) {
    if (element.children.filter((child) => child.name === name).length < min) {
      throw new SchemaViolation(`${path}/${name}: is missing, the schema requires it`);
    }
  }
}

/** Long enough to recognise a value, short enough for a log line. */
const QUOTED_MAX = 40;

function clip(text: string): string {
  return text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text;
}
