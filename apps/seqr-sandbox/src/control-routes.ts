import type { IncomingMessage } from 'node:http';

import type { InvoiceBook } from './book.js';
import { INPUT, readInput, withoutUndefined } from './control-input.js';
import { faultInput } from './fault-input.js';
import { describeKinds } from './fault-kinds.js';
import type { Faults } from './faults.js';
import { HttpError } from './http.js';
import type { Journal } from './journal.js';
import type { Bank } from './operations/parts.js';
import type { Payer } from './payer.js';
import { invoiceOfQr } from './qr-text.js';
import type { Resellers } from './resellers.js';
import type { ClientSessions } from './sessions.js';
import type { Terminals } from './terminals.js';
import { callView, creditView, invoiceView, periodView, refundViews, summaryView, terminalView } from './views.js';

export interface SandboxMachine {
  readonly token: string;
  readonly name: string;
  readonly qrText: string;
}

export interface ControlParts {
  readonly bank: Bank;
  readonly terminals: Terminals;
  readonly sessions: ClientSessions;
  readonly resellers: Resellers;
  readonly book: InvoiceBook;
  readonly payer: Payer;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly machines: readonly SandboxMachine[];
}

/** The id is what stands in the path's only variable place. */
type Handler = (request: IncomingMessage, id: string) => unknown;

export type Route = readonly [method: string, path: RegExp, handler: Handler];

/** A page of the newest: whoever needs more asks for one invoice. */
const SHOWN = 200;
/** What the page shows of them: it asks for all once a second. */
const INVOICES_ON_PAGE = 50;
const CALLS_SHOWN = 40;

export function controlRoutes(parts: ControlParts): readonly Route[] {
  return [
    ...payerRoutes(parts),
    ...sessionRoutes(parts),
    ...bookRoutes(parts),
    ...seqrRoutes(parts),
    ...faultRoutes(parts),
  ];
}

/** What a payer does. Each answers with the invoice as it then is. */
function payerRoutes({ book, payer, terminals, machines }: ControlParts): readonly Route[] {
  const viewAfter = (reference: string, act: unknown) => {
    void act;
    return viewOf(book, reference);
  };
  return [
    ['GET', /^machines$/, () => ({ machines })],
    ['POST', /^scan$/, async (request) => payer.scan(await readInput(request, INPUT.scan))],
    [
      'POST',
      /^open$/,
      async (request) => {
        const { qrText, cards } = await readInput(request, INPUT.openByQr);
        const reference = invoiceOfQr(qrText, book, terminals);
        return viewAfter(reference, book.open(reference, cards));
      },
    ],
    [
      'POST',
      /^invoices\/(\d{1,40})\/open$/,
      async (request, id) => viewAfter(id, book.open(id, (await readInput(request, INPUT.open)).cards)),
    ],
    ['POST', /^invoices\/(\d{1,40})\/put-away$/, (_, id) => viewAfter(id, book.putAway(id))],
    [
      'POST',
      /^invoices\/(\d{1,40})\/confirm$/,
      async (request, id) => viewAfter(id, payer.confirm(id, (await readInput(request, INPUT.confirm)).pin)),
    ],
    ['POST', /^invoices\/(\d{1,40})\/decline$/, (_, id) => viewAfter(id, payer.decline(id))],
    [
      'PUT',
      /^invoices\/(\d{1,40})\/payer$/,
      async (request, id) =>
        viewAfter(id, book.setPayerTakesRefunds(id, (await readInput(request, INPUT.payer)).takesRefunds)),
    ],
    [
      'PUT',
      /^settings$/,
      async (request) => {
        payer.createPurchaseUrl = (await readInput(request, INPUT.settings)).createPurchaseUrl;
        return { createPurchaseUrl: payer.createPurchaseUrl };
      },
    ],
  ];
}

/** A shop's page inside the app: opened, agreed to, left. */
function sessionRoutes({ sessions }: ControlParts): readonly Route[] {
  const decide = (state: 'authorized' | 'cancelled') => (_: IncomingMessage, key: string) => {
    const decided = sessions.decide(key, state);
    if (!decided) throw new HttpError(404, 'UNKNOWN_SESSION', 'there is no such session, or it has ended');
    return { key, state: decided.state };
  };
  return [
    ['GET', /^sessions$/, () => ({ sessions: sessions.list() })],
    [
      'POST',
      /^sessions$/,
      async (request) => {
        const { key, state } = sessions.open(await readInput(request, INPUT.session));
        return { key, state };
      },
    ],
    ['POST', /^sessions\/([0-9a-f]{32})\/authorize$/, decide('authorized')],
    ['POST', /^sessions\/([0-9a-f]{32})\/cancel$/, decide('cancelled')],
  ];
}

