/**
 * Reads a QR code of version 4, level M, from its modules: what a phone does after it has found them. Written from ISO
 * 18004 and not from the code that draws. It corrects no errors: a drawing on a screen has none.
 *
 * @param dark row by row, 33 each
 * @throws Error for anything but such a code
 */
export function readQr(dark: readonly (readonly boolean[])[]): string {
  if (dark.length !== SIDE || dark.some((row) => row.length !== SIDE)) throw new Error('not version 4');
  const at = (x: number, y: number) => dark[y]?.[x] === true;
  const format = formatOf(at);
  if (format >> 3 !== LEVEL_M) throw new Error('not level M');
  const mask = MASKS[format & 7];
  if (mask === undefined) throw new Error('no such mask');
  const bits: boolean[] = [];
  for (const [x, y] of path()) bits.push(at(x, y) !== mask(x, y));
  return textOf(dataOf(bits));
}

const SIDE = 33;
const LEVEL_M = 0b00;
const FORMAT_MASK = 0b101010000010010;
/** Two blocks of 32 codewords of data, one codeword of each in turn. */
const BLOCKS = 2;
const DATA_PER_BLOCK = 32;
/** ISO 18004, table 10; x is the column, y the row. */
const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Level and mask: the five data bits of the format beside the upper left finder. */
function formatOf(at: (x: number, y: number) => boolean): number {
  const places = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => [x, 8] as const);
  const rest = [7, 5, 4, 3, 2, 1, 0].map((y) => [8, y] as const);
  const bits = [...places, ...rest].reduce((value, [x, y]) => value * 2 + Number(at(x, y)), 0);
  return (bits ^ FORMAT_MASK) >> 10;
}

/** Finders with their formats, timing lines, and the one alignment pattern. */
function isFunction(x: number, y: number): boolean {
  const isFinder = (x < 9 && y < 9) || (x >= SIDE - 8 && y < 9) || (x < 9 && y >= SIDE - 8);
  const isAlignment = Math.abs(x - 26) <= 2 && Math.abs(y - 26) <= 2;
  return isFinder || isAlignment || x === 6 || y === 6;
}

/** Two columns at a time from the right, up and down. */
function* path(): Generator<readonly [x: number, y: number]> {
  let isUp = true;
  for (let right = SIDE - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1;
    for (let i = 0; i < SIDE; i += 1) {
      const y = isUp ? SIDE - 1 - i : i;
      for (const x of [right, right - 1]) if (!isFunction(x, y)) yield [x, y];
    }
    isUp = !isUp;
  }
}

function dataOf(bits: readonly boolean[]): boolean[] {
  const codeword = (i: number) => bits.slice(i * 8, i * 8 + 8);
  return Array.from({ length: BLOCKS }, (_, block) =>
    Array.from({ length: DATA_PER_BLOCK }, (__, i) => codeword(i * BLOCKS + block)).flat(),
  ).flat();
}

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

function textOf(bits: readonly boolean[]): string {
  let position = 0;
  const take = (count: number) => {
    const value = bits.slice(position, position + count).reduce((sum, bit) => sum * 2 + Number(bit), 0);
    position += count;
    return value;
  };
  let text = '';
  for (;;) {
    const mode = bits.length - position < 4 ? 0 : take(4);
    if (mode === 0) return text;
    if (mode === 4) {
      for (let left = take(8); left > 0; left -= 1) text += String.fromCharCode(take(8));
    } else if (mode === 2) {
      for (let left = take(9); left > 0; left -= 2) {
        const pair = left > 1 ? take(11) : take(6);
        text +=
          left > 1
            ? (ALPHANUMERIC[Math.floor(pair / 45)] ?? '') + (ALPHANUMERIC[pair % 45] ?? '')
            : (ALPHANUMERIC[pair] ?? '');
      }
    } else if (mode === 1) {
      for (let left = take(10); left > 0; left -= 3) {
        const digits = Math.min(left, 3);
        text += String(take([0, 4, 7, 10][digits] ?? 0)).padStart(digits, '0');
      }
    } else throw new Error(`a segment of the unknown mode ${mode}`);
  }
}
