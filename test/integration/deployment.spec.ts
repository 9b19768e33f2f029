import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parse } from 'yaml';

import { readConfig } from '#bridge/config.js';
import { demoMachine } from '#local/demo-machine.js';
import { topicOf } from '#machine-protocol/topics.js';
import { Configuration, readConfiguration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import { TRANSITIONS } from '#purchase/reserve-first/transitions-allowed.js';
import { SOAP_PATH } from '#seqr-sandbox/soap-service.js';

import { newDatabase } from '../support/database.js';

const root = join(__dirname, '..', '..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<'demo-slots', { readonly content: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(textOf('docker-compose.yml'), { merge: true }) as Compose;
const dockerfile = textOf('Dockerfile');
const example = textOf('.env.example');
const broker = textOf('deploy/mosquitto/mosquitto.conf');

/** Long enough to be a secret; hexadecimal, as the documents ask for. */
const MADE_SECRET = '0123456789abcdef'.repeat(3);

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

/** `${NAME:-default}` becomes the default, `${NAME:?complaint}` a secret, as for a person who set only what must be. */
function interpolate(text: string): string {
  return text.replaceAll(/\$\{\w+(?::([-?])([^}]*))?\}/g, (_, operator: string | undefined, rest: string) => {
    if (operator === undefined) throw new Error(`a variable without a default: ${text}`);
    return operator === '-' ? rest : MADE_SECRET;
  });
}

function environmentOf(name: string): Record<string, string> {
  const entries = Object.entries(service(name).environment ?? {});
  return Object.fromEntries(entries.map(([variable, value]) => [variable, interpolate(value)]));
}

/** Variables of .env.example with what stands behind the equals sign. */
function exampleVariables(): ReadonlyMap<string, string> {
  const lines = example.matchAll(/^# ([A-Z][A-Z0-9_]+)=(.*)$/gm);
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]));
}

describe('the image', () => {
  it('is made from files that exist', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );

    expect(copied).toContain('package-lock.json');
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('builds with a command that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const commands = [...dockerfile.matchAll(/npm run (\S+)/g)].map(([, name = '']) => name);

    expect(commands).toEqual(['build']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(commands));
  });

  it('runs Node as everything else does', () => {
    const [, inImage = ''] = /^ENV NODE_OPTIONS="(.+)"$/m.exec(dockerfile) ?? [];
    const [, here = ''] = /^export const nodeOptions = \[(.+)\];$/m.exec(textOf('scripts/install.mjs')) ?? [];

    expect(inImage.split(' ')).toEqual(here.split(', ').map((option) => option.slice(1, -1)));
  });

  it('runs nobody’s programs as root', () => {
    expect(dockerfile.slice(dockerfile.lastIndexOf('FROM'))).toMatch(/^USER node$/m);
  });

  it('is never built from secrets or from packages of this computer', () => {
    expect(textOf('.dockerignore').split('\n')).toEqual(
      expect.arrayContaining(['**/node_modules', '.env', '.vendrail']),
    );
  });
});

