import fc from 'fast-check';

import { inHex, sealed } from './blocks.js';
import { decode, lengthOf } from './commands.js';
import { BlockFramer } from './framing.js';

const form = { address: 0x10, wide: false } as const;
const lengths = (beginning: Uint8Array) => lengthOf(beginning, form);

function framer(checked = true): BlockFramer {
  return new BlockFramer({ checked, lengthOf: lengths });
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16)));
}

/** Pushes chunks, each with its time in ms. */
function frames(cutter: BlockFramer, ...chunks: [at: number, hex: string][]): string[] {
  return chunks.flatMap(([at, hex]) =>
    Array.from(cutter.push(bytes(hex), at), (frame) =>
      'body' in frame ? inHex(frame.body) : `noise ${inHex(frame.garbage)}`,
    ),
  );
}

it('takes the checksum off', () => {
  expect(frames(framer(), [0, '13 00 04 B0 00 18 DF'])).toEqual(['13 00 04 B0 00 18']);
});

it('cuts several blocks that come at once', () => {
  expect(frames(framer(), [0, '10 10 11 00 03 00 00 00 14 13 04 17'])).toEqual(['10', '11 00 03 00 00 00', '13 04']);
});

it('joins a block that comes in pieces, however late they are', () => {
  expect(frames(framer(), [0, '13'], [5, '00 04'], [400, 'B0 00 18'], [800, 'DF'])).toEqual(['13 00 04 B0 00 18']);
});

it('does not let a beginning without an end swallow the block after the pause', () => {
  expect(frames(framer(), [0, '13 00 04'], [100, '10 10'])).toEqual(['noise 13 00 04', '10']);
});

it('finds the block behind noise', () => {
  expect(frames(framer(), [0, '00 FE 81 63 2C FF 13 04 17'])).toEqual(['noise 00 FE 81 63 2C FF', '13 04']);
});

it('passes over a block whose checksum is wrong', () => {
  expect(frames(framer(), [0, '13 02 00 18 2E'], [100, '13 04 17'])).toEqual(['noise 13 02 00 18 2E', '13 04']);
});

it('knows the end of a block of the maker’s own length by its checksum', () => {
  expect(frames(framer(), [0, '17 FF 01'], [5, '17'])).toEqual(['17 FF 01']);
});

describe('without checksums', () => {
  it('goes by the lengths of the commands', () => {
    expect(frames(framer(false), [0, '10 13 00 04 B0 00 18'])).toEqual(['10', '13 00 04 B0 00 18']);
  });

  it('believes no beginning in the middle of noise', () => {
    expect(frames(framer(false), [0, 'FE 13 02 00 18'], [100, '13 04'])).toEqual(['noise FE 13 02 00 18', '13 04']);
  });
});

it('asks for the lengths anew behind each block', () => {
  let wide = false;
  const cutter = new BlockFramer({ checked: true, lengthOf: (beginning) => lengthOf(beginning, { ...form, wide }) });
  const seen: string[] = [];
  for (const frame of cutter.push(bytes('17 04 00 00 00 02 1D 13 00 00 00 04 B0 00 18 DF'), 0)) {
    seen.push('body' in frame ? inHex(frame.body) : 'noise');
    wide = true;
  }
  expect(seen).toEqual(['17 04 00 00 00 02', '13 00 00 00 04 B0 00 18']);
});

it('loses no command, whatever noise is before it and however it is cut, once the line was quiet', () => {
  const command = fc.constantFrom([0x13, 0x00, 0x04, 0xb0, 0x00, 0x18], [0x10], [0x13, 0x02, 0x00, 0x18], [0x14, 0x01]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), command, fc.nat({ max: 6 }), (noise, body, cut) => {
      const cutter = framer();
      Array.from(cutter.push(noise, 0));
      const block = sealed(...body);
      const found = [
        ...cutter.push(block.subarray(0, Math.min(cut, block.length)), 1_000),
        ...cutter.push(block.subarray(Math.min(cut, block.length)), 1_005),
      ];
      expect(
        found.filter((frame) => 'body' in frame && inHex(frame.body) === inHex(Uint8Array.from(body))),
      ).toHaveLength(1);
    }),
  );
});

it('never throws, and what it yields is a command or nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 60 })), { maxLength: 10 }),
      (chunks) => {
        const cutter = framer();
        let now = 0;
        for (const [chunk, pause] of chunks) {
          now += pause;
          for (const frame of cutter.push(chunk, now))
            if ('body' in frame) expect(decode(frame.body, form)).toBeDefined();
        }
      },
    ),
  );
});
