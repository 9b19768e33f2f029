import { ManualClock } from '../../../test/manual-clock.js';
import { silentLog } from '../../log.js';
import { DEFAULT_TIMINGS } from '../../timings.js';
import type { AdapterEvent } from '../adapter.js';
import { inHex, sealed } from '../mdb/blocks.js';
import { DEFAULT_MDB, rulesOf, type MdbSettings } from '../mdb/settings.js';
import type { ByteLink, ByteListener } from '../serial-link.js';
import { WaferStarAdapter } from './wafer-star-adapter.js';

/** The adapter box, played by the test. */
class ScriptedLink implements ByteLink {
  readonly dropped: string[] = [];
  checks = 0;
  private readonly written: string[] = [];
  private listener: ByteListener | undefined;

  start(listener: ByteListener): void {
    this.listener = listener;
  }

  write(bytes: Uint8Array): void {
    this.written.push(inHex(bytes));
  }

  check(): void {
    this.checks += 1;
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

  /** What was written since the last look. */
  heard(): string[] {
    return this.written.splice(0);
  }

  bytes(...bytes: number[]): void {
    this.listener?.bytes(Uint8Array.from(bytes));
  }
}

function setUp(changes: Partial<MdbSettings> = {}) {
  const clock = new ManualClock();
  const link = new ScriptedLink();
  const events: AdapterEvent[] = [];
  const settings = { ...DEFAULT_MDB, ...changes };
  const adapter = new WaferStarAdapter(
    link,
    { rules: rulesOf(settings, 'SEK', 2), chkForwarded: settings.chkForwarded, timings: DEFAULT_TIMINGS },
    clock,
    silentLog,
    (event) => events.push(event),
  );
  adapter.start();
  /** Each block well after the one before, as on a bus. */
  const says = (...blocks: number[][]): void => {
    for (const block of blocks) {
      clock.advance(300);
      link.bytes(...(settings.chkForwarded ? sealed(...block) : block));
    }
    clock.advance(300);
  };
  return { clock, link, adapter, says, seen: () => events.splice(0) };
}

const RESET = [0x10];
const CONFIG = [0x11, 0x00, 0x03, 0, 0, 0];
const PRICES = [0x11, 0x01, 0xff, 0xff, 0, 0];
const ENABLE = [0x14, 0x01];
const REQUEST = [0x13, 0x00, 0x04, 0xb0, 0x00, 0x18];
const SUCCESS = [0x13, 0x02, 0x00, 0x18];
const COMPLETE = [0x13, 0x04];
const TIME = [0x17, 0x03, 0x26, 0x11, 0x21, 0x16, 0x30, 0x00, 0x06, 0xff, 0xff, 0xff];

function identify(model: string): number[] {
  const text = (value: string, width: number) => [...Buffer.from(value.padEnd(width), 'latin1')];
  return [0x17, 0x00, ...text('VMC', 3), ...text('42', 12), ...text(model, 12), 0x01, 0x00];
}

function ready(changes: Partial<MdbSettings> = {}) {
  const bench = setUp(changes);
  bench.link.open();
  bench.says(RESET, CONFIG, PRICES, ENABLE);
  bench.link.heard();
  bench.seen();
  bench.adapter.takeTranscript();
  return bench;
}

it('tells the machine that it was just reset, and is set up by it', () => {
  const { link, says, seen } = setUp();
  link.open();
  expect(link.heard()).toEqual(['00 00']);
  expect(seen()).toEqual([]);
  says(RESET, CONFIG, PRICES, ENABLE);
  expect(link.heard()).toEqual(['00 00', '01 03 17 52 01 02 1E 0B 99']);
  expect(seen().map((event) => ('status' in event ? event.status : event.type))).toEqual([
    'inactive',
    'inactive',
    'disabled',
    'enabled',
  ]);
});

it('sells, and keeps the bytes with their meaning as evidence', () => {
  const { adapter, link, says, seen, clock } = ready();
  adapter.openSession(2_000, 60_000);
  says(REQUEST);
  adapter.approve(1_200);
  says(SUCCESS, COMPLETE);
  clock.advance(300);
  expect(link.heard()).toEqual(['03 07 D0 FF FF FF FF 00 00 00 D6', '05 04 B0 B9', '07 07']);
  expect(seen()).toEqual([
    { type: 'status', status: 'idle' },
    { type: 'selection', selection: 24, priceMinor: 1_200 },
    { type: 'vend-success' },
    { type: 'status', status: 'idle' },
    { type: 'status', status: 'enabled' },
  ]);
  expect(adapter.takeTranscript()).toEqual([
    '> 03 07 D0 FF FF FF FF 00 00 00 D6 BEGIN SESSION 20.00',
    '< 13 00 04 B0 00 18 VEND REQUEST 12.00 item 24',
    '> 05 04 B0 B9 VEND APPROVED 12.00',
    '< 13 02 00 18 VEND SUCCESS item 24',
    '< 13 04 SESSION COMPLETE',
    '> 07 07 END SESSION',
  ]);
});

it('understands an adapter that keeps the checksums to itself', () => {
  const { adapter, says, seen } = ready({ chkForwarded: false });
  adapter.openSession(2_000, 60_000);
  says(REQUEST);
  expect(seen().at(-1)).toEqual({ type: 'selection', selection: 24, priceMinor: 1_200 });
});

it('is the second cashless device where it is told so', () => {
  const { link, says, seen } = setUp({ address: 0x60 });
  link.open();
  link.heard();
  says(RESET);
  expect(link.heard()).toEqual([]);
  expect(seen()).toMatchObject([{ type: 'fault', code: 'garbled-line' }]);
  says([0x60]);
  expect(link.heard()).toEqual(['00 00']);
});

it('gives the adapter one answer at a time, as it holds no more until the next POLL', () => {
  const { adapter, link, clock, says } = ready();
  adapter.openSession(2_000, 60_000);
  says(REQUEST);
  link.heard();
  adapter.deny();
  adapter.closeSession();
  expect(link.heard()).toEqual(['06 06']);
  clock.advance(249);
  expect(link.heard()).toEqual([]);
  clock.advance(1);
  expect(link.heard()).toEqual(['04 04']);
});

it('denies by itself when nobody decided in time', () => {
  const { adapter, link, clock, says, seen } = ready();
  adapter.openSession(2_000, 60_000);
  says(REQUEST);
  link.heard();
  seen();
  clock.advance(28_000);
  expect(seen()[0]).toEqual({ type: 'vend-failure', reason: 'cancelled' });
  expect(link.heard()).toEqual(['06 06']);
  adapter.approve(1_200);
  clock.advance(1_000);
  expect(link.heard()).toEqual([]);
});

it('says who the machine is, and that it is a simulated one only when it says so itself', () => {
  const { adapter, says } = ready();
  says(identify('M200'));
  expect(adapter.identity).toEqual({ description: 'WaferStar PC2MDB, machine VMC M200 42', simulated: false });
  says(identify('SIMULATOR'));
  expect(adapter.identity.simulated).toBe(true);
});

it('opens no session while the port is closed', () => {
  const { adapter, link, seen } = ready();
  link.drop('unplugged');
  adapter.openSession(2_000, 60_000);
  expect(seen()).toEqual([
    { type: 'status', status: 'lost' },
    { type: 'open-failed', detail: 'the port is closed' },
  ]);
});

it('is set up from the beginning when the port was opened again', () => {
  const { adapter, link, says, seen } = ready();
  adapter.openSession(2_000, 60_000);
  says(REQUEST);
  link.drop('unplugged');
  link.heard();
  link.open();
  expect(link.heard()).toEqual(['00 00']);
  seen();
  adapter.approve(1_200);
  expect(link.heard()).toEqual([]);
  says(RESET, CONFIG, PRICES, ENABLE);
  expect(seen().at(-1)).toEqual({ type: 'status', status: 'enabled' });
});

describe('a machine that says nothing', () => {
  it('is told JUST RESET again as long as it does not set us up', () => {
    const { link, clock } = setUp();
    link.open();
    link.heard();
    clock.advance(DEFAULT_TIMINGS.silentMs);
    expect(link.heard()).toEqual(['00 00']);
    clock.advance(DEFAULT_TIMINGS.silentMs);
    expect(link.heard()).toEqual(['00 00']);
    expect(link.checks).toBeGreaterThan(0);
  });

  it('is not set up anew after a session because of questions it had not answered before it', () => {
    const { adapter, link, clock, says, seen } = ready();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 3);
    adapter.openSession(2_000, 600_000);
    clock.advance(DEFAULT_TIMINGS.silentMs);
    says(TIME, COMPLETE);
    link.heard();
    seen();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 3);
    expect(link.heard()).not.toContain('00 00');
    expect(seen()).toEqual([]);
  });

