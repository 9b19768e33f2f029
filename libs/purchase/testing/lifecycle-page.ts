import type { PurchaseEvent } from '../reserve-first/events.js';
import { step } from '../reserve-first/lifecycle.js';
import type { State } from '../reserve-first/purchase.js';
import { TRANSITIONS } from '../reserve-first/transitions-allowed.js';
import { EVERY_EVENT } from './every-event.js';
import { STAGES } from './stages.js';

/** At once, when every short deadline is past, and when every long one is. */
const DELAYS_MS = [0, 100_000, 2 * 86_400_000];
const STATES = Object.keys(TRANSITIONS) as State[];

/** What some events come to in a state. */
interface Row {
  readonly from: State;
  readonly to: State;
  /** What the purchase waits to do then; null when nothing is left to do. */
  readonly act: string | null;
  readonly cases: string;
  readonly events: Set<string>;
}

/**
 * docs/lifecycle.md, from the code alone: the picture from the allowed transitions, the table from what the lifecycle
 * answers to every event in every stage of a visit, early and late.
 */
export function lifecyclePage(): string {
  const rows = rowsOf();
  return [
    '<!-- Made by `npm run docs:lifecycle` from libs/purchase. A test compares the two: change the code, then run it. -->',
    '',
    '# The lifecycle of a purchase',
    '',
    'What each state is for stands in `libs/purchase/reserve-first/purchase.ts`, why things are so in',
    '[ARCHITECTURE.md](../ARCHITECTURE.md).',
    '',
    '## The states',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> NEW',
    ...STATES.flatMap((from) => arrowsFrom(from, rows)),
    '```',
    '',
    '## What each event comes to',
    '',
    'Where an event stands in several rows of one state, what was known before or how late it is decides between them.',
    'Events that change nothing are left out; refusals are those that the lifecycle tells apart, by SEQR’s result code.',
    '',
    '| State | Event | Next state | Act that follows | Review case |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(lineOf),
    '',
  ].join('\n');
}

function arrowsFrom(from: State, rows: readonly Row[]): string[] {
  const to = TRANSITIONS[from];
  if (to.length === 0) return [`  ${from} --> [*]`];
  return to.map((state) => {
    const events = rows.filter((row) => row.from === from && row.to === state).flatMap((row) => [...row.events]);
    // The picture has room for the kind of event only; SEQR's status and the result code stand in the table.
    const types = new Set(events.map((words) => words.split(' ')[0]));
    return `  ${from} --> ${state} : ${[...types].join(', ')}`;
  });
}

function rowsOf(): Row[] {
  const rows = new Map<string, Row>();
  for (const [, stage] of STAGES) {
    for (const event of EVERY_EVENT) {
      for (const delay of DELAYS_MS) {
        const { purchase, cases } = step(stage.purchase, event, stage.now + delay);
        if (purchase === stage.purchase) continue;
        const row: Row = {
          from: stage.state,
          to: purchase.state,
          act: purchase.next?.kind ?? null,
          cases: [...new Set(cases.map(({ reason }) => reason))].toSorted().join(', '),
          events: new Set(),
        };
        const key = `${row.from} ${row.to} ${row.act} ${row.cases}`;
        const known = rows.get(key) ?? row;
        known.events.add(wordsOf(event));
        rows.set(key, known);
      }
    }
  }
  const order = ({ from, to }: Row): number => STATES.indexOf(from) * STATES.length + STATES.indexOf(to);
  return [...rows.values()].toSorted((a, b) => order(a) - order(b));
}

function wordsOf(event: PurchaseEvent): string {
  if ('status' in event) return `${event.type} ${event.status}`;
  if ('outcome' in event) {
    return `${event.type} ${event.outcome}${event.outcome === 'refused' ? ` ${event.resultCode}` : ''}`;
  }
  return event.type;
}

function lineOf({ from, to, act, cases, events }: Row): string {
  const next = to === from ? 'the same' : to;
  return `| ${from} | ${[...events].join(', ')} | ${next} | ${act ?? 'none'} | ${cases} |`;
}
