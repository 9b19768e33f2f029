import { signed } from './link.js';

/** What a machine of the benchmark says: always one bottle for 1.80, at once. */
export const SELECTION = 11;
export const PRICE_MINOR = 180;

const AT = '2026-11-21T12:00:00Z';

/** The journal of one machine: it numbers what it says, and knows how far the server has it. */
export class MachineJournal {
  private seq = 0;
  readonly journalId: string;

  constructor(
    readonly machineId: string,
    /** Another for each run, as the database remembers. */
    run: string,
    private readonly bootId = 'boot-of-the-bench',
  ) {
    this.journalId = `journal-${run}-${machineId}`.slice(0, 64);
  }

  get lastSeq(): number {
    return this.seq;
  }

  event(body: string): string {
    this.seq += 1;
    return signed(
      topic(this.machineId, 'event'),
      `{"v":1,"machineId":"${this.machineId}","journalId":"${this.journalId}","bootId":"${this.bootId}","seq":${this.seq},"at":"${AT}","body":${body}}`,
    );
  }

  /** Everything that a payer with one bottle makes the bridge report, in order. */
  visit(purchaseId: string, grantNumber: number): string[] {
    const of = `"purchaseId":"${purchaseId}","grantNumber":${grantNumber}`;
    return [
      this.event(`{"type":"grant.accepted",${of},"serial":["> C,START,20.00","< c,STATUS,IDLE,20.00"]}`),
      this.event(
        `{"type":"vend.selected",${of},"vendNumber":1,"selection":${SELECTION},"machinePriceMinor":${PRICE_MINOR},"approvedMinor":${PRICE_MINOR},"serial":["< c,STATUS,VEND,1.80,11","> C,VEND,1.80"]}`,
      ),
      this.event(`{"type":"vend.dispensed",${of},"vendNumber":1,"serial":["< c,VEND,SUCCESS"]}`),
      this.event(
        `{"type":"session.closed",${of},"reason":"machine","selections":1,"dispensed":1,"dispensedMinor":${PRICE_MINOR},"serial":["< c,STATUS,IDLE"]}`,
      ),
    ];
  }

  presence(online: boolean): string {
    return signed(
      topic(this.machineId, 'presence'),
      `{"v":1,"machineId":"${this.machineId}","bootId":"${this.bootId}","online":${online},"machineState":"ready","simulated":true,"adapter":"bench","software":"bench","unacknowledged":0,"highestGrantNumber":0,"at":"${AT}"}`,
    );
  }
}

export function topic(machineId: string, channel: 'presence' | 'event' | 'command' | 'ack'): string {
  return `vendrail/v1/${machineId}/${channel}`;
}
