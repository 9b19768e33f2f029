import type { EventAck, Grant, MachineEvent, MachineEventBody } from '#machine-protocol/messages.js';

export type BodyOf<T extends MachineEventBody['type']> = Extract<MachineEventBody, { type: T }>;

/** What the server has: every event that ever reached it, and which number of its own it has acknowledged. */
export class Book {
  readonly grants: Grant[] = [];
  /** Every event once, in the order of the numbers. */
  readonly events: MachineEvent[] = [];
  /** One number with two contents, a gap, a journal that began anew: what must never reach a server. */
  readonly contradictions: string[] = [];
  private readonly byNumber = new Map<number, string>();

  take(event: MachineEvent): void {
    const { oldest: _, ...content } = event;
    const text = JSON.stringify(content);
    const before = this.byNumber.get(event.seq);
    if (before === text) return;
    if (before !== undefined) this.contradictions.push(`number ${event.seq} stands for two events`);
    const first = this.events[0];
    if (first !== undefined && first.journalId !== event.journalId) this.contradictions.push('the journal began anew');
    if (event.seq !== this.events.length + 1) this.contradictions.push(`number ${event.seq} came out of order`);
    this.byNumber.set(event.seq, text);
    this.events.push(event);
  }

  get ack(): EventAck | undefined {
    const last = this.events.at(-1);
    if (last === undefined) return undefined;
    return { v: 1, machineId: last.machineId, journalId: last.journalId, upTo: last.seq, at: last.at };
  }

  /** Bodies about this grant, each once: an answer that was asked for again is a new event with the same words. */
  about({ grantNumber }: Pick<Grant, 'grantNumber'>): MachineEventBody[] {
    const words = this.events.flatMap(({ body }) =>
      'grantNumber' in body && body.grantNumber === grantNumber ? [JSON.stringify(body)] : [],
    );
    return [...new Set(words)].map((text) => JSON.parse(text) as MachineEventBody);
  }

  isFinished(grant: Pick<Grant, 'grantNumber'>): boolean {
    return this.about(grant).some(({ type }) => type === 'session.closed' || type === 'grant.refused');
  }
}
