import type { Grant, MachineEventBody } from '#machine-protocol/messages.js';

import type { Book, BodyOf } from './book.js';
import type { Seen, WatchedMachine } from './machine.js';

/** Compares what the server was told with what a person beside the machine saw. @returns what does not agree */
export function audit(book: Book, machine: WatchedMachine): string[] {
  const faults = book.events.flatMap(({ body }) =>
    body.type === 'fault' ? [`a fault was reported: ${body.code}`] : [],
  );
  const found = [...book.contradictions, ...faults];
  if (!machine.locked) found.push('the machine is not locked');
  for (const grant of book.grants) {
    const sessions = machine.sessions.filter(({ creditMinor }) => creditMinor === grant.amountMinor);
    if (sessions.length > 1) found.push(`grant ${grant.grantNumber} opened the machine ${sessions.length} times`);
    found.push(...compare(book.about(grant), sessions[0], grant).map((text) => `grant ${grant.grantNumber}: ${text}`));
  }
  return found;
}

function compare(told: readonly MachineEventBody[], seen: Seen | undefined, grant: Grant): string[] {
  const found: string[] = [];
  const lastWords = told.filter(({ type }) => type === 'session.closed' || type === 'grant.refused');
  const [lastWord] = lastWords;
  if (lastWords.length !== 1) found.push(`has ${lastWords.length} last words`);
  if (seen !== undefined && (lastWord?.type !== 'session.closed' || lastWord.reason === 'never-opened')) {
    found.push('the machine was open, and the last word is that it was not');
  }
  const selected = of(told, 'vend.selected');
  const approved = selected.filter(({ denied }) => denied === undefined);
  const numbers = selected.map(({ vendNumber }) => vendNumber);
  if (numbers.some((number, index) => number !== index + 1)) found.push(`its choices are numbered ${numbers.join()}`);

  const vends = seen?.vends ?? [];
  if (vends.length > approved.length) found.push('an approval left that nobody wrote down');
  const total = vends.reduce((sum, { priceMinor }) => sum + priceMinor, 0);
  if (total > grant.amountMinor) found.push(`approved ${total} of ${grant.amountMinor}`);
  approved.forEach(({ vendNumber, approvedMinor }, index) => {
    const vend = vends[index];
    if (vend !== undefined && vend.priceMinor !== approvedMinor) found.push(`vend ${vendNumber}: other price`);
    found.push(...resultOf(told, vendNumber, vend?.fell ?? false));
  });
  if (lastWord?.type === 'session.closed') found.push(...sumUp(told, approved, lastWord));
  return found;
}

function resultOf(told: readonly MachineEventBody[], vendNumber: number, fell: boolean): string[] {
  const results = told.filter(
    (body) => 'vendNumber' in body && body.vendNumber === vendNumber && body.type !== 'vend.selected',
  );
  const certain = results.filter(({ type }) => type !== 'vend.uncertain').map(({ type }) => type);
  if (results.length === 0) return [`vend ${vendNumber}: approved, and nothing said about its end`];
  if (certain.length > 1) return [`vend ${vendNumber}: ${certain.join(' and ')}`];
  if (certain[0] === 'vend.dispensed' && !fell) return [`vend ${vendNumber}: told as dispensed, and nothing fell`];
  if (certain[0] === 'vend.failed' && fell) return [`vend ${vendNumber}: told as failed, and the item fell`];
  return [];
}

function sumUp(
  told: readonly MachineEventBody[],
  approved: readonly BodyOf<'vend.selected'>[],
  closed: BodyOf<'session.closed'>,
): string[] {
  const dispensed = of(told, 'vend.dispensed').map(({ vendNumber }) => vendNumber);
  const minor = approved
    .filter(({ vendNumber }) => dispensed.includes(vendNumber))
    .reduce((sum, { approvedMinor }) => sum + approvedMinor, 0);
  const right = closed.dispensed === dispensed.length && closed.dispensedMinor === minor;
  return right ? [] : [`the closing report says ${closed.dispensed} items, ${closed.dispensedMinor}`];
}

function of<T extends MachineEventBody['type']>(told: readonly MachineEventBody[], type: T): BodyOf<T>[] {
  return told.flatMap((body) => (body.type === type ? [body as BodyOf<T>] : []));
}
