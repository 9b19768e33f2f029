/** The parts of the book: what each shows of the sandbox's answer. */
import { money, moneyOrDash, time, waiting } from './words.js';

export function element(name, text, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), { textContent: text, ...properties });
  made.append(...children);
  return made;
}

const block = (className, ...children) => element('div', '', { className }, ...children);
const small = (text) => element('small', text, { title: text });
const pill = (text, tone = text) => {
  const badge = element('span', text.replaceAll('_', ' ').toLowerCase(), { className: 'state' });
  badge.dataset.state = tone;
  return badge;
};

/** The invoices that are unfolded stay so when the book is drawn again. */
const unfolded = new Set();

export const PANELS = [
  {
    name: 'Invoices',
    count: ({ invoices }) => invoices.length,
    empty: 'No invoice yet. Scan a machine, or let a program send one.',
    draw: ({ invoices }) => invoices.map(invoiceEntry),
  },
  {
    name: 'Refunds',
    count: ({ refunds }) => refunds.length,
    empty: 'Nothing was given back.',
    draw: ({ refunds }) =>
      refunds.map((refund) =>
        entry(
          [refund.title, `${refund.ersReference}, of invoice ${refund.invoiceReference}`],
          [money(refund.amount, refund.currency), `${time(refund.at)}, cashier ${refund.cashierId || 'NULL'}`],
        ),
      ),
  },
  {
    name: 'Periods',
    count: ({ periods }) => periods.length,
    empty: 'No period was marked.',
    draw: ({ periods }) => periods.map(periodEntry),
  },
  {
    name: 'Terminals',
    count: ({ terminals }) => terminals.filter(({ state }) => state !== 'unregistered').length,
    empty: 'No terminal is registered.',
    draw: ({ terminals }) =>
      terminals.map((terminal) =>
        entry(
          [terminal.name, `${terminal.externalTerminalId}, ${terminal.id}`],
          [pill(terminal.state), terminal.seqrId ? `sticker ${terminal.seqrId}` : 'no sticker'],
        ),
      ),
  },
  {
    name: 'Calls',
    count: () => '',
    empty: 'Nobody has called.',
    draw: ({ calls }) => calls.map(callEntry),
  },
  {
    name: 'Breaches',
    count: ({ violations }) => violations.length,
    empty: 'No breach of SEQR’s contract: all that was sent and answered is right.',
    draw: ({ violations }) =>
      violations.map(({ at, operation, complaint }) => {
        // Complaints about a message begin with the operation's name, the others need it before them.
        const text = complaint.startsWith(operation) ? complaint : `${operation}: ${complaint}`;
        return block('entry breach', element('p', text), small(time(at)));
      }),
  },
];

function entry([title, below], [right, rightBelow]) {
  const amount = typeof right === 'string' ? element('strong', right) : right;
  return block(
    'entry',
    block('what', element('span', title, { className: 'name' }), small(below)),
    block('how-much', amount, small(rightBelow)),
  );
}

function invoiceEntry(invoice) {
  const text = (amount) => moneyOrDash(amount, invoice.currency);
  const remark = small(invoice.note ?? waiting(invoice));
  // Whoever draws the seconds finds it by this.
  remark.waitsFor = invoice.note ? null : invoice;
  const isPaid = invoice.state === 'PAID';
  const summary = element(
    'summary',
    '',
    {},
    block('what', element('span', invoice.title, { className: 'name' }), small(invoice.reference)),
    block('how', pill(invoice.state), remark),
    block(
      'how-much',
      element('strong', money(isPaid ? invoice.committed : invoice.total, invoice.currency)),
      small(isPaid ? `paid of ${text(invoice.reserved)}` : invoice.state === 'RESERVED' ? 'reserved' : 'asked for'),
    ),
  );
  if (isPaid && !/[1-9]/.test(invoice.reserved)) summary.lastChild.lastChild.textContent = 'paid at once';
  const details = element('details', '', { className: 'entry', open: unfolded.has(invoice.reference) }, summary);
  details.addEventListener('toggle', () => {
    if (details.open) unfolded.add(invoice.reference);
    else unfolded.delete(invoice.reference);
  });
  details.append(invoiceInside(invoice, text));
  return details;
}

function invoiceInside(invoice, text) {
  const facts = [
    ['Reserved', text(invoice.reserved)],
    ['Paid', text(invoice.committed)],
    ['Released', text(invoice.released)],
    ['Given back', text(invoice.refunded)],
    ['Version', `${invoice.version}, acknowledged ${invoice.acknowledgedVersion}`],
    ['Sent by', invoice.owner],
    ...(invoice.ersReference ? [['ERS reference', invoice.ersReference]] : []),
    ...invoice.tokens.map(({ id, value, status }) => [`Token ${id}`, `${value}, status ${status}`]),
  ];
  const list = element(
    'dl',
    '',
    {},
    ...facts.map(([name, value]) => element('div', '', {}, element('dt', name), element('dd', value))),
  );
  const history = element(
    'ol',
    '',
    { className: 'history' },
    ...invoice.history.map(({ at, event, state }) =>
      element('li', '', {}, element('time', time(at)), element('span', event), pill(state)),
    ),
  );
  const inside = block('inside', list, history);
  if (invoice.state === 'ISSUED') {
    const pay = element('button', 'Scan it with the phone', { type: 'button', className: 'plain' });
    pay.addEventListener('click', () => document.dispatchEvent(new CustomEvent('pay', { detail: invoice.reference })));
    inside.prepend(pay);
  }
  return inside;
}

function periodEntry({ id, shop, terminalId, markedAt, transactions }) {
  const count = `${transactions.length} ${transactions.length === 1 ? 'transaction' : 'transactions'}`;
  const sums = transactions.map(({ amount, currency, ersReference }) =>
    element('li', '', {}, element('span', ersReference), element('strong', money(amount, currency))),
  );
  const whose = terminalId ? `terminal ${terminalId}` : `shop ${shop}`;
  const made = entry([whose, `period ${id}`], [count, `marked at ${time(markedAt)}`]);
  made.append(element('ol', '', { className: 'sums' }, ...sums));
  return made;
}

function callEntry({ at, operation, outcome, resultCode, resultName, invoiceReference, reason }) {
  const isGood = outcome === 'answered' && (resultCode === 0 || resultCode === null);
  const said = resultCode === null ? outcome : `${resultCode} ${resultName}`;
  const isUnusual = resultCode !== null && outcome !== 'answered';
  const more = [isUnusual ? outcome : '', reason ?? ''].filter(Boolean).join(': ');
  return entry(
    [operation, [time(at), invoiceReference].filter(Boolean).join(', ')],
    [pill(said, isGood ? 'PAID' : 'FAILED'), more],
  );
}
