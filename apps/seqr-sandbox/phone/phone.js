/** The payer's phone: scan, approve, watch. Everything it knows comes from the sandbox's control interface. */
import { money } from './words.js';

const $ = (id) => document.getElementById(id);
const OTHER = 'other';

async function call(method, path, body) {
  const response = await fetch(`/sandbox/${path}`, {
    method,
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

function show(view) {
  for (const id of ['scan', 'approve', 'live']) $(id).hidden = id !== view;
  $({ scan: 'machine', approve: 'pin', live: 'again' }[view]).focus({ preventScroll: true });
}

/** The sandbox's reasons begin small and end without a point. */
function sentence(reason) {
  return `${reason[0].toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`;
}

/** Keeps a form from being sent twice, and shows what went wrong in it. */
async function busy(form, errorId, act) {
  const buttons = [...form.querySelectorAll('button')];
  $(errorId).textContent = '';
  for (const button of buttons) button.disabled = true;
  try {
    await act();
  } catch (error) {
    $(errorId).textContent = sentence(error.message);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

const REFUSALS = {
  INSUFFICIENT_FUNDS: 'The amount is below the cheapest thing in the machine.',
  DEVICE_IN_USE: 'Somebody else is using the machine. Try again in a moment.',
  DEVICE_UNAVAILABLE: 'The machine is out of service.',
  INVOICING_ERROR: 'The payment could not be started.',
  SYSTEM_ERROR: 'Something went wrong at the seller.',
};

/** `HTTP://SEQR.SE/R…` is an invoice, `HTTP://SEQR.SE/Q…` the sticker of a till: both are paid without a machine. */
const INVOICE_QR = /^(?:HTTP|SEQR):\/\/SEQR\.SE\/[RQ]\w+$/i;

let reference = '';
let wasPending = false;

$('scan').addEventListener('submit', (event) => {
  event.preventDefault();
  void busy($('scan'), 'scan-error', async () => {
    const chosen = $('machine').value;
    const qrText = chosen === OTHER ? $('qr').value.trim() : chosen;
    if (INVOICE_QR.test(qrText)) return approve(await call('POST', 'open', { qrText }));
    const answer = await call('POST', 'scan', {
      qrText,
      msisdn: $('msisdn').value,
      amount: $('amount').value.replace(',', '.'),
      currency: $('currency').value,
    });
    if (answer.outcome === 'refused') throw new Error(REFUSALS[answer.errorCode]);
    if (answer.outcome === 'broken') throw new Error(`The seller gave no proper answer: ${answer.reason}`);
    await approve(await call('GET', `invoices/${answer.invoiceReference}`));
  });
});

/** Shows an invoice for approval. One that is decided, or waits for its merchant, is only watched. */
async function approve(invoice) {
  ({ reference } = invoice);
  if (invoice.state !== 'ISSUED') return watch();
  $('approve-title').textContent = invoice.title;
  $('approve-amount').textContent = money(invoice.total, invoice.currency);
  $('approve-hint').textContent =
    invoice.paymentMode === 'IMMEDIATE_DEBIT'
      ? 'will be paid at once.'
      : 'will be reserved. You pay only for what you take.';
  $('approve-error').textContent = '';
  $('pin').value = '';
  show('approve');
}

/** The book beside the phone hands an invoice over: the payer has "scanned" it. */
document.addEventListener('pay', ({ detail }) => {
  void busy($('scan'), 'scan-error', async () => {
    show('scan');
    await approve(await call('POST', `invoices/${detail}/open`, {}).catch(() => call('GET', `invoices/${detail}`)));
    $('screen').scrollIntoView({ block: 'nearest' });
  });
});

$('approve').addEventListener('submit', (event) => {
  event.preventDefault();
  void busy($('approve'), 'approve-error', async () => {
    const pin = $('pin').value;
    $('pin').value = '';
    try {
      await call('POST', `invoices/${reference}/confirm`, { pin });
    } catch (error) {
      $('pin').focus();
      const invoice = await call('GET', `invoices/${reference}`);
      if (invoice.state === 'ISSUED') throw error;
    }
    await watch();
  });
});

$('decline').addEventListener('click', () => {
  void busy($('approve'), 'approve-error', async () => {
    // Whatever came in between (a time-out, the seller) is shown just as well as the payer's own "no".
    await call('POST', `invoices/${reference}/decline`).catch(() => undefined);
    await watch();
  });
});

$('again').addEventListener('click', () => {
  // An invoice that was open is put away, so that its merchant can change or cancel it again.
  void call('POST', `invoices/${reference}/put-away`, {}).catch(() => undefined);
  show('scan');
});
$('machine').addEventListener('change', () => toggleQr());

function toggleQr() {
  const isOther = $('machine').value === OTHER;
  $('qr-line').hidden = !isOther;
  $('qr').required = isOther;
}

/** What the payer reads: the state in words, and how much it cost. */
function words(invoice) {
  const text = (amount) => money(amount, invoice.currency);
  switch (invoice.state) {
    case 'ISSUED':
      return ['busy', 'One moment', 'The payment is being confirmed.'];
    case 'PENDING_ISSUER_ACKNOWLEDGE':
      return ['busy', 'One moment', 'The seller is looking at your cards.'];
    case 'RESERVED':
      return [
        'open',
        `${text(invoice.reserved)} reserved`,
        'Take what you want at the machine. The rest is given back.',
      ];
    case 'PAID':
      return ['good', `You paid ${text(invoice.committed)}`, afterwards(invoice, text)];
    default:
      return ['ended', 'Nothing was charged', sentence(invoice.note)];
  }
}

/** What became of the rest: released with the commit, given back later. */
function afterwards(invoice, text) {
  const parts = [
    Number(invoice.released) > 0 ? `${text(invoice.released)} were released.` : '',
    Number(invoice.refunded) > 0 ? `${text(invoice.refunded)} were given back.` : '',
  ];
  return parts.filter(Boolean).join(' ') || 'Thank you.';
}

async function watch() {
  await refresh();
  show('live');
}

async function refresh() {
  const invoice = await call('GET', `invoices/${reference}`);
  // The merchant has answered about the payer's cards: now the payer may decide.
  if (wasPending && invoice.state === 'ISSUED') {
    wasPending = false;
    return approve(invoice);
  }
  wasPending = invoice.state === 'PENDING_ISSUER_ACKNOWLEDGE';
  const [tone, title, text] = words(invoice);
  $('live-lamp').dataset.tone = tone;
  // A live region speaks whenever it is written to, so it is written only when the words are new.
  if ($('live-title').textContent !== title) $('live-title').textContent = title;
  if ($('live-text').textContent !== text) $('live-text').textContent = text;
}

/** The list may grow while the page is open; the payer's choice stays. */
async function listMachines() {
  const { machines } = await call('GET', 'machines');
  const options = machines.map(({ name, qrText }) => new Option(name, qrText));
  $('machine').replaceChildren(...options, new Option('Another machine (type its QR text)', OTHER));
  toggleQr();
}

for (const key of ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'Clear', '0', 'Back']) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = key;
  button.addEventListener('click', () => {
    const pin = $('pin');
    if (key === 'Clear') pin.value = '';
    else if (key === 'Back') pin.value = pin.value.slice(0, -1);
    else pin.value = (pin.value + key).slice(0, 4);
  });
  $('pad').append(button);
}

await listMachines();
// Once a second, as SEQR tells its merchants to ask.
setInterval(() => {
  if (!$('live').hidden) refresh().catch(() => undefined);
}, 1000);
