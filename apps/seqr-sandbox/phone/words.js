/** How the page writes amounts and times for people. */

/** "€30.00". The amount stays text all the way: no float comes near it. */
export function money(amount, currency) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
}

/** As `money`, and a dash for nothing. */
export function moneyOrDash(amount, currency) {
  return /[1-9]/.test(amount) ? money(amount, currency) : '–';
}

/** "14:03:59" in the reader's own time. */
export function time(moment) {
  return new Date(moment).toLocaleTimeString('en-GB');
}

/** What an invoice waits for, and how long still: "waits for the payer, 59 min left". */
export function waiting({ state, collectBy, endsAt, payingUntil }) {
  if (collectBy) return `getPaymentStatus must come within ${left(collectBy)}`;
  if (payingUntil) return 'open on the payer’s phone';
  if (!endsAt) return '';
  if (state === 'RESERVED') return `to be committed within ${left(endsAt)}`;
  const whom = state === 'PENDING_ISSUER_ACKNOWLEDGE' ? 'the merchant' : 'the payer';
  return `waits for ${whom}, ${left(endsAt)} left`;
}

/** "14 s", "9 min", "2 h 5 min": no finer than anybody needs. */
function left(moment) {
  const seconds = Math.max(0, Math.round((Date.parse(moment) - Date.now()) / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
