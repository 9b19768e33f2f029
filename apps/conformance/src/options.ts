import { readFileSync } from 'node:fs';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

import { LINK_KEY_PATTERN } from '#machine-protocol/signature.js';
import { MACHINE_ID_PATTERN } from '#machine-protocol/topics.js';

import type { Good } from './kit/stand.js';
import { type Group, GROUPS } from './kit/trial.js';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OPTIONS = {
  machine: text,
  demo: flag,
  key: text,
  listen: text,
  'mqtt-url': text,
  'out-of-service': flag,
  'machine-url': text,
  person: flag,
  sells: text,
  currency: text,
  decimals: text,
  'restart-command': text,
  'power-cut-command': text,
  patience: text,
  only: text,
  out: text,
  list: flag,
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const HELP = `npm run conformance -- --machine ID --key HEX [options]
npm run conformance -- --demo

Plays the server for one machine that speaks the machine link (docs/machine-link.md), does everything to it that the rules
are about, happy and hostile, and writes a report. Nothing is sold and nobody is charged, but products do come out.

The machine must be out of service for the server meanwhile: take it out in the operator's console, and point it to this
kit's broker. What the kit acknowledges, no server gets, so a machine that has something to report is not tried, and the
server will open a case about the numbers that it missed: use a machine of your own, or clear its journal afterwards.

  --machine ID           the machine's id
  --demo                 instead: our own bridge with a simulated machine, all by itself
  --key HEX              the machine's key, 64 hexadecimal digits      (CONFORMANCE_KEY)
  --listen HOST:PORT     where this kit's broker listens, without TLS  (127.0.0.1:1884)
  --mqtt-url URL         use this broker instead (CONFORMANCE_MQTT_USERNAME, CONFORMANCE_MQTT_PASSWORD, CONFORMANCE_MQTT_CA_FILE);
                         what only a broker can see and do is then not run
  --out-of-service       goes with --mqtt-url: says that the server does not talk to this machine now
  --machine-url URL      a simulated machine (http://127.0.0.1:8091/machines/NAME): its buttons are pressed there
  --person               ask the person on this terminal to do what has to be done at the machine
  --sells N=PRICE,…      three products of the machine, prices in smallest units: 11=180,12=190,13=220
  --currency LETTERS     of the machine  (EUR, or what --machine-url says)
  --decimals N           of the currency (2)
  --restart-command CMD  starts the machine's software anew, in an orderly way
  --power-cut-command CMD  takes its power away and gives it back
  --patience SECONDS     how long an answer is waited for              (10; 60 with --person)
  --only GROUP,…         ${GROUPS.join(', ')}
  --out DIR              where the report goes                         (conformance/<machine>-<date and time>)
  --list                 print all checks and end
  --help                 this text

Exit code 0 when every check has passed; a check that was not run has not passed.
`;

export interface Options {
  /** Undefined for the demonstration. */
  readonly machine: { readonly id: string; readonly key: string } | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  readonly mqttUrl: string | undefined;
  readonly mqttUsername: string | undefined;
  readonly mqttPassword: string | undefined;
  readonly mqttCa: string | undefined;
  readonly machineUrl: string | undefined;
  readonly person: boolean;
  readonly sells: readonly Good[] | undefined;
  readonly currency: string | undefined;
  readonly decimals: number | undefined;
  readonly restartCommand: string | undefined;
  readonly powerCutCommand: string | undefined;
  readonly patienceMs: number;
  readonly only: readonly Group[];
  readonly out: string | undefined;
}

export type Command =
  { readonly kind: 'help' } | { readonly kind: 'list' } | { readonly kind: 'try'; readonly options: Options };

/** Says every fault at once; values are not repeated, one is a key. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  constructor(readonly faults: readonly string[]) {
    super(`the options have ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws OptionsError */
export function readCommand(args: readonly string[], environment: Environment): Command {
  const values = readArguments(args);
  if (values.help === true) return { kind: 'help' };
  if (values.list === true) return { kind: 'list' };
  const faults: string[] = [];
  const isDemo = values.demo === true;
  const key = values.key ?? environment['CONFORMANCE_KEY'] ?? '';
  const id = values.machine ?? '';
  if (isDemo === (values.machine !== undefined)) faults.push('say either --machine ID or --demo');
  if (!isDemo) {
    if (!MACHINE_ID_PATTERN.test(id)) faults.push('--machine must be letters, digits, "-" and "_", at most 64');
    if (!LINK_KEY_PATTERN.test(key)) faults.push('--key must be 64 hexadecimal digits');
    if (values['mqtt-url'] !== undefined && values['out-of-service'] !== true)
      faults.push('--mqtt-url needs --out-of-service: the server must not talk to this machine meanwhile');
    if (values['machine-url'] === undefined && values.sells === undefined)
      faults.push('--sells is missing: three products of the machine with their prices');
  }
  const options: Options = {
    machine: isDemo ? undefined : { id, key },
    listen: readListen(values.listen ?? (isDemo ? '127.0.0.1:0' : '127.0.0.1:1884'), faults),
    mqttUrl: values['mqtt-url'],
    mqttUsername: environment['CONFORMANCE_MQTT_USERNAME'],
    mqttPassword: environment['CONFORMANCE_MQTT_PASSWORD'],
    mqttCa: readCa(environment['CONFORMANCE_MQTT_CA_FILE'], faults),
    machineUrl: values['machine-url'],
    person: values.person === true,
    sells: values.sells === undefined ? undefined : readGoods(values.sells, faults),
    currency: values.currency,
    decimals: values.decimals === undefined ? undefined : readNumber('--decimals', values.decimals, 0, 3, faults),
    restartCommand: values['restart-command'],
    powerCutCommand: values['power-cut-command'],
    patienceMs:
      1_000 * readNumber('--patience', values.patience ?? (values.person === true ? '60' : '10'), 1, 600, faults),
    only: readGroups(values.only, faults),
    out: values.out,
  };
  if (options.currency !== undefined && !/^[A-Z]{3}$/.test(options.currency))
    faults.push('--currency must be like EUR');
  if (faults.length > 0) throw new OptionsError(faults);
  return { kind: 'try', options };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new OptionsError([error instanceof Error ? error.message : String(error)]);
  }
}

