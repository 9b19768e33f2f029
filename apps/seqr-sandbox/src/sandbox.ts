import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { InvoiceBook } from './book.js';
import type { BookRules } from './book-rules.js';
import { systemClock, type Clock } from './clock.js';
import { ControlApi } from './control-api.js';
import type { SandboxMachine } from './control-routes.js';
import { Faults } from './faults.js';
import { sendJson } from './http.js';
import { Journal } from './journal.js';
import { Notifier } from './notifier.js';
import { Outgoing } from './outgoing.js';
import { Pauses } from './pauses.js';
import { Payer } from './payer.js';
import { PhonePage } from './phone-page.js';
import type { Bank } from './operations/parts.js';
import { Principals } from './principals.js';
import { Resellers, type ResellerCredentials } from './resellers.js';
import { ClientSessions } from './sessions.js';
import { SESSION_PATH, SOAP_PATH, SoapService } from './soap-service.js';
import { Terminals, type TerminalCredentials } from './terminals.js';

export interface SandboxOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Loopback by default: the control interface asks nobody who he is. */
  readonly host?: string;
  readonly resellers: readonly ResellerCredentials[];
  readonly terminals?: readonly TerminalCredentials[];
  /** What the phone offers to scan. */
  readonly machines?: readonly SandboxMachine[];
  /** May be set later: `payer.createPurchaseUrl`. */
  readonly createPurchaseUrl?: string;
  /** Where SEQR's documents are silent, or a test wants other times. */
  readonly rules?: Partial<BookRules>;
  /** The certificate to trust when calling the reseller; without it none is checked. */
  readonly caFile?: string;
  readonly clock?: Clock;
  readonly log?: (line: string) => void;
}

export interface RunningSandbox {
  /** The phone, and the control interface below /sandbox/. */
  readonly url: string;
  readonly soapUrl: string;
  readonly book: InvoiceBook;
  readonly resellers: Resellers;
  readonly terminals: Terminals;
  /** Of the app with shops' pages, for getClientSessionInfo at `sessionUrl`. */
  readonly sessions: ClientSessions;
  readonly sessionUrl: string;
  /** `isDown` makes every operation end with 94 SERVICE_UNAVAILABLE. */
  readonly bank: Bank;
  readonly payer: Payer;
  readonly faults: Faults;
  readonly journal: Journal;
  /** Resolves when no notification is under way any more. */
  notified(): Promise<void>;
  /** Closes every socket and every timer. */
  stop(): Promise<void>;
}

/** Time a client may take to send a request. A caller that needs longer is broken, and one more socket is held. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Starts the sandbox and resolves when it listens. @throws Error when the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { clock = systemClock, resellers, host = '127.0.0.1' } = options;
  const log = options.log ?? (() => undefined);
  const journal = new Journal(clock, log);
  const faults = new Faults();
  const pauses = new Pauses(clock);
  const outgoing = await Outgoing.open(clock, options.caFile);
  const book = new InvoiceBook(clock, options.rules, (invoice) => notifier.notify(invoice));
  const notifier = new Notifier({ book, faults, outgoing, pauses });
  const bank: Bank = { isDown: false };
  const payer = new Payer({ bank, book, faults, journal, outgoing, pauses, merchants: resellers.map(({ id }) => id) });
  payer.createPurchaseUrl = options.createPurchaseUrl;
  const shops = new Resellers(resellers);
  const terminals = new Terminals(clock, options.terminals ?? [], resellers[0]?.id ?? '');
  const principals = new Principals(shops, terminals);
  const sessions = new ClientSessions(clock);
  const soapParts = { book, principals, bank, sessions, faults, journal, clock };
  // Where each service answers, and where its WSDL's include leads, which is relative to that.
  const services = [
    { path: SOAP_PATH, xsdPath: `${SOAP_PATH}.xsd`, service: await SoapService.load(soapParts, 'cashregister-2') },
    {
      path: SESSION_PATH,
      xsdPath: '/soap/merchant/client-session-info.xsd',
      service: await SoapService.load(soapParts, 'client-session-info'),
    },
  ];
  const control = new ControlApi({
    book,
    payer,
    faults,
    journal,
    bank,
    terminals,
    sessions,
    resellers: shops,
    machines: options.machines ?? [],
  });
  const page = await PhonePage.load();

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const route = async () => {
      const { pathname, search } = new URL(request.url ?? '/', url);
      if (pathname.startsWith('/sandbox/')) await control.handle(request, response, pathname);
      else if (await soap(request, response, pathname, search)) return;
      else if (request.method !== 'GET' || !page.send(response, pathname)) notFound(response);
    };
    route().catch((error: unknown) => failed(request, response, error, log));
  });
  const soap = async (request: IncomingMessage, response: ServerResponse, pathname: string, search: string) => {
    const found = services.find(({ path, xsdPath }) => pathname === path || pathname === xsdPath);
    if (!found) return false;
    const { service, path, xsdPath } = found;
    if (request.method === 'POST' && pathname === path) await service.handle(request, response);
    else if (request.method === 'GET' && pathname === path && search === '?wsdl')
      service.sendWsdl(response, url + path);
    else if (request.method === 'GET' && pathname === xsdPath) service.sendXsd(response);
    else return false;
    return true;
  };
  const url = await listen(server, options.port, host);
  const soapUrl = url + SOAP_PATH;
  return {
    url,
    soapUrl,
    book,
    resellers: shops,
    terminals,
    sessions,
    sessionUrl: url + SESSION_PATH,
    bank,
    payer,
    faults,
    journal,
    notified: () => notifier.settled(),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([notifier.stop(), outgoing.close(), closed]);
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  const { port: chosen, address, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${chosen}`;
}

function notFound(response: ServerResponse): void {
  sendJson(response, 404, { code: 'NOT_FOUND', message: 'the sandbox has nothing at this path' });
}

/** A caller that hung up is no news; anything else is a mistake of the sandbox, and says so. */
function failed(request: IncomingMessage, response: ServerResponse, error: unknown, log: (line: string) => void): void {
  if (request.destroyed && !request.complete) return;
  log(`the sandbox failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  sendJson(response, 500, { code: 'SANDBOX_FAILED', message: 'the sandbox made a mistake, see its log' });
}
