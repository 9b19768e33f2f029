import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { SELECTION_MAX } from '#machine-protocol/messages.js';
import { LINK_KEY_PATTERN } from '#machine-protocol/signature.js';
import { MACHINE_ID_PATTERN } from '#machine-protocol/topics.js';

import { ADAPTER_CURRENCIES } from './adapters/currencies.js';
import { DEFAULT_MDB } from './adapters/mdb/settings.js';
import { ADAPTERS } from './adapters/open-adapter.js';
import { DEFAULT_RELAY } from './adapters/relay/relay-adapter.js';
import type { BridgeConfig } from './bridge.js';
import { CredentialsError, readCredentials } from './credentials.js';
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

const relay = z.strictObject({
  priceMinor: z.int().min(1).max(99_999_999),
  selection: z.int().min(1).max(SELECTION_MAX).default(DEFAULT_RELAY.selection),
  // Coin inputs take 20 to 200 ms for a coin, electric locks some seconds.
  pulseMs: z.int().min(20).max(10_000).default(DEFAULT_RELAY.pulseMs),
  countsAsVended: z.boolean().default(DEFAULT_RELAY.countsAsVended),
});

const linkKey = z.string().regex(LINK_KEY_PATTERN, '64 hexadecimal digits');

const settings = z.strictObject({
  machineId: z.string().regex(MACHINE_ID_PATTERN, 'letters, digits, "-" and "_", at most 64'),
  adapter: z.enum(ADAPTERS).optional(),
  serialPath: z.string().startsWith('/', 'a path such as /dev/serial/by-id/…'),
  mqttUrl: z.url({ protocol: /^(mqtts?|wss?)$/, error: 'mqtt://, mqtts://, ws:// or wss://' }),
  mqttUsername: z.string().optional(),
  mqttPassword: z.string().optional(),
  mqttCaFile: z.string().optional(),
  mqttCertFile: z.string().optional(),
  mqttKeyFile: z.string().optional(),
  credentialsFile: z.string().optional(),
  linkKey,
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
  relay: relay.optional(),
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
  mqttCertFile: 'VENDRAIL_MQTT_CERT_FILE',
  mqttKeyFile: 'VENDRAIL_MQTT_KEY_FILE',
  credentialsFile: 'VENDRAIL_CREDENTIALS_FILE',
  linkKey: 'VENDRAIL_LINK_KEY',
  journalDir: 'VENDRAIL_JOURNAL_DIR',
  currency: 'VENDRAIL_CURRENCY',
  decimals: 'VENDRAIL_DECIMALS',
} as const satisfies Partial<Record<keyof z.infer<typeof settings>, string>>;

export const CONFIG_HELP = Object.entries(VARIABLES)
  .map(([name, variable]) => `  ${name.padEnd(16)} ${variable}`)
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
  const named: Record<string, unknown> = { ...fromFile, ...Object.fromEntries(fromEnvironment) };
  const given: Record<string, unknown> = { ...credentialsIn(named['credentialsFile']), ...named };
  const result = settings.safeParse(given);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map(({ path, message }) => {
        const missing = path.length === 1 && given[String(path[0])] === undefined;
        return `${path.join('.') || 'file'}: ${missing ? 'is missing' : message}`;
      }),
    );
  }
  const { mqttCaFile, mqttCertFile, mqttKeyFile, credentialsFile: _, timings, mdb, relay, ...rest } = result.data;
  if (mdb !== undefined && rest.adapter !== 'wafer-star') throw new ConfigError(['mdb: only with adapter wafer-star']);
  if ((relay !== undefined) !== (rest.adapter === 'relay')) {
    throw new ConfigError(['relay: needed with adapter relay, and only there']);
  }
  return {
    ...rest,
    ...(relay !== undefined && { relay }),
    ...(timings !== undefined && { timings }),
    ...(mdb !== undefined && { mdb }),
    ...(mqttCaFile !== undefined && { mqttCa: readText(mqttCaFile, 'mqttCaFile') }),
    ...(mqttCertFile !== undefined && { mqttCert: readText(mqttCertFile, 'mqttCertFile') }),
    ...(mqttKeyFile !== undefined && { mqttKey: readText(mqttKeyFile, 'mqttKeyFile') }),
  };
}

/** What `vendrail-bridge enrol` wrote; a setting of the same name stands above it. */
function credentialsIn(file: unknown): object {
  if (typeof file !== 'string' || file === '') return {};
  try {
    return readCredentials(file);
  } catch (error) {
    if (error instanceof CredentialsError) throw new ConfigError([`credentialsFile: ${error.message}`]);
    throw error;
  }
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
