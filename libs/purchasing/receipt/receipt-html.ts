import { formatAmount } from '#purchase/money.js';

import type { Receipt, ReceiptRow } from './receipt.js';
import { RECEIPT_STYLE } from './receipt-style.js';
import { percentText, type TaxLine } from './tax.js';
import { zoneClock } from './zone-clock.js';

/** SEQR's receipt may have 64 KiB: with these it stays below, whatever products are called. */
const ROWS_MAX = 60;
const NAME_MAX = 80;

/** One page without anything from elsewhere: it is opened in the payer's app, perhaps long after and without a network. */
export function receiptHtml(receipt: Receipt): string {
  const amount = amounts(receipt);
  const { machine } = receipt;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<title>Receipt, ${text(machine.name)}</title>
<style>${RECEIPT_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kind">Receipt</p>
<h1>${text(machine.name)}</h1>
<p>${text(machine.location)}</p>
<p><time datetime="${receipt.at.toISOString()}">${zoneClock(receipt.timeZone).text(receipt.at)}</time></p>
</header>
<p class="total"><span>You paid</span> <strong>${amount(receipt.chargedMinor)}</strong></p>
${section('What came out', productTable(receipt))}
${receipt.notDispensed.length === 0 ? '' : section('Not charged', notDispensedList(receipt))}
${receipt.taxes.length === 0 ? '' : section(`Tax included, ${receipt.currency}`, taxTable(receipt))}
${section('Your reservation', reservationTable(receipt))}
${section('References', references(receipt))}
<footer>
<p>Paid with SEQR at machine ${text(machine.id)}. All amounts in ${receipt.currency}.</p>
${receipt.contact === null ? '' : `<p>${text(receipt.contact)}</p>`}
</footer>
</main>
</body>
</html>
`.replaceAll(/\n{2,}/g, '\n');
}

function section(title: string, content: string): string {
  return `<section>\n<h2>${title}</h2>\n${content}\n</section>`;
}

function productTable(receipt: Receipt): string {
  const amount = amounts(receipt);
  const lines = fewRows(receipt.rows).map(
    ({ name, quantity, unitMinor, totalMinor }) =>
      `<tr><th scope="row">${text(name)}${unitMinor === null ? '' : `<small>${quantity} × ${amount(unitMinor)}</small>`}</th><td>${amount(totalMinor)}</td></tr>`,
  );
  if (receipt.notChargedMinor > 0n) {
    // A machine gave more than was reserved; the payer agreed to what was reserved and pays that.
    lines.push(
      `<tr><th scope="row">Above the reservation, not charged</th><td>${amount(-receipt.notChargedMinor)}</td></tr>`,
    );
  }
  return `<table>
<tbody>
${lines.join('\n')}
</tbody>
<tfoot><tr><th scope="row">Total</th><td>${amount(receipt.chargedMinor)}</td></tr></tfoot>
</table>`;
}

function notDispensedList({ notDispensed }: Receipt): string {
  const shown = notDispensed.slice(0, ROWS_MAX).map((name) => `<li>${text(name)}</li>`);
  return `<p>Chosen, and not seen to come out:</p>\n<ul>${shown.join('')}</ul>`;
}

function taxTable(receipt: Receipt): string {
  const amount = numbers(receipt);
  const line = ({ rateHundredths, netMinor, taxMinor, grossMinor }: TaxLine) =>
    `<tr><th scope="row">${rateHundredths === null ? 'no rate' : `${percentText(rateHundredths)} %`}</th><td>${netMinor === null ? '–' : amount(netMinor)}</td><td>${taxMinor === null ? '–' : amount(taxMinor)}</td><td>${amount(grossMinor)}</td></tr>`;
  return `<table>
<thead><tr><th scope="col">Rate</th><th scope="col">Net</th><th scope="col">Tax</th><th scope="col">Gross</th></tr></thead>
<tbody>
${receipt.taxes.map(line).join('\n')}
</tbody>
</table>
<p class="note">Prices include tax. It is worked out for each rate, and the net rounded to the nearest smallest coin.</p>`;
}

function reservationTable(receipt: Receipt): string {
  const amount = amounts(receipt);
  return `<table>
<tbody>
<tr><th scope="row">Reserved</th><td>${amount(receipt.reservedMinor)}</td></tr>
<tr><th scope="row">Charged</th><td>${amount(receipt.chargedMinor)}</td></tr>
</tbody>
<tfoot><tr><th scope="row">Released to you</th><td>${amount(receipt.releasedMinor)}</td></tr></tfoot>
</table>`;
}

function references(receipt: Receipt): string {
  const given = receipt.references.filter(([, reference]) => reference !== '');
  return `<dl>${given.map(([label, reference]) => `<dt>${label}</dt><dd>${text(reference)}</dd>`).join('')}</dl>`;
}

/** No more than a page can bear; what is left out is still in the sum. */
function fewRows(
  rows: readonly ReceiptRow[],
): { name: string; quantity: number; unitMinor: bigint | null; totalMinor: bigint }[] {
  if (rows.length <= ROWS_MAX) return [...rows];
  const rest = rows.slice(ROWS_MAX);
  const totalMinor = rest.reduce((total, row) => total + row.totalMinor, 0n);
  return [
    ...rows.slice(0, ROWS_MAX),
    { name: `${rest.length} more products`, quantity: rest.length, unitMinor: null, totalMinor },
  ];
}

/** "1 234.50 EUR", unbroken. */
function amounts(receipt: Receipt): (minor: bigint) => string {
  const number = numbers(receipt);
  return (minor) => `${number(minor)}\u00a0${receipt.currency}`;
}

/** "1 234.50": thousands apart, a real minus sign. */
function numbers({ currency }: Receipt): (minor: bigint) => string {
  return (minor) => {
    const [whole = '', fraction] = formatAmount({ minor, currency }).split('.');
    const grouped = whole.replace('-', '\u2212').replaceAll(/(?<=\d)(?=(\d{3})+$)/g, '\u202f');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
  };
}

/** Names come from operators, and from whoever sells to them: never markup, never endless, never what hides the rest. */
function text(value: string): string {
  const short = value.length > NAME_MAX ? `${value.slice(0, NAME_MAX - 1)}…` : value;
  // Most names have nothing of it.
  if (!/[\p{Cc}\p{Cf}\p{Cs}&<>"']/u.test(short)) return short;
  return short
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
