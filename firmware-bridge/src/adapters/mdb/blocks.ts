/** Blocks of the Multi-Drop Bus (MDB/ICP 4.2, section 2): data, and a checksum at the end. */

/** Address, data and checksum together (MDB/ICP 4.2, section 2.2). */
export const BLOCK_MAX = 36;

/** The low eight bits of the sum of address and data. */
export function checksumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

/** The bytes with their checksum. @throws RangeError when the block would be longer than the bus allows */
export function sealed(...bytes: number[]): Uint8Array {
  if (bytes.length + 1 > BLOCK_MAX) throw new RangeError(`a block of ${bytes.length + 1} bytes`);
  const body = Uint8Array.from(bytes);
  return Uint8Array.of(...body, checksumOf(body));
}

/** Most significant byte first, as everywhere on this bus. @param value a whole number that fits into `width` bytes */
export function bytesOf(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, index) => Math.floor(value / 256 ** (width - 1 - index)) % 256);
}

export function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/** "13 03 16" */
export function inHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
