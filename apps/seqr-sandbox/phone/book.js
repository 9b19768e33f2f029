/** The table beside the phone: the sandbox's own view of every invoice, asked for once a second. */
const $ = (id) => document.getElementById(id);

const SHOWN_MAX = 12;

async function get(path) {
  const response = await fetch(`/sandbox/${path}`);
  return response.json();
}

function element(name, text, properties = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...properties });
}

/** "collect in 14 s", "ends in 9 min 58 s": the earlier of the two limits an invoice can have. */
function timeLeft({ collectBy, endsAt }) {
  const until = (moment) => Math.max(0, Math.round((Date.parse(moment) - Date.now()) / 1000));
  if (collectBy) return `collect in ${until(collectBy)} s`;
  if (!endsAt) return '';
  const seconds = until(endsAt);
  return seconds < 60 ? `ends in ${seconds} s` : `ends in ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function row(invoice) {
  const amount = (text) => (text === '0.00' || text === '0' ? '–' : `${text} ${invoice.currency}`);
  const name = element('td', invoice.title);
  name.append(element('small', invoice.reference));
  const badge = element('span', invoice.state, { className: 'state' });
  badge.dataset.state = invoice.state;
  const state = element('td', '');
  state.append(badge);
  const remark = invoice.note ?? timeLeft(invoice);
  if (remark) state.append(element('small', remark, { title: remark }));
  const tableRow = document.createElement('tr');
  tableRow.append(
    name,
    state,
    element('td', amount(invoice.reserved), { className: 'number' }),
    element('td', amount(invoice.committed), { className: 'number' }),
    element('td', amount(invoice.released), { className: 'number' }),
    element('td', `${invoice.acknowledgedVersion} / ${invoice.version}`, {
      className: 'number',
      title: 'acknowledged by getPaymentStatus / current',
    }),
  );
  return tableRow;
}

/** Complaints about a message begin with the operation's name, the others need it before them. */
function line({ operation, complaint }) {
  return element('li', complaint.startsWith(operation) ? complaint : `${operation}: ${complaint}`);
}

async function refresh() {
  const [{ invoices }, { violations }] = await Promise.all([get('invoices'), get('violations')]);
  $('rows').replaceChildren(...invoices.slice(0, SHOWN_MAX).map(row));
  $('empty').hidden = invoices.length > 0;
  const count = violations.length === 1 ? '1 breach' : `${violations.length || 'No'} breaches`;
  const health = `${count} of the contract`;
  if ($('health').textContent !== health) $('health').textContent = health;
  $('violations-part').hidden = violations.length === 0;
  const latest = violations.slice(-SHOWN_MAX).toReversed();
  $('violations').replaceChildren(...latest.map(line));
}

function again() {
  refresh()
    .catch(() => {
      $('health').textContent = 'The sandbox does not answer';
    })
    .finally(() => setTimeout(again, 1000));
}

again();
