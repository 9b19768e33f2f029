import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { audit } from './audit.js';
import { PowerCutDisk, TEARS, type Cut, type Lie } from './power-cut-disk.js';
import { Site } from './site.js';
import { THE_END, VISITS, type Happening } from './visits.js';

export interface Bug {
  readonly lie?: Lie;
  /** The bridge does not tell what the last boot left open. */
  readonly forgets?: boolean;
}

/** One run: the power goes at the first of `cuts`, and again at the next while the bridge recovers. */
export interface Run {
  readonly story: number;
  readonly cuts: readonly Cut[];
  /** The machine loses its power too. */
  readonly machineToo: boolean;
}

export interface Result extends Run {
  readonly made: number;
  /** What does not agree afterwards; empty when all is well. */
  readonly found: readonly string[];
}

/** First each visit by itself, then two and more one after the other, with the journal written anew between them. */
function storyOf(number: number): Happening[] {
  const length = 1 + Math.floor(number / VISITS.length);
  return Array.from({ length }, (_, offset) => VISITS[(number + 3 * offset) % VISITS.length] ?? []).flat();
}

/** Story after story without end: a cut at every step of every write, in every way a disk may tear. */
export function* powerCuts(bug: Bug = {}): Generator<Result, never> {
  let runs = 0;
  for (let story = 0; ; story += 1) {
    for (const cut of everyCut(storyOf(story))) {
      runs += 1;
      const again: Cut = { at: 1 + (runs % 9), moment: 'after', tear: TEARS[runs % TEARS.length] ?? 'lost' };
      yield play({ story, cuts: runs % 2 === 0 ? [cut, again] : [cut], machineToo: runs % 3 === 0 }, bug);
    }
  }
}

/** Before and after each step of the disk; with every tear where there is something to tear. */
function everyCut(story: readonly Happening[]): Cut[] {
  const risks: boolean[] = [];
  const disk = new PowerCutDisk({ watch: (atRisk) => risks.push(atRisk) });
  inFolder((dir) => new Site(dir).live(disk, story));
  return risks.flatMap((atRisk, index): Cut[] => {
    const after = (atRisk ? TEARS : (['lost'] as const)).map((tear): Cut => ({ at: index + 1, moment: 'after', tear }));
    return [{ at: index + 1, moment: 'before', tear: 'lost' }, ...after];
  });
}

function play(run: Run, bug: Bug): Result {
  return inFolder((dir) => {
    const site = new Site(dir, bug.forgets !== true);
    let rest: readonly Happening[] = storyOf(run.story);
    let made = 0;
    for (const cut of run.cuts) {
      if (site.live(new PowerCutDisk({ cut, lie: bug.lie }), rest)) break;
      made += 1;
      rest = [];
      if (run.machineToo) site.machine.put({ type: 'power-off' });
    }
    if (!site.live(new PowerCutDisk({ lie: bug.lie }), THE_END)) throw new Error('a cut that nobody ordered');
    return { ...run, made, found: audit(site.book, site.machine) };
  });
}

function inFolder<T>(work: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'vendrail-power-'));
  try {
    return work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
