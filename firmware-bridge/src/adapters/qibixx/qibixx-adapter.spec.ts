import { ManualClock } from '../../../test/manual-clock.js';
import { silentLog } from '../../log.js';
import { DEFAULT_TIMINGS } from '../../timings.js';
import type { AdapterEvent } from '../adapter.js';
import { QibixxAdapter } from './qibixx-adapter.js';
import type { LineLink, LinkListener } from './line-link.js';

/** The other end of the line, played by the test. */
class ScriptedLink implements LineLink {
  readonly sent: string[] = [];
  readonly dropped: string[] = [];
  private listener: LinkListener | undefined;

  start(listener: LinkListener): void {
    this.listener = listener;
  }

  write(line: string): void {
    this.sent.push(line);
  }

  drop(reason: string): void {
    this.dropped.push(reason);
    this.listener?.closed(reason);
  }

  settled(): void {}

  async stop(): Promise<void> {}

  open(): void {
    this.listener?.opened();
  }

  says(...lines: string[]): void {
    for (const line of lines) this.listener?.line(line);
  }

  /** What was sent since the last look. */
  heard(): string[] {
    return this.sent.splice(0);
  }

  heardBesidesHeartbeat(): string[] {
    return this.heard().filter((line) => line !== 'V');
  }
}

function setUp() {
  const clock = new ManualClock();
  const link = new ScriptedLink();
  const events: AdapterEvent[] = [];
  const adapter = new QibixxAdapter(
    link,
    { currency: 'SEK', decimals: 2, timings: DEFAULT_TIMINGS },
    clock,
    silentLog,
    (event) => events.push(event),
  );
  adapter.start();
  return { clock, link, events, adapter, seen: () => events.splice(0) };
}

const ANSWERS = ['v,4.0.2.0,0123', 'c,0', 'c,SET,OK', 'c,SET,OK', 'c,SET,OK', 'c,SET,OK', 'c,SET,OK', 'c,1'];

function ready() {
  const bench = setUp();
  bench.link.open();
  bench.link.says(...ANSWERS, 'c,STATUS,INACTIVE', 'c,STATUS,DISABLED', 'c,STATUS,ENABLED');
  bench.link.heard();
  bench.seen();
  bench.adapter.takeTranscript();
  return bench;
}

describe('start-up', () => {
  it('follows the maker: off, settings one by one, on, and then the status counts', () => {
    const { link, adapter, seen } = setUp();
    link.open();
    expect(link.heard()).toEqual(['V']);
    link.says('c,STATUS,ENABLED', 'v,4.0.2.0,0123');
    expect(link.heard()).toEqual(['C,0']);
    link.says('c,0');
    expect(link.heard()).toEqual(['C,SETCONF,mdb-addr=0x10']);
    link.says('c,SET,OK', 'c,SET,OK', 'c,SET,OK', 'c,SET,OK', 'c,SET,OK');
    expect(link.heard()).toEqual([
      'C,SETCONF,mdb-currency-code=0x1752',
      'C,SETCONF,mdb-decimal-places=2',
      'C,SETCONF,mdb-scale-factor=1',
      'C,SETCONF,mdb-always-idle=0',
      'C,1',
    ]);
    expect(seen()).toEqual([]);
    link.says('c,1', 'c,STATUS,INACTIVE', 'c,STATUS,DISABLED', 'c,STATUS,ENABLED');
    expect(seen()).toEqual([
      { type: 'status', status: 'inactive' },
      { type: 'status', status: 'inactive' },
      { type: 'status', status: 'disabled' },
      { type: 'status', status: 'enabled' },
    ]);
    expect(adapter.identity).toEqual({ description: 'Qibixx 4.0.2.0,0123', simulated: false });
  });

  it('knows a simulator by its version line', () => {
    const { link, adapter } = setUp();
    link.open();
    link.says('v,4.0.2.0,SIMULATOR-demo');
    expect(adapter.identity.simulated).toBe(true);
  });

  it('asks again when an answer is lost, and opens the port anew when there is none', () => {
    const { link, clock } = setUp();
    link.open();
    clock.advance(DEFAULT_TIMINGS.answerMs);
    expect(link.heard()).toEqual(['V', 'V']);
    clock.advance(DEFAULT_TIMINGS.answerMs * 2);
    expect(link.dropped).toEqual(['no answer to V']);
  });

  it('switches off first when the adapter says that it is on', () => {
    const { link } = setUp();
    link.open();
    link.says('v,4.0.2.0,0123', 'c,0');
    link.heard();
    link.says('c,ERR,"cashless is on"');
    expect(link.heard()).toEqual(['C,0']);
  });

  it('reports a firmware that does not know a setting', () => {
    const { link, seen } = setUp();
    link.open();
    link.says('v,1.0.0.0,0123', 'c,0', 'c,UNKNOWN,C,SETCONF,mdb-addr=0x10');
    expect(seen()).toEqual([
      { type: 'fault', code: 'adapter-start-up', detail: 'the adapter refused C,SETCONF,mdb-addr=0x10' },
    ]);
    expect(link.dropped).toHaveLength(1);
  });
});

