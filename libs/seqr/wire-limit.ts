import type { Socket } from 'node:net';

/** The longest body any operation takes is 8 MiB, a report's; the rest is room for the head and the framing of chunks. */
export const WIRE_BYTES_MAX = 9 * 1024 * 1024;

/** The code of the error that a connection ends with. */
export const WIRE_LIMIT = 'ERR_WIRE_LIMIT';

/**
 * Ends a connection over which more comes for one request than any reply may have. Counts what the limits on head and body do
 * not see: provisional replies, blank lines before a reply, endless words in a status line, extensions of chunks.
 */
export function limitWire(socket: Socket): void {
  let written = socket.bytesWritten;
  let readBefore = socket.bytesRead;
  let readLast = readBefore;
  // Beside the reader's own listener: it takes no data, only looks how much has come.
  socket.on('readable', () => {
    if (socket.bytesWritten !== written) {
      // Requests follow each other on a connection, so that what is written now begins the next exchange.
      written = socket.bytesWritten;
      readBefore = readLast;
    }
    readLast = socket.bytesRead;
    if (readLast - readBefore <= WIRE_BYTES_MAX) return;
    socket.destroy(Object.assign(new Error(`over ${WIRE_BYTES_MAX} bytes on the wire`), { code: WIRE_LIMIT }));
  });
}
