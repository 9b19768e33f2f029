import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { keys } from '../api/keys.js';
import { listenLive, type OpenStream, type Timers } from '../api/live-stream.js';
import { createRefetchPump } from '../api/refetch-pump.js';

export type LiveState = 'connecting' | 'connected' | 'lost';

const timers: Timers = {
  after: (ms, act) => {
    const timer = window.setTimeout(act, ms);
    return () => window.clearTimeout(timer);
  },
};

const openEvents: OpenStream = (told) => {
  const source = new EventSource('/api/live');
  source.addEventListener('open', told.onOpen);
  source.addEventListener('message', (event) => told.onMessage(event.data));
  source.addEventListener('error', told.onError);
  return () => source.close();
};

/** Keeps everything on the screen fresh from the server's live notices, and says whether that works. */
export function useLive(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    const refetch = (touched: readonly (readonly string[])[]) =>
      Promise.all(touched.map((queryKey) => client.invalidateQueries({ queryKey })));
    const pump = createRefetchPump(refetch, timers);
    return listenLive(openEvents, timers, {
      onConnected: () => {
        setState('connected');
        // Nobody told us what happened while the stream was down.
        void client.invalidateQueries();
      },
      onNotice: pump,
      onLost: () => {
        setState('lost');
        // EventSource does not tell a refusal from a broken line; this does.
        void client.invalidateQueries({ queryKey: keys.system });
      },
    });
  }, [client]);

  return state;
}