  it('is asked the time, and lost when it told it before and does not now', () => {
    const { link, clock, says, seen } = ready();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 2);
    expect(link.heard()).toContain('11 11');
    says(TIME);
    clock.advance(DEFAULT_TIMINGS.silentMs + DEFAULT_TIMINGS.heartbeatMs);
    expect(link.dropped).toHaveLength(1);
    expect(seen()).toEqual([{ type: 'status', status: 'lost' }]);
  });

  it('is left in peace when it has no clock: it sets us up again once more', () => {
    const { link, clock, adapter, says, seen } = ready();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 5);
    expect(link.heard()).toEqual(['11 11', '11 11', '11 11', '00 00']);
    says(RESET, CONFIG, PRICES, ENABLE);
    expect(seen().at(-1)).toEqual({ type: 'status', status: 'enabled' });
    link.heard();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 20);
    expect(link.heard()).toEqual([]);
    expect(link.dropped).toEqual([]);
    expect(adapter.takeTranscript().join()).not.toContain('TIME');
  });

  it('is lost when it stops telling the time, although its first answer came after it was taken for one without', () => {
    const { link, clock, says, seen } = ready();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 5);
    says(RESET, CONFIG, PRICES, ENABLE, TIME);
    seen();
    clock.advance(DEFAULT_TIMINGS.silentMs + DEFAULT_TIMINGS.heartbeatMs);
    expect(link.dropped).toHaveLength(1);
    expect(seen()).toEqual([{ type: 'status', status: 'lost' }]);
  });

  it('is left in peace when it is reset by the question itself', () => {
    const { link, clock, says, seen } = ready();
    for (let asked = 0; asked < 12; asked += 1) {
      clock.advance(DEFAULT_TIMINGS.heartbeatMs * 2);
      says(RESET, CONFIG, PRICES, ENABLE);
    }
    link.heard();
    seen();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 20);
    expect(link.heard()).toEqual([]);
    expect(seen()).toEqual([]);
  });

  it('is left in peace when it has no clock and says a time that nobody asked for', () => {
    const { link, clock, says } = ready();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 5);
    says(RESET, CONFIG, PRICES, ENABLE);
    clock.advance(DEFAULT_TIMINGS.silentMs);
    says(TIME);
    link.heard();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 20);
    expect(link.heard()).toEqual([]);
    expect(link.dropped).toEqual([]);
  });

  it('is not asked the time at level 1, which does not know the question', () => {
    const { link, clock, says, seen } = setUp();
    link.open();
    says(RESET, [0x11, 0x00, 0x01, 0, 0, 0], PRICES, ENABLE);
    link.heard();
    seen();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 20);
    expect(link.heard()).toEqual([]);
    expect(seen()).toEqual([]);
  });

  it('is inactive when it went silent before it was ever asked the time', () => {
    const { clock, seen } = ready();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 5);
    expect(seen()).toEqual([{ type: 'status', status: 'inactive' }]);
  });

  it('is not disturbed in a session', () => {
    const { adapter, link, clock } = ready();
    adapter.openSession(2_000, 600_000);
    link.heard();
    clock.advance(DEFAULT_TIMINGS.heartbeatMs * 10);
    expect(link.heard()).toEqual([]);
  });
});

it('reports noise, and hears the command behind it', () => {
  const { link, clock, seen } = ready();
  clock.advance(300);
  link.bytes(0xfe, 0x81, ...sealed(0x14, 0x00));
  expect(seen()).toEqual([
    { type: 'fault', code: 'garbled-line', detail: 'not a command: FE 81' },
    { type: 'status', status: 'disabled' },
  ]);
});