describe('docker-compose.yml', () => {
  it('starts programs that are built from this source', () => {
    const commands = Object.values(compose.services).flatMap(({ command }) => command ?? []);
    const programs = [...`${commands.join('\n')}\n${dockerfile}`.matchAll(/dist\/(\S+?)\.js\b/g)].map(
      ([, path]) => path,
    );

    expect(new Set(programs).size).toBeGreaterThan(5);
    expect(programs.filter((path) => !existsSync(join(root, `${path}.ts`)))).toEqual([]);
  });

  it.each(['reseller-api', 'machine-gateway'])(
    'configures %s without a fault, and with nothing it does not know',
    (name) => {
      const environment = environmentOf(name);

      expect(() => readConfiguration(environment)).not.toThrow();
      const optional = { SEQR_MERCHANT_ID: 'm', SEQR_ID_PREFIX: 'p', OPERATOR_CONTACT: 'c', MQTT_SHARED_GROUP: 'g' };
      const known = Object.keys(readConfiguration({ ...environment, ...optional }));
      expect(Object.keys(environment).filter((variable) => !known.includes(variable))).toEqual([]);
    },
  );

  it('configures the bridge without a fault, for the machine that its neighbour simulates', () => {
    const environment = environmentOf('demo-machine');
    const { VENDRAIL_CREDENTIALS_FILE: file, ...rest } = environment;
    const bridge = readConfig(undefined, { ...rest, VENDRAIL_LINK_KEY: 'ab'.repeat(32) });

    expect(service('seed').command).toContain(file);

    expect(bridge).toMatchObject({
      machineId: environment['SIMULATED_MACHINE_NAME'],
      serialPath: environment['SIMULATED_MACHINE_LINK'],
      currency: environment['SIMULATED_MACHINE_CURRENCY'],
    });
  });

  it('names only variables that the sandbox and the simulated machine read', () => {
    const sources = textOf('apps/seqr-sandbox/src/main.ts') + textOf('apps/simulated-machine/src/main.ts');
    const variables = ['seqr-sandbox', 'demo-machine'].flatMap((name) => Object.keys(environmentOf(name)));

    const unknown = variables.filter((name) => !name.startsWith('VENDRAIL_') && !sources.includes(name));
    expect(unknown).toEqual([]);
  });

  it('joins the parts by host names and ports that are there', () => {
    const api = environmentOf('reseller-api');
    const sandbox = environmentOf('seqr-sandbox');

    expect(api['SEQR_SOAP_URL']).toBe(`http://seqr-sandbox:${sandbox['SANDBOX_PORT']}${SOAP_PATH}`);
    expect(sandbox['CREATE_PURCHASE_URL']).toBe(`${api['PUBLIC_BASE_URL']}/seqr/createPurchase`);
    expect(api['PUBLIC_BASE_URL']).toBe(`https://reseller-api:${api['HTTPS_PORT']}`);
    expect(broker).toMatch(/^listener 1883$/m);
    expect(broker).toMatch(/^listener 1884$/m);
    expect([api['MQTT_URL'], environmentOf('demo-machine')['VENDRAIL_MQTT_URL']]).toEqual([
      'mqtt://mosquitto:1883',
      'mqtt://mosquitto:1884',
    ]);
    expect(dockerfile).toContain(`EXPOSE ${api['HTTPS_PORT']}`);
    expect(broker).toMatch(/^listener 8883$/m);
    const reached = { 'reseller-api': ['8443'], 'seqr-sandbox': ['8090'], mosquitto: ['1884', '8883'] };
    for (const [name, ports] of Object.entries(reached)) {
      expect(service(name).ports?.map((mapping) => interpolate(mapping).split(':').at(-1))).toEqual(ports);
    }
  });

  it('lets nobody but this computer reach what asks nobody who he is, or has no TLS', () => {
    const open = ['seqr-sandbox', 'mosquitto'].flatMap((name) => service(name).ports ?? []);
    expect(open.filter((mapping) => !mapping.startsWith('127.0.0.1:'))).toEqual(['${MQTTS_PORT:-8883}:8883']);
  });

  it('waits for services, and mounts volumes and folders, that exist', () => {
    for (const { depends_on: needs = {}, volumes = [] } of Object.values(compose.services)) {
      expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(Object.keys(needs)));
      for (const mount of volumes) {
        const [source = ''] = interpolate(mount).split(':');
        expect(source.startsWith('.') ? existsSync(join(root, source)) : source in compose.volumes).toBe(true);
      }
    }
  });

  it('fills the demo machine with what the seeded one sells, at its prices', async () => {
    const database = await Database.connect(await newDatabase(), 'test');
    const machine = await demoMachine(database);
    await database.close();

    expect(machine.name).toBe(environmentOf('demo-machine')['VENDRAIL_MACHINE_ID']);
    expect(JSON.parse(compose.configs['demo-slots'].content)).toEqual(machine.slots);
  });
});

