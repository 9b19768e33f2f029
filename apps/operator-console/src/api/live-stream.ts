import type { LiveNotice } from '#fleet/operator-views.js';

export interface StreamEvents {
  readonly onOpen: () => void;
  readonly onMessage: (data: unknown) => void;
  readonly onError: () => void;
}

/** Opens one stream of events; returns what closes it. After `onError` nothing more is told. */
export type OpenStream = (told: StreamEvents) => () => void;

export interface Timers {
  /** Runs `act` after `ms`; returns what prevents it. */
  after(ms: number, act: () => void): () => void;
}

export interface LiveHandlers {
  onConnected(): void;
  onNotice(notice: LiveNotice): void;
  onLost(): void;
}

/** A restarted server is found within a second; one that stays away is asked four times a minute. */
const RECONNECT_MS = [1_000, 2_000, 4_000, 8_000] as const;
const RECONNECT_MAX_MS = 15_000;

/**
 * Keeps a stream of live notices open, for ever, until the returned function is called. The browser's own reconnection
 * is not used: it gives up on an HTTP error, which a restarting server answers with.
 */
export function listenLive(open: OpenStream, timers: Timers, handlers: LiveHandlers): () => void {
  let failures = 0;
  let stop: () => void = () => {};

  const connect = () => {
    stop = open({
      onOpen: () => {
        failures = 0;
        handlers.onConnected();
      },
      onMessage: (data) => {
        const notice = readNotice(data);
        if (notice) handlers.onNotice(notice);
      },
      onError: () => {
        stop();
        stop = timers.after(RECONNECT_MS[failures] ?? RECONNECT_MAX_MS, connect);
        failures += 1;
        handlers.onLost();
      },
    });
  };

  connect();
  return () => stop();
}

/** Null for what a newer server may send and this console does not know. */
export function readNotice(data: unknown): LiveNotice | null {
  if (typeof data !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { kind, machineId, purchaseId } = value as Record<string, unknown>;
  if (typeof machineId !== 'string') return null;
  if (kind === 'machine') return { kind, machineId };
  if (kind === 'purchase' && typeof purchaseId === 'string') return { kind, purchaseId, machineId };
  return null;
}
