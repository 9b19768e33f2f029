import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { LABELS } from './labels.js';
import { PROJECT } from './project-folder.js';

/** Ninety seconds when nothing else runs: every point costs the start of a server. */
const PASS_WITHIN_MS = 1_500_000;

/** `npm test` builds it. A process of its own: Jest's world is no place for one that starts and kills others. */
const PROGRAM = join(PROJECT, 'dist', 'test', 'crashes', 'main.js');

describe('a server that is killed at a labelled point, started again and left alone', () => {
  it(
    'leaves SEQR, database and machine in agreement, at every point there is',
    async () => {
      const pass = await promisify(execFile)(process.execPath, [PROGRAM, '--points'], { cwd: PROJECT }).catch(
        (error: unknown) => error as { stdout: string; stderr: string },
      );

      expect(pass.stdout + pass.stderr).toContain(
        `${LABELS.length} of ${LABELS.length} labelled points killed a server`,
      );
      expect(pass.stdout).toMatch(/\d\d purchases, 0 disagreements/);
      expect(pass).not.toHaveProperty('code');
    },
    PASS_WITHIN_MS,
  );
});
