import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PortTakenError, freePort, isFree, openInstallation, requireFreePort } from './installation.js';

describe('what one clone keeps', () => {
  let parent: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'vendrail-installation-'));
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  it('is made once, with secrets of its own, and read again', async () => {
    const made = await openInstallation(join(parent, 'a'), false);
    const other = await openInstallation(join(parent, 'b'), false);

    expect(await openInstallation(join(parent, 'a'), false)).toEqual(made);
    expect(made.secret.length).toBeGreaterThanOrEqual(32);
    expect(made.operatorToken.length).toBeGreaterThanOrEqual(16);
    expect(made.secret).not.toBe(other.secret);
  });

  it('can be read by its owner only', async () => {
    await openInstallation(parent, false);

    expect(statSync(join(parent, 'installation.json')).mode & 0o077).toBe(0);
  });

  it('is forgotten with everything in it when asked to begin anew', async () => {
    const made = await openInstallation(parent, false);
    writeFileSync(join(parent, 'data'), 'old');
    const anew = await openInstallation(parent, true);

    expect(anew.secret).not.toBe(made.secret);
    expect(existsSync(join(parent, 'data'))).toBe(false);
  });
});

describe('a port', () => {
  it('that is taken is named, with what it is for and what to do', async () => {
    const port = await freePort();
    await expect(requireFreePort(port, 'SEQR sandbox', 'SANDBOX_PORT')).resolves.toBeUndefined();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      const taken = requireFreePort(port, 'SEQR sandbox', 'SANDBOX_PORT');

      await expect(taken).rejects.toThrow(PortTakenError);
      await expect(taken).rejects.toThrow(new RegExp(`${port} \\(SEQR sandbox\\).*SANDBOX_PORT=<port>`));
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await isFree(port)).toBe(true);
  });
});
