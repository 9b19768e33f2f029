import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import type { Principal } from '#seqr/principal.js';
import { SeqrClient } from '#seqr/client.js';
import { startSandbox } from '#seqr-sandbox/sandbox.js';

import { EndpointProbe, samplesProbe } from './edges/create-purchase-probes.js';
import { noNotifications, NotificationListener } from './edges/notification-listener.js';
import { PersonScanner, SandboxScanner } from './edges/scanners.js';
import { fullWait, MovedClock, shortWait, timeWith } from './edges/times.js';
import type { Options } from './options.js';
import type { Settings } from './procedure/facts.js';
import { PROCEDURES } from './procedure/procedures.js';
import { NoBrowserError } from './report/browser.js';
import { picturesOf, picturesOfConsole, picturesOfSandbox } from './report/pictures.js';
import type { Picture, Report } from './report/report.js';
import type { Exchange, RunRecord } from './walk/record.js';
import type { Progress, Scanner, Time } from './walk/surroundings.js';
import { walk } from './walk/walk.js';

type Say = (text: string) => void;

/** Where SEQR's service is, how its payer is reached, and how the procedure's waits pass there. */
interface Place {
  readonly endpoint: string;
  readonly rehearsal: string | undefined;
  readonly scanner: Scanner;
  readonly scanning: string;
  readonly time: Time;
  readonly remarks: readonly string[];
  /** Pictures of what SEQR has of this run, where its book can be looked into. */
  picturesAfter?(): Promise<Picture[]>;
  close(): Promise<void>;
}

