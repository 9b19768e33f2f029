import { verifyEvidence } from '#purchasing/evidence.js';
import { Database } from '#platform/database.js';

import { Auditor } from './auditor.js';
import type { CrashSystem } from './crash-system.js';
import { pause } from '../support/eventually.js';
import { Load } from './load.js';
import type { Random } from './random.js';
import { crashPointOf } from './servers.js';
import { type DatabaseServer, KINDS, type Kind, type Strike, Strikes } from './strikes.js';

export interface CampaignOptions {
  readonly system: CrashSystem;
  readonly databaseUrl: string;
  readonly database: DatabaseServer;
  readonly random: Random;
  readonly kills: number;
  readonly only: Kind | undefined;
  readonly onDisagreement: (text: string) => void;
  /** Told after every kill. */
  readonly onStrike: (done: number, kind: Kind, strike: Strike, auditor: Auditor) => void;
}

export interface CampaignResult {
  readonly strikes: ReadonlyMap<Kind, readonly Strike[]>;
  readonly pointsReached: number;
  readonly auditor: Auditor;
  readonly disagreements: readonly string[];
}

/** Purchases flow on while this passes between a recovery and the next kill. */
const PAUSE_MAX_MS = 1_000;

/** Kills one thing after the other while payers buy, and audits every purchase that was ever begun. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { system, random, kills, only } = options;
  const auditor = new Auditor(system, options.onDisagreement);
  for (const child of [...system.servers.all, system.broker]) {
    child.onDeath = (isStarting) => {
      if (isStarting || crashPointOf(child) !== undefined) return;
      auditor.disagree(`${child.name} died by itself:\n${child.log.slice(-2_000)}`);
    };
  }
  const load = new Load(system, auditor, random);
  const strikes = new Strikes(system, options.database, random);
  const done = new Map<Kind, Strike[]>();
  for (let i = 0; i < kills; i += 1) {
    await pause(random.between(0, PAUSE_MAX_MS));
    const kind = only ?? KINDS[i % KINDS.length] ?? 'server';
    try {
      const strike = await strikes.strike(kind);
      done.set(kind, [...(done.get(kind) ?? []), strike]);
      options.onStrike(i + 1, kind, strike, auditor);
    } catch (error) {
      // What does not recover is the worst disagreement; nothing after it would mean anything.
      auditor.disagree(`kill ${i + 1} (${kind}): ${error instanceof Error ? error.message : String(error)}`);
      break;
    }
  }
  await load.stop();
  for (const place of system.places) await auditor.settle(place);
  await auditor.final();
  for (const fault of await evidenceFaults(options.databaseUrl)) auditor.disagree(fault);
  return { strikes: done, pointsReached: strikes.pointsReached.size, auditor, disagreements: auditor.disagreements };
}

async function evidenceFaults(databaseUrl: string): Promise<readonly string[]> {
  const database = await Database.connect(databaseUrl, 'vendrail-crashes');
  try {
    return (await verifyEvidence(database)).faults;
  } finally {
    await database.close();
  }
}
