import { SaxesParser } from 'saxes';

/** An element as it was written: names with their prefixes, attributes in their order. */
export interface XmlNode {
  /** "soap:Body" */
  readonly tag: string;
  /** "Body" */
  readonly name: string;
  readonly uri: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly XmlNode[];
  /** Of an element without children; elements of SOAP messages hold one or the other. */
  readonly text: string;
}

/** @returns undefined for what is not XML: an HTML page in place of a reply, a reply that was cut off */
export function readXml(text: string): XmlNode | undefined {
  interface Open extends XmlNode {
    readonly children: XmlNode[];
    text: string;
  }
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Open[] = [];
  let root: Open | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, local, uri, attributes }) => {
    const written = Object.values(attributes).map(({ name, value }) => [name, value] as const);
    const node: Open = { tag: name, name: local, uri, attributes: written, children: [], text: '' };
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  const addText = (characters: string) => {
    const node = open.at(-1);
    if (node) node.text += characters;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  try {
    parser.write(text).close();
  } catch {
    return undefined;
  }
  return root;
}

/** The first element reached by these names. */
export function elementAt(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>((at, name) => at?.children.find((child) => child.name === name), node);
}

export function textAt(node: XmlNode | undefined, ...path: readonly string[]): string | undefined {
  return elementAt(node, ...path)?.text;
}

/** All elements of that name, however deep. */
export function elementsNamed(node: XmlNode, name: string): XmlNode[] {
  return [...(node.name === name ? [node] : []), ...node.children.flatMap((child) => elementsNamed(child, name))];
}
