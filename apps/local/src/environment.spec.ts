import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type LocalEnvironment, readLocalEnvironment } from './environment.js';

const NAMES = [
  'VENDRAIL_FOLDER',
  'HTTPS_PORT',
  'SANDBOX_PORT',
  'MQTT_PORT',
  'MACHINE_PORT',
  'DATABASE_URL',
  'MQTT_URL',
  'SEQR_SOAP_URL',
  'SEQR_RESELLER_ID',
  'SEQR_RESELLER_PASSWORD',
];

function forget(): void {
  for (const name of NAMES) Reflect.deleteProperty(process.env, name);
}

describe('the environment of npm start', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vendrail-environment-'));
    forget();
  });

  afterEach(() => {
    forget();
    rmSync(folder, { recursive: true });
  });

  function read(variables: Record<string, string>): LocalEnvironment {
    Object.assign(process.env, variables);
    return readLocalEnvironment(folder);
  }

  it('needs nothing to be said', () => {
    expect(read({})).toEqual({
      folder: join(folder, '.vendrail'),
      httpsPort: 8443,
      sandboxPort: 8090,
      mqttPort: 1883,
      machinePort: 8091,
      databaseUrl: undefined,
      mqttUrl: undefined,
      seqrSoapUrl: undefined,
    });
  });

  it('takes what is set, and an empty value for not set', () => {
    expect(read({ HTTPS_PORT: '9443', MQTT_PORT: '', MQTT_URL: 'mqtt://broker', DATABASE_URL: '' })).toMatchObject({
      httpsPort: 9443,
      mqttPort: 1883,
      mqttUrl: 'mqtt://broker',
      databaseUrl: undefined,
    });
  });

  it('tells all faults at once', () => {
    expect(() => read({ HTTPS_PORT: '0', MQTT_PORT: 'x', SANDBOX_PORT: '70000' })).toThrow(
      /3 fault\(s\)[^]*HTTPS_PORT[^]*SANDBOX_PORT[^]*MQTT_PORT/,
    );
  });

  it('asks for SEQR’s credentials with SEQR’s address', () => {
    expect(() => read({ SEQR_SOAP_URL: 'https://seqr.example' })).toThrow(/SEQR_RESELLER_ID[^]*SEQR_RESELLER_PASSWORD/);
    const credentials = { SEQR_RESELLER_ID: 'reseller', SEQR_RESELLER_PASSWORD: 'password' };
    expect(read({ SEQR_SOAP_URL: 'https://seqr.example', ...credentials }).seqrSoapUrl).toBe('https://seqr.example');
  });
});
