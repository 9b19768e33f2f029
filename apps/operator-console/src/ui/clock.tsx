import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';

import { formatAge, formatTimeOfDay, formatWithZone } from '../format/time.js';

const TICK_MS = 1_000;
const Now = createContext(0);

/** One tick for the whole console, on the server's clock: ages stay right on a computer whose clock is wrong. */
export function Clock({ offsetMs, children }: { readonly offsetMs: number; readonly children: ReactNode }) {
  const [ticked, setTicked] = useState(() => Date.now());
  useEffect(() => {
    const interval = window.setInterval(() => setTicked(Date.now()), TICK_MS);
    return () => window.clearInterval(interval);
  }, []);
  return <Now value={ticked + offsetMs}>{children}</Now>;
}

/** Milliseconds since 1970 on the server's clock; changes once a second. */
export function useNow(): number {
  return use(Now);
}

/** "14:32:05", with date and zone on hover. */
export function TimeOfDay({ at }: { readonly at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatWithZone(date)}>
      {formatTimeOfDay(date)}
    </time>
  );
}

/** "3 h" in the words around it ("for 3 h", "3 h ago"), with date and zone on hover. */
export function Age({ since, words }: { readonly since: string; readonly words: (age: string) => string }) {
  const now = useNow();
  // Only the age changes with every tick.
  const title = useMemo(() => formatWithZone(new Date(since)), [since]);
  return (
    <time dateTime={since} title={title}>
      {words(formatAge(now - Date.parse(since)))}
    </time>
  );
}
