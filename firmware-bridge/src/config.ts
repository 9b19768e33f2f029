import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { MACHINE_ID_PATTERN } from '#machine-protocol/topics.js';

import { ADAPTER_CURRENCIES } from './adapters/currencies.js';
import { DEFAULT_MDB } from './adapters/mdb/settings.js';
import { ADAPTERS } from './adapters/open-adapter.js';
import type { BridgeConfig } from './bridge.js';
import { DEFAULT_TIMINGS, type Timings } from './timings.js';

/** A day: no timing of a bridge is longer, and a mistyped one is found here. */
const TIMING_MAX_MS = 86_400_000;

const timingNames = Object.keys(DEFAULT_TIMINGS) as (keyof Timings)[];

const timings = z
  .partialRecord(z.enum(timingNames), z.int().min(1).max(TIMING_MAX_MS))
  .transform((given): Partial<Timings> => given);

const ADDRESSES = { '0x10': 0x10, '0x60': 0x60 } as const;

/** In the limits of MDB/ICP 4.2, READER CONFIG: one byte each, and no response time below the standard's own 5 s. */
const mdb = z.strictObject({
  address: z
    .enum(['0x10', '0x60'])
    .default('0x10')
    .transform((text) => ADDRESSES[text]),
  level: z.literal([1, 2, 3]).default(DEFAULT_MDB.level),
  scale: z.int().min(1).max(255).default(DEFAULT_MDB.scale),
  responseSeconds: z.int().min(5).max(255).default(DEFAULT_MDB.responseSeconds),
  alwaysIdle: z.boolean().default(DEFAULT_MDB.alwaysIdle),
  multiVend: z.boolean().default(DEFAULT_MDB.multiVend),
  chkForwarded: z.boolean().default(DEFAULT_MDB.chkForwarded),
});

const settings = z.strictObject({
  machineId: z.string().regex(MACHINE_ID_PATTERN, 'letters, digits, "-" and "_", at most 64'),
  adapter: z.enum(ADAPTERS).optional(),
  serialPath: z.string().startsWith('/', 'a path such as /dev/serial/by-id/…'),
  mqttUrl: z.url({ protocol: /^(mqtts?|wss?)$/, error: 'mqtt://, mqtts://, ws:// or wss://' }),
  mqttUsername: z.string().optional(),
  mqttPassword: z.string().optional(),
  mqttCaFile: z.string().optional(),
  journalDir: z.string().min(1),
  currency: z.enum(ADAPTER_CURRENCIES),
  decimals: z.union(
    [
      z.int().min(0).max(3),
      z
        .string()
        .regex(/^[0-3]$/)
        .transform(Number),
    ],
    '0, 1, 2 or 3',
  ),
  mdb: mdb.optional(),
  timings: timings.optional(),
});

/** Environment variables stand above the file, so that a password need not be written into it. */
const VARIABLES = {
  machineId: 'VENDRAIL_MACHINE_ID',
  adapter: 'VENDRAIL_ADAPTER',
  serialPath: 'VENDRAIL_SERIAL_PATH',
  mqttUrl: 'VENDRAIL_MQTT_URL',
  mqttUsername: 'VENDRAIL_MQTT_USERNAME',
  mqttPassword: 'VENDRAIL_MQTT_PASSWORD',
  mqttCaFile: 'VENDRAIL_MQTT_CA_FILE',
  journalDir: 'VENDRAIL_JOURNAL_DIR',
  currency: 'VENDRAIL_CURRENCY',
  decimals: 'VENDRAIL_DECIMALS',
} as const satisfies Partial<Record<keyof z.infer<typeof settings>, string>>;

export const CONFIG_HELP = Object.entries(VARIABLES)
  .map(([name, variable]) => `  ${name.padEnd(14)} ${variable}`)
  .join('\n');

/** Everything that is wrong with the configuration, one fault a line. Values are not repeated: one is a password. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly faults: readonly string[]) {
    super(`the configuration is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/**
 * @param file path of a JSON file, or undefined for a configuration from the environment alone
 * @throws ConfigError with all faults at once
 */
export function readConfig(file: string | undefined, environment: NodeJS.ProcessEnv): BridgeConfig {
  const fromFile = file === undefined ? {} : readJsonObject(file);
  const fromEnvironment = Object.entries(VARIABLES).flatMap(([name, variable]) => {
    const value = environment[variable];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const given: Record<string, unknown> = { ...fromFile, ...Object.fromEntries(fromEnvironment) };
  const result = settings.safeParse(given);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map(({ path, message }) => {
        const missing = path.length === 1 && given[String(path[0])] === undefined;
        return `${path.join('.') || 'file'}: ${missing ? 'is missing' : message}`;
      }),
    );
  }
  const { mqttCaFile, timings, mdb, ...rest } = result.data;
  if (mdb !== undefined && rest.adapter !== 'wafer-star') throw new ConfigError(['mdb: only with adapter wafer-star']);
  return {
    ...rest,
    ...(timings !== undefined && { timings }),
    ...(mdb !== undefined && { mdb }),
    ...(mqttCaFile !== undefined && { mqttCa: readText(mqttCaFile, 'mqttCaFile') }),
  };
}

function readJsonObject(file: string): object {
  try {
    return z.looseObject({}).parse(JSON.parse(readText(file, 'file')));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`file: ${file} is not a JSON object`]);
  }
}

function readText(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${setting}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`]);
  }
}
