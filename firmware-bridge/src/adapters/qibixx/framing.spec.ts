import fc from 'fast-check';

import { LINE_MAX, LineFramer, type Frame } from './framing.js';

function framesOf(...chunks: (string | Buffer)[]): Frame[] {
  const framer = new LineFramer();
  return chunks.flatMap((chunk) => framer.push(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk));
}

function linesOf(...chunks: (string | Buffer)[]): string[] {
  return framesOf(...chunks).flatMap((frame) => ('line' in frame ? [frame.line] : []));
}

it('takes a line only when it is whole', () => {
  expect(linesOf('c,STATUS,EN', 'ABLED')).toEqual([]);
  expect(linesOf('c,STATUS,EN', 'ABLED\r\n')).toEqual(['c,STATUS,ENABLED']);
});

it('takes several lines from one read, with any end of line', () => {
  expect(linesOf('r,ACK\r\nc,VEND,SUCCESS\n\r\nc,STATUS,IDLE\r\n')).toEqual([
    'r,ACK',
    'c,VEND,SUCCESS',
    'c,STATUS,IDLE',
  ]);
});

it('cuts off noise before a line, and says so', () => {
  const frames = framesOf(Buffer.from([0x00, 0xfe, 0x63, 0xff]), 'c,STATUS,IDLE\r\n');
  expect(frames).toEqual([{ garbage: '4 characters of noise before a line' }, { line: 'c,STATUS,IDLE' }]);
});

it('never completes half a line with the next one', () => {
  expect(linesOf('c,STATUS,VEc,VEND,SUCCESS\r\n')).toEqual(['c,STATUS,VEc,VEND,SUCCESS']);
});

it('drops a line without an end and starts again at the next', () => {
  const frames = framesOf('x'.repeat(LINE_MAX * 1_000), 'still the same\r\n', 'c,0\r\n');
  expect(frames).toEqual([{ garbage: `a line of more than ${LINE_MAX} characters` }, { line: 'c,0' }]);
});

it('finds the same lines however the bytes are cut', () => {
  const lines = fc.array(fc.stringMatching(/^[a-z],[A-Z0-9.,"-]{0,40}[A-Z0-9]$/), { maxLength: 8 });
  fc.assert(
    fc.property(lines, fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }), (sent, cuts) => {
      const bytes = Buffer.from(sent.map((line) => `${line}\r\n`).join(''), 'latin1');
      const chunks: Buffer[] = [];
      let at = 0;
      for (const size of cuts) chunks.push(bytes.subarray(at, (at += size)));
      expect(linesOf(...chunks, bytes.subarray(at))).toEqual(sent);
    }),
  );
});
