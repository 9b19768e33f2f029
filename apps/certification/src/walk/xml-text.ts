import { readXml, type XmlNode } from './xml.js';

/** Elements that say a secret or who somebody is. SEQR's demand on a report is to show messages, not these. */
const HIDDEN = new Set(['password', 'msisdn', 'payerTerminalId', 'subscriberKey']);
const HIDDEN_TEXT = '•••';
/** A text in the report; the files beside it hold all of it. */
const SHOWN_CHARACTERS = 240;
/** A message in the report: two pages. */
const SHOWN_LINES = 160;

export interface XmlTextOptions {
  /** For the report: long texts and long messages are cut, and say so. */
  readonly cut: boolean;
  /** Hidden wherever they stand. */
  readonly secrets: readonly string[];
}

/** A message, one element a line, with secrets and the payer's identity hidden. What is not XML stays as it is. */
export function xmlText(message: string, { cut, secrets }: XmlTextOptions): string {
  const root = readXml(message);
  const lines = root ? linesOf(root, 0, cut) : message.trim().split(/\r?\n/);
  const shown =
    cut && lines.length > SHOWN_LINES
      ? [...lines.slice(0, SHOWN_LINES), `… ${lines.length - SHOWN_LINES} more lines, see the file`]
      : lines;
  return withoutSecrets(shown.join('\n'), secrets);
}

/** Belt and braces: a secret may come back where nobody expects it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, escaped(secret)])
    .reduce((clean, secret) => clean.replaceAll(secret, HIDDEN_TEXT), text);
}

function linesOf(node: XmlNode, depth: number, cut: boolean): string[] {
  const indent = '  '.repeat(depth);
  const attributes = node.attributes.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');
  if (node.children.length > 0) {
    const inner = node.children.flatMap((child) => linesOf(child, depth + 1, cut));
    return [`${indent}<${node.tag}${attributes}>`, ...inner, `${indent}</${node.tag}>`];
  }
  const [start, end] = [`${indent}<${node.tag}${attributes}`, `</${node.tag}>`];
  if (node.text === '') return [`${start}/>`];
  if (HIDDEN.has(node.name)) return [`${start}>${HIDDEN_TEXT}${end}`];
  // A document within the message, as a report is, is shown as one.
  if (node.text.includes('<') && !node.text.includes(']]>')) {
    return `${start}><![CDATA[${node.text.trim()}]]>${end}`.split(/\r?\n/);
  }
  return [`${start}>${escaped(cut ? shortened(node.text) : node.text)}${end}`];
}

function shortened(text: string): string {
  if (text.length <= SHOWN_CHARACTERS) return text;
  return `${text.slice(0, SHOWN_CHARACTERS)}… (${text.length} characters, see the file)`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
