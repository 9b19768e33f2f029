/** A picture with the looks of a QR code. It cannot be scanned: the mock brings no encoder, the server does. */
export function qrLookAlike(text: string): string {
  const size = 29;
  let state = Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619), 2_166_136_261);
  let dots = '';
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      if (isCorner(x, y, size)) continue;
      if (state < 0) dots += `M${x} ${y}h1v1h-1z`;
    }
  }
  const corner = (x: number, y: number) => `M${x} ${y}h7v7h-7zM${x + 1} ${y + 1}v5h5v-5zM${x + 2} ${y + 2}h3v3h-3z`;
  const corners = corner(0, 0) + corner(size - 7, 0) + corner(0, size - 7);
  const box = `-4 -4 ${size + 8} ${size + 8}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" shape-rendering="crispEdges">` +
    `<path fill="#fff" d="M-4-4h${size + 8}v${size + 8}h-${size + 8}z"/><path fill-rule="evenodd" d="${dots}${corners}"/></svg>`
  );
}

function isCorner(x: number, y: number, size: number): boolean {
  const near = (at: number) => at < 8;
  const far = (at: number) => at >= size - 8;
  return (near(x) && near(y)) || (far(x) && near(y)) || (near(x) && far(y));
}
