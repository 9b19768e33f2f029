import { randomBytes } from 'node:crypto';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

import { type Currency, isCurrency } from '#purchase/money.js';
import type { Principal } from '#seqr/principal.js';

import { PROFILES, type Profile } from './procedure/procedure.js';

const OPTIONS = {
  profile: { type: 'string' },
  company: { type: 'string' },
  product: { type: 'string' },
  'product-version': { type: 'string' },
  currency: { type: 'string' },
  'seqr-id': { type: 'string' },
  'unregister-as': { type: 'string' },
  'receipt-mime': { type: 'string' },
  scan: { type: 'string' },
  'scan-url': { type: 'string' },
  'scan-within': { type: 'string' },
  fast: { type: 'boolean' },
  'create-purchase-url': { type: 'string' },
  'machine-token': { type: 'string' },
  screenshots: { type: 'string' },
  'screenshots-from': { type: 'string' },
  out: { type: 'string' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

export const HELP = `npm run certify -- --profile pos|webshop|unattended [options]

Walks SEQR's certification procedure step by step and writes the report that is sent to SEQR before the meeting.
Without SEQR_SOAP_URL it rehearses against the project's own sandbox. docs/certification.md says how to prepare.

  --profile P               pos (nine tests), webshop (six) or unattended (nine, our own procedure)
  --company NAME            clientId of every request                        (CERTIFY_COMPANY; Vendrail)
  --product NAME            with the version, clientReference of every request (CERTIFY_PRODUCT; Vendrail)
  --product-version V       (CERTIFY_PRODUCT_VERSION; this project's version)
  --currency CUR            of the invoices                                  (CERTIFY_CURRENCY; EUR)
  --seqr-id ID              for the terminal's sticker, given by SEQR; pos needs it (CERTIFY_SEQR_ID)
  --unregister-as WHO       terminal or reseller: who removes the terminal    (terminal)
  --receipt-mime TYPE       mimeType of the receipt                          (Base64)
  --scan auto|person        who scans: a sandbox's payer, or a person with SEQR's app (auto with a sandbox)
  --scan-url URL            where the sandbox's payer is, for a sandbox elsewhere
  --scan-within SECONDS     how long a person is waited for                  (180)
  --fast                    shorten the waits of the procedure: for a trial only, the report says so
  --create-purchase-url URL unattended: call this createPurchase; without it, the samples of SEQR's pages are read
  --machine-token TOKEN     unattended: a free machine's token, for a createPurchase that succeeds
  --screenshots URL         take pictures of this running console (its URL with #token=…) for the report
  --screenshots-from DIR    take the pictures (PNG, JPEG) of this folder instead
  --out DIR                 where the report goes                  (certification/<profile>-<date and time>)
  --list                    print the procedure and end
  --help                    this text

From the environment and the file .env: SEQR_SOAP_URL, SEQR_ALLOW_PLAIN_HTTP, SEQR_RESELLER_ID, SEQR_RESELLER_USER_ID,
SEQR_RESELLER_PASSWORD; SEQR_TERMINAL_ID and SEQR_TERMINAL_PASSWORD when SEQR gave a terminal; CERTIFY_NOTIFICATION_URL (how SEQR
reaches this program, for unattended) and CERTIFY_NOTIFICATION_LISTEN (host:port where it listens; 127.0.0.1 and any
free port); CHROMIUM_PATH.

Exit code 0 when every test has passed and the report is complete, 1 otherwise.
`;

export interface Options {
  readonly profile: Profile;
  readonly company: string;
  readonly product: string;
  readonly productVersion: string;
  readonly clientReference: string;
  readonly currency: Currency;
  readonly seqrId: string;
  readonly unregisterAs: 'terminal' | 'reseller';
  readonly receiptMimeType: string;
  /** The service, when it is not the project's own sandbox. */
  readonly endpoint: string | undefined;
  readonly allowPlainHttp: boolean;
  readonly reseller: Principal;
  readonly terminal: Principal | undefined;
  readonly scan: 'auto' | 'person';
  readonly scanUrl: string | undefined;
  readonly scanWithinSeconds: number;
  readonly fast: boolean;
  readonly createPurchaseUrl: string | undefined;
  readonly machineToken: string | undefined;
  readonly notificationUrl: string | undefined;
  readonly notificationListen: { readonly host: string; readonly port: number };
  readonly screenshots: string | undefined;
  readonly screenshotsFrom: string | undefined;
  readonly chromiumPath: string | undefined;
  readonly out: string | undefined;
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'list'; readonly profile: Profile }
  | { readonly kind: 'walk'; readonly options: Options };

/** Says every fault at once; values are not repeated, they may be secrets. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  constructor(readonly faults: readonly string[]) {
    super(`the options have ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** SEQR API page: clientReference has at most 32 characters. */
const CLIENT_REFERENCE_MAX = 32;
/** SEQR_ID: letters and digits (code 53). */
const SEQR_ID = /^[A-Za-z0-9]{1,34}$/;

/** @throws OptionsError */
export function readCommand(args: readonly string[], environment: Environment, projectVersion: string): Command {
  const faults: string[] = [];
  const values = readArguments(args, faults);
  if (values.help === true) return { kind: 'help' };
  const given = (option: keyof typeof values, variable?: string): string | undefined => {
    const value = values[option] ?? (variable === undefined ? undefined : environment[variable]);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const oneOf = <T extends string>(option: keyof typeof values, words: readonly T[]): T | undefined => {
    const value = given(option);
    const word = words.find((one) => one === value);
    if (value !== undefined && word === undefined) faults.push(`--${option} must be ${words.join(' or ')}`);
    return word;
  };
  const url = (name: string, value: string | undefined, protocols = /^https?:$/): string | undefined => {
    if (value !== undefined && !protocols.test(URL.parse(value)?.protocol ?? ''))
      faults.push(`${name} must be an absolute URL`);
    return value;
  };

  const profile = oneOf('profile', PROFILES);
  if (given('profile') === undefined) faults.push(`--profile is missing: ${PROFILES.join(', ')}`);
  if (values.list === true && profile !== undefined && faults.length === 0) return { kind: 'list', profile };

  const endpoint = url('SEQR_SOAP_URL', text(environment, 'SEQR_SOAP_URL'));
  const company = given('company', 'CERTIFY_COMPANY') ?? 'Vendrail';
  const product = given('product', 'CERTIFY_PRODUCT') ?? 'Vendrail';
  const productVersion = given('product-version', 'CERTIFY_PRODUCT_VERSION') ?? projectVersion;
  const clientReference = `${product} ${productVersion}`;
  if (clientReference.length > CLIENT_REFERENCE_MAX)
    faults.push(
      `--product and --product-version are clientReference, which SEQR takes with ${CLIENT_REFERENCE_MAX} characters at most; together they have ${clientReference.length}`,
    );
  if (company.length > 64) faults.push('--company must have at most 64 characters');
  const currency = given('currency', 'CERTIFY_CURRENCY') ?? 'EUR';
  if (!isCurrency(currency)) faults.push('--currency must be a currency like EUR or SEK');
  const seqrId = given('seqr-id', 'CERTIFY_SEQR_ID');
  if (seqrId !== undefined && !SEQR_ID.test(seqrId)) faults.push('--seqr-id must be letters and digits');
  if (profile === 'pos' && endpoint !== undefined && seqrId === undefined)
    faults.push('--seqr-id is missing: SEQR gives it to you for the terminal’s sticker');
  const scanUrl = url('--scan-url', given('scan-url'));
  const scan =
    oneOf('scan', ['auto', 'person']) ?? (endpoint === undefined || scanUrl !== undefined ? 'auto' : 'person');
  if (scan === 'auto' && endpoint !== undefined && scanUrl === undefined)
    faults.push('--scan auto needs --scan-url: where the payer of that sandbox is');
  const scanWithinSeconds = Number(given('scan-within') ?? '180');
  if (!Number.isInteger(scanWithinSeconds) || scanWithinSeconds < 1 || scanWithinSeconds > 3_600)
    faults.push('--scan-within must be 1 to 3600 seconds');
  const createPurchaseUrl = url('--create-purchase-url', given('create-purchase-url'));
  if (createPurchaseUrl !== undefined && !URL.parse(createPurchaseUrl)?.pathname.endsWith('createPurchase'))
    faults.push('--create-purchase-url must have a path that ends in createPurchase');
  const machineToken = given('machine-token');
  if (machineToken !== undefined && createPurchaseUrl === undefined)
    faults.push('--machine-token goes with --create-purchase-url');
  if (given('screenshots') !== undefined && given('screenshots-from') !== undefined)
    faults.push('--screenshots and --screenshots-from exclude each other');

  const options = {
    company,
    product,
    productVersion,
    clientReference,
    seqrId: seqrId ?? `VENDRAIL${randomBytes(4).toString('hex').toUpperCase()}`,
    unregisterAs: oneOf('unregister-as', ['terminal', 'reseller']) ?? 'terminal',
    receiptMimeType: given('receipt-mime') ?? 'Base64',
    endpoint,
    allowPlainHttp: environment['SEQR_ALLOW_PLAIN_HTTP'] === 'true',
    reseller: readReseller(environment, endpoint !== undefined, faults),
    terminal: readTerminal(environment, faults),
    scan,
    scanUrl,
    scanWithinSeconds,
    fast: values.fast === true,
    createPurchaseUrl,
    machineToken,
    notificationUrl: url('CERTIFY_NOTIFICATION_URL', text(environment, 'CERTIFY_NOTIFICATION_URL'))?.replace(
      /\/+$/,
      '',
    ),
    notificationListen: readListen(text(environment, 'CERTIFY_NOTIFICATION_LISTEN'), faults),
    screenshots: url('--screenshots', given('screenshots')),
    screenshotsFrom: given('screenshots-from'),
    chromiumPath: text(environment, 'CHROMIUM_PATH'),
    out: given('out'),
  } as const;
  if (faults.length > 0 || profile === undefined || !isCurrency(currency)) throw new OptionsError(faults);
  return { kind: 'walk', options: { ...options, profile, currency } };
}

function readArguments(args: readonly string[], faults: string[]) {
  const known = Object.keys(OPTIONS);
  // Not strict, so that one mistake does not hide the others.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!known.includes(token.name)) faults.push(`${token.rawName} is no option`);
    else if (OPTIONS[token.name as keyof typeof OPTIONS].type === 'string' && token.value === undefined)
      faults.push(`${token.rawName} needs a value`);
  }
  if (positionals.length > 0) faults.push(`${positionals.length} word(s) belong to no option`);
  return values;
}

function text(environment: Environment, name: string): string | undefined {
  return environment[name] === '' ? undefined : environment[name];
}

/** The own sandbox lets anybody in whom it was told of; SEQR only whom it gave credentials. */
function readReseller(environment: Environment, isNeeded: boolean, faults: string[]): Principal {
  const password = text(environment, 'SEQR_RESELLER_PASSWORD');
  const id = text(environment, 'SEQR_RESELLER_ID');
  for (const [name, value] of Object.entries({ SEQR_RESELLER_ID: id, SEQR_RESELLER_PASSWORD: password })) {
    if (isNeeded && value === undefined)
      faults.push(`${name} is not set: SEQR_SOAP_URL needs the credentials that SEQR gave you`);
  }
  if (password !== undefined && password.length < 4)
    faults.push('SEQR_RESELLER_PASSWORD must have at least 4 characters: SEQR refuses shorter ones');
  return {
    type: 'RESELLERUSER',
    id: id ?? 'vendrail-demo',
    userId: text(environment, 'SEQR_RESELLER_USER_ID') ?? '9900',
    password: password ?? randomBytes(12).toString('base64url'),
  };
}

function readTerminal(environment: Environment, faults: string[]): Principal | undefined {
  const id = text(environment, 'SEQR_TERMINAL_ID');
  const password = text(environment, 'SEQR_TERMINAL_PASSWORD');
  if (id === undefined && password === undefined) return undefined;
  if (id !== undefined && password !== undefined) return { type: 'TERMINALID', id, password };
  faults.push('SEQR_TERMINAL_ID and SEQR_TERMINAL_PASSWORD go together');
  return undefined;
}

function readListen(value: string | undefined, faults: string[]): Options['notificationListen'] {
  const match = /^(.+):(\d{1,5})$/.exec(value ?? '127.0.0.1:0');
  if (!match || Number(match[2]) > 65_535) faults.push('CERTIFY_NOTIFICATION_LISTEN must be host:port');
  return { host: match?.[1] ?? '', port: Number(match?.[2] ?? 0) };
}
