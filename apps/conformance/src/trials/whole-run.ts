import type { MachineEvent } from '#machine-protocol/messages.js';

import type { Body, Stand } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';

/** What the machine said of one grant, from its acceptance on. */
interface Visit {
  readonly accepted: number;
  readonly selected: readonly Body<'vend.selected'>[];
  readonly dispensed: readonly Body<'vend.dispensed'>[];
  readonly results: readonly Body<'vend.dispensed' | 'vend.failed' | 'vend.uncertain'>[];
  readonly reports: readonly Body<'session.closed'>[];
  readonly isInOrder: boolean;
}

function visitsOf({ told }: Stand): Visit[] {
  const said = new Map<string, Body[]>();
  for (const { event } of told) {
    const { body } = event;
    if ('purchaseId' in body) said.set(body.purchaseId, [...(said.get(body.purchaseId) ?? []), body]);
  }
  return [...said.values()].filter((bodies) => bodies.some(({ type }) => type === 'grant.accepted')).map(visitOf);
}

function visitOf(bodies: readonly Body[]): Visit {
  // A repeated answer is a new event with the same content.
  const distinct = [...new Map(bodies.map((body) => [JSON.stringify(body), body])).values()];
  const places = new Map(distinct.map((body, index) => [body, index]));
  const of = <T extends Body['type']>(type: T) => distinct.filter((body): body is Body<T> => body.type === type);
  const selected = of('vend.selected');
  const dispensed = of('vend.dispensed');
  const results = [...dispensed, ...of('vend.failed'), ...of('vend.uncertain')];
  const isInOrder = results.every((result) => {
    const choice = selected.find(({ vendNumber }) => vendNumber === result.vendNumber);
    return choice !== undefined && choice.denied === undefined && (places.get(choice) ?? 0) < (places.get(result) ?? 0);
  });
  return {
    accepted: of('grant.accepted').length,
    selected,
    dispensed,
    results,
    reports: of('session.closed'),
    isInOrder,
  };
}

/** Numbers that are missing between the first and the last of each journal. */
function holesIn(events: readonly MachineEvent[]): number[] {
  const journals = Map.groupBy(events, ({ journalId }) => journalId);
  return [...journals.values()].flatMap((told) => {
    const seen = new Set(told.map(({ seq }) => seq));
    const first = Math.min(...seen);
    const last = Math.max(...seen);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((seq) => !seen.has(seq));
  });
}

/** Looks back at everything that the machine said in all trials. */
export const WHOLE_RUN = [
  trial({
    group: 'whole-run',
    title: 'Everything that was said in this run',
    needs: [],
    play: async (stand) => {
      await stand.open().then(({ grant }) => stand.end(grant));
      await stand.fence();
      const { arrivals } = stand.gateway;
      const faulty = (channel: string, isMac: boolean) =>
        arrivals
          .filter((arrival) => arrival.channel === channel && arrival.fault !== undefined)
          .filter(({ fault }) => (fault?.code === 'FORGED' || fault?.code === 'NOT_SIGNED') === isMac)
          .map(({ fault }) => `${fault?.code}: ${fault?.message}`);
      return {
        elsewhere: [...new Set(arrivals.filter(({ channel }) => channel === 'elsewhere').map(({ topic }) => topic))],
        events: arrivals.filter(({ channel }) => channel === 'event').length,
        badEvents: faulty('event', false),
        unsignedEvents: faulty('event', true),
        badPresences: faulty('presence', false),
        unsignedPresences: faulty('presence', true),
        qualities: [...new Set(arrivals.filter(({ channel }) => channel === 'event').map(({ qos }) => qos))],
        holes: holesIn(stand.told.map(({ event }) => event)),
        changed: stand.changedEvents.map(({ seq }) => seq),
        boots: new Set(stand.told.map(({ event }) => event.bootId)).size,
        visits: visitsOf(stand),
      };
    },
    checks: [
      {
        rule: 'R1',
        expects: 'nothing on any other topic of the machine',
        judge: ({ elsewhere }) => equal(elsewhere, []),
      },
      { rule: 'R1', expects: 'all events came with QoS 1', judge: ({ qualities }) => equal(qualities, [1]) },
      {
        rule: 'R3',
        expects: 'all events have the form of the protocol',
        judge: ({ badEvents, events }) =>
          holds(events > 0 && badEvents.length === 0, badEvents[0] ?? `${events} events`),
      },
      { rule: 'R3', expects: 'all presences have the form', judge: ({ badPresences }) => equal(badPresences, []) },
      {
        rule: 'R4',
        expects: 'all events are signed with the machine’s key',
        judge: ({ unsignedEvents, events }) =>
          holds(events > 0 && unsignedEvents.length === 0, unsignedEvents[0] ?? `${events} events`),
      },
      {
        rule: 'R4',
        expects: 'all presences are signed',
        judge: ({ unsignedPresences }) => equal(unsignedPresences, []),
      },
      { rule: 'R25', expects: 'no number is missing', judge: ({ holes }) => equal(holes.slice(0, 10), []) },
      {
        rule: 'R25',
        expects: 'a repeat has the same content',
        judge: ({ changed }) => equal(changed.slice(0, 10), []),
      },
      {
        rule: 'R9',
        expects: 'each accepted grant was accepted once, and closed once',
        judge: ({ visits }) => {
          const odd = visits.filter(({ accepted, reports }) => accepted !== 1 || reports.length !== 1);
          return holds(visits.length > 0 && odd.length === 0, `${odd.length} of ${visits.length} not`);
        },
      },
      {
        rule: 'R20',
        expects: 'the choices of each grant are numbered 1, 2, 3 and so on',
        judge: ({ visits }) => {
          const odd = visits.filter(({ selected }) =>
            selected.some(({ vendNumber }, index) => vendNumber !== index + 1),
          );
          return holds(odd.length === 0, `${odd.length} of ${visits.length} not`);
        },
      },
      {
        rule: 'R21',
        expects: 'each result belongs to an approved choice before it',
        judge: ({ visits }) => {
          const odd = visits.filter(({ isInOrder }) => !isInOrder);
          return holds(odd.length === 0, `${odd.length} of ${visits.length} not`);
        },
      },
      {
        rule: 'R21',
        expects: 'each approved choice has a result',
        judge: ({ visits }) => {
          const odd = visits.filter(({ selected, results }) =>
            selected.some(
              ({ vendNumber, denied }) =>
                denied === undefined && !results.some((result) => result.vendNumber === vendNumber),
            ),
          );
          return holds(odd.length === 0, `${odd.length} of ${visits.length} not`);
        },
      },
      {
        rule: 'R22',
        expects: 'each closing report agrees with what was said before it',
        judge: ({ visits }) => {
          const odd = visits.filter((visit) => visit.reports.some((report) => !agrees(visit, report)));
          return holds(odd.length === 0, `${odd.length} of ${visits.length} not`);
        },
      },
    ],
  }),
];

function agrees({ selected, dispensed }: Visit, report: Body<'session.closed'>): boolean {
  const sum = dispensed.reduce((total, { vendNumber }) => {
    const choice = selected.find((one) => one.vendNumber === vendNumber);
    return total + (choice?.approvedMinor ?? 0);
  }, 0);
  return (
    report.selections === selected.length && report.dispensed === dispensed.length && report.dispensedMinor === sum
  );
}
