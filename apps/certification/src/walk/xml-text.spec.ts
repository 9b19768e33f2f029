import fc from 'fast-check';

import { readXml, textAt } from './xml.js';
import { xmlText } from './xml-text.js';

const whole = { cut: false, secrets: [] };

describe('a message in the report', () => {
  it('stands one element a line, with its prefixes and attributes as they were sent', () => {
    const text = xmlText('<s:Body xmlns:s="urn:s"><s:a b="1"><c>d &amp; e</c><f/></s:a></s:Body>', whole);

    expect(text).toBe(
      ['<s:Body xmlns:s="urn:s">', '  <s:a b="1">', '    <c>d &amp; e</c>', '    <f/>', '  </s:a>', '</s:Body>'].join(
        '\n',
      ),
    );
  });

  it('hides passwords and who paid, whatever they are', () => {
    const text = xmlText(
      '<r><password>hunter2</password><payerTerminalId>0461</payerTerminalId><msisdn>4670</msisdn></r>',
      whole,
    );

    expect(text).not.toMatch(/hunter2|0461|4670/);
    expect(text).toContain('<password>•••</password>');
  });

  it('hides a known secret wherever it stands, escaped or not', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, unit: fc.constantFrom('a', 'Z', '7', '<', '&', '"', '-') }), (secret) => {
        const escaped = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
        const text = xmlText(`<r><note>it was ${escaped}, they say</note></r>`, { cut: false, secrets: [secret] });
        const shown = textAt(readXml(text), 'note') ?? text;
        return !shown.includes(secret);
      }),
    );
  });

  it('shows a report within the message as lines that can be read', () => {
    const text = xmlText(
      '<r><contentString>&lt;Row&gt;\n&lt;Sales&gt;3.70&lt;/Sales&gt;\n&lt;/Row&gt;</contentString></r>',
      whole,
    );

    expect(text.split('\n')).toContain('<Sales>3.70</Sales>');
    expect(textAt(readXml(text), 'contentString')).toBe('<Row>\n<Sales>3.70</Sales>\n</Row>');
  });

  it('cuts long texts and long messages in the report only, and says so', () => {
    const message = `<r><receiptData>${'QUJD'.repeat(100)}</receiptData>${'<row/>'.repeat(500)}</r>`;

    expect(xmlText(message, { cut: true, secrets: [] })).toMatch(
      /… \(400 characters, see the file\)[^]*… \d+ more lines/,
    );
    expect(xmlText(message, whole)).toContain('QUJD'.repeat(100));
  });

  it('shows what is not XML as it came', () => {
    expect(xmlText('<html><p>Bad gateway', whole)).toBe('<html><p>Bad gateway');
  });
});