/** Walks the procedure that the options name. @returns what the report is to say; `pictureFault` when its pictures failed */
export async function certify(
  options: Options,
  projectFolder: string,
  say: Say,
): Promise<{ report: Report; pictureFault: string | undefined }> {
  const procedure = PROCEDURES[options.profile];
  const { pictures, fault: pictureFault } = await takePictures(options, projectFolder);
  const closers: (() => Promise<void>)[] = [];
  try {
    const place = await openPlace(options, say);
    closers.push(() => place.close());
    const notifications = options.profile === 'unattended' ? await listen(options, place) : noNotifications;
    closers.push(() => notifications.close());
    const settings = settingsOf(options, notifications.base);
    const exchanges: Exchange[] = [];
    const seqr = await SeqrClient.create({
      endpoint: place.endpoint,
      allowPlainHttp: options.allowPlainHttp,
      principal: settings.payee,
      clientId: settings.clientId,
      // Production makes a new one for every call; the certification papers want the product's name here.
      newReference: () => settings.clientReference,
      onExchange: (exchange) => void exchanges.push(exchange),
    });
    closers.push(() => seqr.close());
    say(`${procedure.title}: ${procedure.tests.length} tests at ${place.endpoint}`);
    if (place.rehearsal !== undefined) say(place.rehearsal);
    const { createPurchaseUrl, machineToken } = options;
    const run = await walk(procedure, settings, seqr, {
      scanner: place.scanner,
      time: place.time,
      notifications,
      createPurchase:
        createPurchaseUrl === undefined ? samplesProbe : new EndpointProbe(createPurchaseUrl, machineToken),
      takeExchanges: () => exchanges.splice(0),
      tell: (progress) => tell(progress, say),
    });
    const taken = [...((await place.picturesAfter?.()) ?? []), ...pictures];
    return { report: reportOf(run, options, settings, place, taken), pictureFault };
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

function listen({ notificationListen, notificationUrl }: Options, { endpoint }: Place): Promise<NotificationListener> {
  return NotificationListener.start({
    ...notificationListen,
    publicUrl: notificationUrl,
    isSeqrHere: isLoopback(endpoint),
  });
}

async function openPlace(options: Options, say: Say): Promise<Place> {
  const { endpoint, reseller, terminal, scanUrl } = options;
  const person = {
    scanner: new PersonScanner(say),
    scanning: 'The payer’s part was done by a person with SEQR’s app.',
  };
  const sandboxPayer = (url: string) => ({
    scanner: new SandboxScanner(url),
    scanning: 'The payer’s part was done by a sandbox’s payer, without a phone.',
  });
  if (endpoint !== undefined) {
    return {
      endpoint,
      rehearsal: isLoopback(endpoint)
        ? 'This endpoint is on the computer that ran the tests: it is not SEQR’s.'
        : undefined,
      ...(options.scan === 'auto' && scanUrl !== undefined ? sandboxPayer(scanUrl) : person),
      time: timeWith(options.fast ? shortWait : fullWait),
      remarks: options.fast
        ? ['The waits of the procedure were shortened (--fast): this run is a trial, not a certification.']
        : [],
      close: () => Promise.resolve(),
    };
  }
  if (reseller.type !== 'RESELLERUSER') throw new Error('the sandbox needs a reseller’s user');
  const clock = new MovedClock();
  const terminals = terminal ? [{ id: terminal.id, password: terminal.password }] : [];
  const sandbox = await startSandbox({ port: 0, resellers: [reseller], terminals, clock });
  return {
    endpoint: sandbox.soapUrl,
    rehearsal:
      'SEQR is Vendrail’s own sandbox here, started for this run. It is not SEQR and has never been compared with it.',
    ...(options.scan === 'auto' ? sandboxPayer(sandbox.url) : person),
    time: timeWith(clock.wait),
    remarks: ['The waits of the procedure were not sat out: the sandbox’s clock was put ahead by as much.'],
    // Without a browser the report has no PDF either, and says so.
    picturesAfter: () =>
      picturesOfSandbox(sandbox.url, options.chromiumPath).catch((error: unknown) => {
        if (error instanceof NoBrowserError) return [];
        throw error;
      }),
    close: () => sandbox.stop(),
  };
}

function settingsOf(options: Options, notificationBase: string): Settings {
  const runId = `CERT-${new Date().toISOString().replaceAll(/\D/g, '').slice(2, 14)}`;
  return {
    clientId: options.company,
    clientReference: options.clientReference,
    currency: options.currency,
    reseller: options.reseller,
    payee: options.terminal ?? options.reseller,
    unregisterAs: options.unregisterAs,
    externalTerminalId: `${runId}-1`,
    terminalName: `${options.product} certification`,
    terminalPassword: randomBytes(12).toString('base64url'),
    seqrId: options.seqrId,
    receiptMimeType: options.receiptMimeType,
    notificationBase,
    runId,
    scanWithinSeconds: options.scanWithinSeconds,
  };
}

/** The pictures are taken first: a wrong folder or console is better known before a person has scanned six times. */
async function takePictures(options: Options, projectFolder: string): Promise<{ pictures: Picture[]; fault?: string }> {
  const { screenshots, screenshotsFrom, chromiumPath } = options;
  if (screenshotsFrom !== undefined) return { pictures: await picturesOf(screenshotsFrom, 'Given by the integrator') };
  if (screenshots === undefined) {
    const origin = 'From the project’s documents, taken of its demonstration; not of this run';
    return { pictures: await picturesOf(join(projectFolder, 'docs', 'images'), origin, /^console-/) };
  }
  try {
    return { pictures: await picturesOfConsole(screenshots, chromiumPath) };
  } catch (error) {
    const reason =
      error instanceof NoBrowserError ? error.message : 'the console did not show its pages; is the token right?';
    return { pictures: [], fault: `no pictures were taken: ${reason}` };
  }
}

function reportOf(
  run: RunRecord,
  options: Options,
  settings: Settings,
  place: Place,
  pictures: readonly Picture[],
): Report {
  const { company, product, productVersion, clientReference, receiptMimeType } = options;
  return {
    run,
    company,
    product,
    productVersion,
    clientReference,
    endpoint: place.endpoint,
    rehearsal: place.rehearsal,
    principals: principalsOf(options, settings),
    scanning: place.scanning,
    remarks: [
      ...place.remarks,
      `Receipts were sent with the mimeType ${receiptMimeType}. The servers of this product send text/html; SEQR’s paper prefers Base64.`,
    ],
    pictures,
    secrets: [settings.reseller, settings.payee].map(({ password }) => password).concat(settings.terminalPassword),
  };
}

function principalsOf({ profile }: Options, { reseller, payee, externalTerminalId, seqrId }: Settings): string[] {
  const named = (principal: Principal) =>
    principal.type === 'RESELLERUSER'
      ? `RESELLERUSER ${principal.id}, user ${principal.userId}`
      : `TERMINALID ${principal.id}`;
  const calls =
    profile === 'pos'
      ? `Invoices are sent by the terminal that test 1 registers as “${externalTerminalId}”: a name that is new with every run, so it was not registered before. Its sticker has the SEQR ID ${seqrId}.`
      : `Invoices are sent by ${named(payee)}.`;
  return [`Provisioning and reports: ${named(reseller)}.`, calls];
}

function isLoopback(endpoint: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(endpoint).hostname);
}

const MARKS = { passed: '✓', failed: '✗', 'not-run': '–' } as const;

function tell(progress: Progress, say: Say): void {
  if (progress.kind === 'test') return say(`\n${progress.number}. ${progress.title}`);
  say(`   ${MARKS[progress.result]} ${progress.title}`);
  for (const fault of progress.faults) say(`       ${fault}`);
}