function readNumber(name: string, value: string, from: number, to: number, faults: string[]): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < from || number > to) faults.push(`${name} must be ${from} to ${to}`);
  return number;
}

function readListen(value: string, faults: string[]): { host: string; port: number } {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(value) ?? [];
  if (host === '') faults.push('--listen must be HOST:PORT');
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: readNumber('the port of --listen', port || '0', 0, 65_535, faults),
  };
}

function readCa(file: string | undefined, faults: string[]): string | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    faults.push('CONFORMANCE_MQTT_CA_FILE cannot be read');
    return undefined;
  }
}

function readGoods(value: string, faults: string[]): Good[] {
  const goods = value.split(',').map((entry) => /^(\d{1,5})=(\d{1,8})$/.exec(entry.trim()));
  const read = goods.flatMap((match) =>
    match === null ? [] : [{ selection: Number(match[1]), priceMinor: Number(match[2]) }],
  );
  if (read.length !== goods.length) faults.push('--sells must be like 11=180,12=190,13=220');
  if (new Set(read.map(({ selection }) => selection)).size < 3)
    faults.push('--sells must name three different products');
  return read;
}

function readGroups(value: string | undefined, faults: string[]): readonly Group[] {
  if (value === undefined) return GROUPS;
  const named = value.split(',').map((name) => name.trim());
  const groups = GROUPS.filter((group) => named.includes(group));
  if (groups.length !== named.length) faults.push(`--only knows ${GROUPS.join(', ')}`);
  return groups;
}
