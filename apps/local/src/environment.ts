import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';

import type { Timings } from '#bridge/timings.js';
import type { Dialect } from '#simulated-machine/faults.js';

/** The ports of what is embedded, checked before anything starts. */
export interface LocalEnvironment {
  /** Where data, certificate and secrets are kept between two starts. */
  readonly folder: string;
  readonly httpsPort: number;
  readonly sandboxPort: number;
  readonly mqttPort: number;
  /** The page of the simulated machine. */
  readonly machinePort: number;
  /** Set: use this instead of the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  readonly seqrSoapUrl: string | undefined;
  /** How many machines to simulate, 1 when not said; and what adapter each has, `qibixx` when not said. */
  readonly machines?: number;
  readonly dialect?: Dialect;
  /** How long a simulated machine takes to drop an item, and what else takes its time; tests are in a hurry. */
  readonly dispenseMs?: number;
  readonly bridgeTimings?: Partial<Timings>;
}

export function readLocalEnvironment(projectFolder: string): LocalEnvironment {
  const file = join(projectFolder, '.env');
  if (existsSync(file)) loadEnvFile(file);
  const faults: string[] = [];
  const port = (name: string, byDefault: number): number => {
    const text = process.env[name];
    if (text === undefined || text === '') return byDefault;
    const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > 65_535) faults.push(`${name} must be a port number from 1 to 65535`);
    return value;
  };
  const given = (name: string) => (process.env[name] === '' ? undefined : process.env[name]);
  const environment = {
    folder: given('VENDRAIL_FOLDER') ?? join(projectFolder, '.vendrail'),
    httpsPort: port('HTTPS_PORT', 8443),
    sandboxPort: port('SANDBOX_PORT', 8090),
    mqttPort: port('MQTT_PORT', 1883),
    machinePort: port('MACHINE_PORT', 8091),
    databaseUrl: given('DATABASE_URL'),
    mqttUrl: given('MQTT_URL'),
    seqrSoapUrl: given('SEQR_SOAP_URL'),
  };
  if (environment.seqrSoapUrl !== undefined) {
    for (const name of ['SEQR_RESELLER_ID', 'SEQR_RESELLER_PASSWORD']) {
      if (given(name) === undefined)
        faults.push(`${name} is not set: SEQR_SOAP_URL needs the credentials that SEQR gave you`);
    }
  }
  if (faults.length > 0)
    throw new Error(`the environment has ${faults.length} fault(s):\n${faults.map((f) => `  - ${f}`).join('\n')}`);
  return environment;
}
