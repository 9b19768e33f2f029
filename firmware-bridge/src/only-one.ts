import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';

/**
 * Two programs must not write one journal. The claim is a name in Linux's abstract socket space: it ends with the
 * process, however that ends, so there is no lock file that a power cut leaves behind.
 *
 * @returns undefined when another program has it; else what gives it back
 */
export async function claimJournal(dir: string): Promise<(() => void) | undefined> {
  const name = createHash('sha256').update(realPath(dir)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  return new Promise((settle, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? settle(undefined) : fail(error),
    );
    server.listen(`\0vendrail-bridge-${name}`, () => {
      server.unref();
      settle(() => void server.close());
    });
  });
}

/** The folder may not be there yet. */
function realPath(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return resolve(dir);
  }
}
