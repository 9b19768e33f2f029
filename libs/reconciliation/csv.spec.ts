import fc from 'fast-check';

import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it.each([
    [['a', 'b'], 'a,b\r\n'],
    [[null, ''], ',\r\n'],
    [['say "yes", or no'], '"say ""yes"", or no"\r\n'],
    [['two\nlines'], '"two\nlines"\r\n'],
    [['-3.70', '12.00', '-5'], '-3.70,12.00,-5\r\n'],
    [['=HYPERLINK("http://x")'], `"'=HYPERLINK(""http://x"")"\r\n`],
    [['+1', '@sum', '-1+1', '-', '\tx'], `'+1,'@sum,'-1+1,'-,"'\tx"\r\n`.replace(`"'\tx"`, `'\tx`)],
  ])('of %j', (fields, line) => {
    expect(csvLine(fields)).toBe(line);
  });

  it('gives back what was put in, and never begins a field like a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), (fields) => {
        const read = parse(csvLine(fields));
        expect(read).toHaveLength(fields.length);
        for (const [i, text] of read.entries()) {
          expect([fields[i], `'${fields[i]}`]).toContain(text);
          expect(text).not.toMatch(/^[=+@\t\r\n]|^-(?!\d+(\.\d+)?$)/);
        }
      }),
    );
  });
});

/** Another reader of RFC 4180, one character after the other. */
function parse(line: string): string[] {
  const fields = [''];
  let quoted = false;
  const text = line.slice(0, -2);
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    const last = fields.length - 1;
    if (quoted && character === '"' && text.charAt(i + 1) === '"') {
      fields[last] += '"';
      i += 1;
    } else if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) fields.push('');
    else fields[last] += character;
  }
  return fields;
}
