import { listenLive, readNotice, type StreamEvents } from './live-stream.js';

function listening() {
  const streams: (StreamEvents & { closed: boolean })[] = [];
  const waits: { ms: number; act: () => void; cancelled: boolean }[] = [];
  const heard: unknown[] = [];
  const stop = listenLive(
    (told) => {
      const stream = { ...told, closed: false };
      streams.push(stream);
      return () => {
        stream.closed = true;
      };
    },
    {
      after: (ms, act) => {
        const wait = { ms, act, cancelled: false };
        waits.push(wait);
        return () => {
          wait.cancelled = true;
        };
      },
    },
    {
      onConnected: () => heard.push('connected'),
      onNotice: (notice) => heard.push(notice),
      onLost: () => heard.push('lost'),
    },
  );
  return { streams, waits, heard, stop };
}

describe('the live stream', () => {
  it('passes on what it hears and skips what it does not understand', () => {
    const { streams, heard } = listening();
    streams[0]?.onOpen();
    streams[0]?.onMessage('{"kind":"machine","machineId":"lobby-1"}');
    streams[0]?.onMessage('{"kind":"weather"}');
    expect(heard).toEqual(['connected', { kind: 'machine', machineId: 'lobby-1' }]);
  });

  it('closes a broken stream and waits longer with every failure, up to 15 seconds', () => {
    const { streams, waits, heard } = listening();
    for (let failure = 0; failure < 7; failure += 1) {
      streams[failure]?.onError();
      waits[failure]?.act();
    }
    expect(waits.map((wait) => wait.ms)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(streams.slice(0, 7).every((stream) => stream.closed)).toBe(true);
    expect(heard).toEqual(Array.from({ length: 7 }, () => 'lost'));
  });

  it('is quick again after it was connected once more', () => {
    const { streams, waits } = listening();
    streams[0]?.onError();
    waits[0]?.act();
    streams[1]?.onOpen();
    streams[1]?.onError();
    expect(waits.map((wait) => wait.ms)).toEqual([1_000, 1_000]);
  });

  it('stops for good, connected or waiting', () => {
    const connected = listening();
    connected.stop();
    expect(connected.streams[0]?.closed).toBe(true);

    const waiting = listening();
    waiting.streams[0]?.onError();
    waiting.stop();
    expect(waiting.waits[0]?.cancelled).toBe(true);
  });
});

describe('a live notice', () => {
  it('is read when it is whole', () => {
    const notice = { kind: 'purchase', purchaseId: '7f3b', machineId: 'lobby-1' };
    expect(readNotice(JSON.stringify(notice))).toEqual(notice);
  });

  it.each(['', 'null', '7', '{"kind":"purchase","machineId":"lobby-1"}', '{"kind":"machine"}', 7])(
    '%j is none',
    (data) => {
      expect(readNotice(data)).toBeNull();
    },
  );
});