describe('the rules of the broker', () => {
  const rules = textOf('deploy/mosquitto/acl.conf').match(/^(user|topic|pattern) .+$/gm);
  const ofEach = (channel: 'presence' | 'event' | 'command' | 'ack', id: string) =>
    topicOf('machine', channel).replace('/machine/', `/${id}/`);

  it('give a machine its own four topics and no others', () => {
    expect(rules?.filter((rule) => rule.startsWith('pattern'))).toEqual([
      `pattern write ${ofEach('presence', '%u')}`,
      `pattern write ${ofEach('event', '%u')}`,
      `pattern read ${ofEach('command', '%u')}`,
      `pattern read ${ofEach('ack', '%u')}`,
    ]);
  });

  it('give the servers the other end of each, under the name they use', () => {
    const user = environmentOf('reseller-api')['MQTT_USERNAME'];

    expect(rules?.filter((rule) => !rule.startsWith('pattern'))).toEqual([
      `user ${user}`,
      `topic read ${ofEach('presence', '+')}`,
      `topic read ${ofEach('event', '+')}`,
      `topic write ${ofEach('command', '+')}`,
      `topic write ${ofEach('ack', '+')}`,
      'topic readwrite vendrail/v1/changes',
    ]);
  });

  it('let nobody in without a password, at any door', () => {
    expect(broker.match(/^listener /gm)).toHaveLength(3);
    expect(broker.match(/^allow_anonymous false$/gm)).toHaveLength(3);
  });
});

describe('.env.example', () => {
  const variables = exampleVariables();

  it('explains every variable of the servers, with its default', () => {
    for (const [name, byDefault] of Object.entries(new Configuration())) {
      if (byDefault !== undefined) expect([name, variables.get(name)]).toEqual([name, String(byDefault)]);
    }
    const needed = Object.keys(environmentOf('reseller-api'));
    expect(needed.filter((name) => !variables.has(name))).toEqual([]);
  });

  it('explains every variable that a program reads by name', () => {
    const programs = [
      'apps/local/src/environment.ts',
      'apps/seqr-sandbox/src/main.ts',
      'apps/simulated-machine/src/main.ts',
      'firmware-bridge/src/config.ts',
    ];
    const sources = programs.map(textOf).join('\n');
    const read = [
      ...sources.matchAll(/\b(?:port\(|given\(|env\[)'([A-Z_]+)'/g),
      ...sources.matchAll(/\b((?:SIMULATED_MACHINE|VENDRAIL)_[A-Z_]+)\b/g),
    ].map(([, name = '']) => name);

    expect(read.length).toBeGreaterThan(25);
    expect([...new Set(read)].filter((name) => !variables.has(name))).toEqual([]);
  });

  it('explains every variable that docker-compose.yml leaves to the operator', () => {
    const left = [...textOf('docker-compose.yml').matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = '']) => name);

    expect([...new Set(left)].filter((name) => !variables.has(name))).toEqual([]);
  });

  it('sets nothing by itself', () => {
    expect(example.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});

describe('the documents', () => {
  const adrs = readdirSync(join(root, 'docs', 'adr')).map((name) => `docs/adr/${name}`);
  const documents = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/troubleshooting.md',
    ...adrs,
  ];

  it.each(documents)('%s points only to files that exist', (document) => {
    const links = [...textOf(document).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, path = '']) => path);

    expect(links.filter((path) => !existsSync(join(root, dirname(document), path)))).toEqual([]);
  });

  it.each(documents)('%s names only commands that package.json has', (document) => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const commands = [...textOf(document).matchAll(/npm run ([a-z:-]+[a-z])(?! -w)\b/g)].map(([, name = '']) => name);

    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('ARCHITECTURE.md draws the lifecycle as it is', () => {
    const picture = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(textOf('ARCHITECTURE.md'))?.[1] ?? '';
    const drawn = [...picture.matchAll(/^ {2}(\w+) --> (\w+) :/gm)].map(([, from, to]) => `${from} → ${to}`);
    const allowed = Object.entries(TRANSITIONS).flatMap(([from, states]) => states.map((to) => `${from} → ${to}`));

    expect(drawn.toSorted()).toEqual(allowed.toSorted());
  });
});
