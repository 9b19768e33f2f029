import { ConfigurationError, readConfiguration } from './configuration.js';

/** The least that a server needs to be told. */
const NEEDED = {
  DATABASE_URL: 'postgresql://vendrail:password@localhost/vendrail',
  MQTT_URL: 'mqtt://localhost:1883',
  TLS_CERT_FILE: 'server.pem',
  TLS_KEY_FILE: 'server.key',
  SEQR_SOAP_URL: 'https://seqr.example/extclientproxy/service/v2',
  SEQR_RESELLER_ID: 'reseller',
  SEQR_RESELLER_PASSWORD: 'canary-password',
  VENDRAIL_SECRET: 'canary-secret-of-more-than-32-characters',
  OPERATOR_TOKEN: 'canary-operator-token',
};

function faultsOf(changes: Record<string, string | undefined>): readonly string[] {
  try {
    readConfiguration({ ...NEEDED, ...changes });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('fills in what is not said', () => {
    expect(readConfiguration(NEEDED)).toMatchObject({
      HTTPS_PORT: 8443,
      PUBLIC_BASE_URL: 'https://localhost:8443',
      PAYMENT_MODE: 'RESERVATION_REQUIRED',
      COMMIT_RESERVATION_TIMEOUT_S: 900,
      CONFIRM_WITHIN_S: 90,
      SELECTION_WINDOW_S: 60,
      POLL_EVERY_S: 3,
      SEQR_ALLOW_PLAIN_HTTP: 'false',
      LOG_LEVEL: 'info',
    });
  });

  it('takes what is said, and an empty value for not said', () => {
    expect(readConfiguration({ ...NEEDED, HTTPS_PORT: '9443', CONFIRM_WITHIN_S: '' })).toMatchObject({
      HTTPS_PORT: 9443,
      CONFIRM_WITHIN_S: 90,
    });
  });

  it('does not change once it is read', () => {
    expect(Object.isFrozen(readConfiguration(NEEDED))).toBe(true);
  });

  it('names everything that is missing at once', () => {
    const error = faultsOf(Object.fromEntries(Object.keys(NEEDED).map((name) => [name, undefined])));

    expect(error.map((fault) => fault.split(' ')[0] ?? '').toSorted()).toEqual(Object.keys(NEEDED).toSorted());
    expect(error.every((fault) => fault.includes('is not set'))).toBe(true);
  });

  it.each([
    ['DATABASE_URL', 'mysql://localhost'],
    ['MQTT_URL', 'localhost:1883'],
    ['PUBLIC_BASE_URL', 'http://vendrail.example'],
    ['PUBLIC_BASE_URL', 'https://vendrail.example/'],
    ['SEQR_SOAP_URL', 'ftp://seqr.example'],
    ['SEQR_RESELLER_PASSWORD', 'abc'],
    ['SEQR_ALLOW_PLAIN_HTTP', 'yes'],
    ['HTTPS_PORT', '0'],
    ['HTTPS_PORT', '65536'],
    ['HTTPS_PORT', '8443.5'],
    ['HTTPS_PORT', '-1'],
    ['HTTPS_PORT', '0x20'],
    ['POLL_EVERY_S', '11'],
    ['CONFIRM_WITHIN_S', '9'],
    ['COMMIT_RESERVATION_TIMEOUT_S', '299'],
    ['COMMIT_RESERVATION_TIMEOUT_S', '86401'],
    ['PAYMENT_MODE', 'IMMEDIATE_DEBIT'],
    ['VENDRAIL_SECRET', 'too short to be a secret'],
    ['OPERATOR_TOKEN', 'short'],
    ['RECONCILE_AT', '3:00'],
    ['RECONCILE_AT', '24:00'],
    ['RECONCILE_TIME_ZONE', 'Stockholm'],
    ['LOG_LEVEL', 'verbose'],
  ])('refuses %s=%s and names it', (name, value) => {
    const [fault, ...others] = faultsOf({ [name]: value });

    expect(fault).toMatch(new RegExp(`^${name}: `));
    expect(others).toEqual([]);
  });

  it('lists several faults together', () => {
    expect(faultsOf({ HTTPS_PORT: 'x', LOG_LEVEL: 'x', MQTT_URL: undefined })).toHaveLength(3);
  });

  it('never repeats a value: it may be a secret', () => {
    const values = {
      VENDRAIL_SECRET: 'canary-1',
      OPERATOR_TOKEN: 'canary-2',
      SEQR_SOAP_URL: 'canary-3',
      HTTPS_PORT: 'canary-4',
    };

    expect(faultsOf(values)).toHaveLength(4);
    expect(faultsOf(values).join()).not.toContain('canary');
  });

  it('does not start with certificate checks switched off', () => {
    expect(faultsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([
      expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED'),
    ]);
    expect(faultsOf({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });
});