describe("the maker's example of a sale", () => {
  it('authorise first: START, choice, approval, success, end', () => {
    const { adapter, link, seen } = ready();
    adapter.openSession(5_000, 60_000);
    link.says('c,STATUS,IDLE,50.00', 'c,STATUS,VEND,12.00,24');
    adapter.approve(1_200);
    link.says('r,ACK', 'c,VEND,SUCCESS', 'c,STATUS,IDLE,38.00', 'c,STATUS,ENABLED');

    expect(link.heard()).toEqual(['C,START,50.00', 'C,VEND,12.00']);
    expect(seen()).toEqual([
      { type: 'status', status: 'idle' },
      { type: 'selection', selection: 24, priceMinor: 1_200 },
      { type: 'vend-success' },
      { type: 'status', status: 'idle' },
      { type: 'status', status: 'enabled' },
    ]);
    expect(adapter.takeTranscript()).toEqual([
      '> C,START,50.00',
      '< c,STATUS,IDLE,50.00',
      '< c,STATUS,VEND,12.00,24',
      '> C,VEND,12.00',
      '< r,ACK',
      '< c,VEND,SUCCESS',
      '< c,STATUS,IDLE,38.00',
      '< c,STATUS,ENABLED',
    ]);
  });

  it.each([
    ['c,ERR,VEND 1', { type: 'vend-failure', reason: 'cancelled' }],
    ['c,ERR,VEND 3', { type: 'vend-failure', reason: 'not-dispensed' }],
    ['c,ERR,VEND 5', { type: 'vend-reset' }],
    ['c,ERR,"VEND -3"', { type: 'approval-refused' }],
  ])('ends with %s', (line, event) => {
    const { link, seen } = ready();
    link.says(line);
    expect(seen()).toEqual([event]);
  });

  it('denies when the adapter could not read the approval', () => {
    const { adapter, link } = ready();
    adapter.approve(1_200);
    link.says('c,ERR,"VEND -2"');
    expect(link.heard()).toEqual(['C,VEND,12.00', 'C,VEND,-1']);
  });
});

describe('opening', () => {
  it('tries START a dozen times, 0.9 s apart, while the machine says -3', () => {
    const { adapter, link, clock, seen } = ready();
    adapter.openSession(5_000, 60_000);
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      expect(link.heardBesidesHeartbeat()).toEqual(['C,START,50.00']);
      expect(seen()).toEqual([]);
      link.says('c,ERR,"START -3"');
      clock.advance(900);
    }
    expect(link.heardBesidesHeartbeat()).toEqual([]);
    expect(seen()).toEqual([{ type: 'open-failed', detail: 'START -3, 12 times' }]);
  });

  it('does not try beyond the life of the grant', () => {
    const { adapter, link, clock, seen } = ready();
    adapter.openSession(5_000, 1_000);
    link.says('c,ERR,"START -3"');
    clock.advance(900);
    link.says('c,ERR,"START -3"');
    expect(link.heard()).toHaveLength(2);
    expect(seen()).toEqual([{ type: 'open-failed', detail: 'START -3, 2 times' }]);
  });

  it('tries no more after it was told to close', () => {
    const { adapter, link, clock } = ready();
    adapter.openSession(5_000, 60_000);
    link.says('c,ERR,"START -3"');
    adapter.closeSession();
    clock.advance(5_000);
    expect(link.heardBesidesHeartbeat()).toEqual(['C,START,50.00', 'C,STOP']);
  });
});

describe('the line', () => {
  it('is given up after silence, in spite of the heartbeat', () => {
    const { link, clock, seen } = ready();
    clock.advance(DEFAULT_TIMINGS.silentMs);
    expect(link.heard()).toEqual(['V', 'V']);
    expect(link.dropped).toEqual(['the adapter is silent']);
    expect(seen()).toEqual([{ type: 'status', status: 'lost' }]);
  });

  it('is alive as long as the heartbeat is answered', () => {
    const { link, clock, seen } = ready();
    for (let beat = 0; beat < 20; beat += 1) {
      clock.advance(DEFAULT_TIMINGS.heartbeatMs);
      link.says('v,4.0.2.0,0123');
    }
    expect(link.dropped).toEqual([]);
    expect(seen()).toEqual([]);
  });

  it('begins anew when the adapter restarted by itself', () => {
    const { link, seen } = ready();
    link.says('c,ERR,"cashless is off"');
    expect(link.heard()).toEqual(['V']);
    expect(seen().map(({ type }) => type)).toEqual(['fault', 'status']);
  });

  it('says where the machine stands when a STOP was out of place', () => {
    const { adapter, link, seen } = ready();
    adapter.closeSession();
    link.says('c,ERR,"STOP -3"');
    expect(seen()).toEqual([{ type: 'status', status: 'enabled' }]);
  });
});