/** What the book says. */
function bookRoutes({ book, journal, terminals, resellers, bank, faults }: ControlParts): readonly Route[] {
  const invoices = () => book.list(SHOWN);
  const periods = () => book.ledger.periods().slice(0, SHOWN).map(periodView);
  return [
    ['GET', /^invoices$/, () => ({ invoices: invoices().map(summaryView) })],
    ['GET', /^invoices\/(\d{1,40})$/, (_, id) => viewOf(book, id)],
    ['GET', /^refunds$/, () => ({ refunds: refundViews(book.list()).slice(0, SHOWN) })],
    ['GET', /^credits$/, () => ({ credits: book.credits.list().map(creditView) })],
    ['GET', /^periods$/, () => ({ periods: periods() })],
    ['GET', /^violations$/, () => ({ violations: journal.violations })],
    ['GET', /^calls$/, () => ({ calls: journal.calls })],
    [
      'GET',
      /^book$/,
      () => ({
        bank,
        invoices: book.list(INVOICES_ON_PAGE).map(invoiceView),
        refunds: refundViews(book.list()).slice(0, SHOWN),
        periods: periods(),
        terminals: terminals.list().map(terminalView).toReversed().slice(0, SHOWN),
        resellers: resellers.list(),
        faults: faults.list(),
        calls: journal.calls.slice(-CALLS_SHOWN).toReversed().map(callView),
        violations: journal.violations.toReversed(),
      }),
    ],
  ];
}

/** What SEQR's staff could set: who is blocked, who may refund, whether the bank answers. */
function seqrRoutes({ terminals, resellers, bank }: ControlParts): readonly Route[] {
  return [
    ['GET', /^terminals$/, () => ({ terminals: terminals.list().map(terminalView) })],
    [
      'PUT',
      /^terminals\/([\w-]{1,64})$/,
      async (request, id) => {
        const { isBlocked, ...rest } = withoutUndefined(await readInput(request, INPUT.terminal));
        if (terminals.find(id)?.state === 'unregistered') {
          throw new HttpError(409, 'UNREGISTERED', 'the terminal is unregistered and stays so');
        }
        const state =
          isBlocked === undefined ? {} : { state: isBlocked ? ('blocked' as const) : ('registered' as const) };
        const changed = terminals.change(id, { ...rest, ...state });
        if (!changed) throw new HttpError(404, 'UNKNOWN_TERMINAL', 'there is no such terminal');
        return terminalView(changed);
      },
    ],
    ['GET', /^resellers$/, () => ({ resellers: resellers.list() })],
    [
      'PUT',
      /^resellers\/([\w.-]{1,64})$/,
      async (request, id) => {
        const changed = resellers.change(id, withoutUndefined(await readInput(request, INPUT.reseller)));
        if (!changed) throw new HttpError(404, 'UNKNOWN_RESELLER', 'there is no such reseller');
        return { id, ...changed };
      },
    ],
    ['GET', /^bank$/, () => bank],
    ['PUT', /^bank$/, async (request) => Object.assign(bank, await readInput(request, INPUT.bank))],
  ];
}

function faultRoutes({ faults }: ControlParts): readonly Route[] {
  return [
    ['GET', /^faults$/, () => ({ faults: faults.list() })],
    ['GET', /^faults\/kinds$/, () => describeKinds()],
    [
      'POST',
      /^faults$/,
      async (request) => {
        faults.add(withoutUndefined(await readInput(request, faultInput)));
        return { faults: faults.list() };
      },
    ],
    [
      'DELETE',
      /^faults$/,
      () => {
        faults.clear();
        return { faults: [] };
      },
    ],
  ];
}

function viewOf(book: InvoiceBook, reference: string) {
  const invoice = book.find(reference);
  if (!invoice) throw new HttpError(404, 'UNKNOWN_INVOICE', 'there is no such invoice');
  return invoiceView(invoice);
}
