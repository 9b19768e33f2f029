import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

import { keys } from '../api/keys.js';

/** When the oldest of what is on the screen was fetched, in ms since 1970 on this computer's clock; null: nothing yet. */
export function useOldestView(): number | null {
  return useOfQueries((client) => {
    const fetched = shown(client).map((query) => query.state.dataUpdatedAt);
    return fetched.length === 0 ? null : Math.min(...fetched);
  });
}

/** Whether something on the screen could not be fetched anew, although it was there before. */
export function useIsRefetchFailing(): boolean {
  return useOfQueries((client) => shown(client).some((query) => query.state.status === 'error'));
}

function shown(client: QueryClient) {
  return client
    .getQueryCache()
    .findAll({ type: 'active' })
    .filter((query) => query.queryKey[0] !== keys.system[0] && query.state.dataUpdatedAt > 0);
}

function useOfQueries<Value extends string | number | boolean | null>(read: (client: QueryClient) => Value): Value {
  const client = useQueryClient();
  return useSyncExternalStore(
    (changed) => client.getQueryCache().subscribe(changed),
    () => read(client),
  );
}
