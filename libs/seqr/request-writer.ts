import type { WireFields } from './wire-fields.js';

const SPECIAL = /[&<>"'\t\r\n]/;
const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#x9;',
  '\r': '&#xD;',
  '\n': '&#xA;',
};

/** The elements of a request, byte for byte as `soap` writes them (request-writer.spec.ts). */
export function elementsOf(fields: WireFields): string {
  let xml = '';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (typeof value === 'string') xml += `<${name}>${escaped(value)}</${name}>`;
    else if (isList(value)) for (const one of value) xml += `<${name}>${elementsOf(one)}</${name}>`;
    else xml += `<${name}>${elementsOf(value)}</${name}>`;
  }
  return xml;
}

function isList(value: WireFields | readonly WireFields[]): value is readonly WireFields[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  // Nearly no text holds one; looking is cheaper than replacing.
  return SPECIAL.test(text) ? text.replaceAll(/[&<>"'\t\r\n]/g, (character) => ESCAPED[character] ?? character) : text;
}
