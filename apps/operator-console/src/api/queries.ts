import { QueryClient, QueryCache, useQuery } from '@tanstack/react-query';

import { isSignedOut, isWorthRetrying } from './api-error.js';
import { getMachines, getPurchase, getPurchases } from './client.js';
import { keys } from './keys.js';

/** What is on the screen is never older than this while the server answers, even if a live notice got lost. */
const REFETCH_MS = 15_000;

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      // The session ended: the system query decides what is shown, so let it find out.
      onError: (error, query) => {
        if (isSignedOut(error) && query.queryKey[0] !== keys.system[0]) {
          void client.invalidateQueries({ queryKey: keys.system });
        }
      },
    }),
    defaultOptions: {
      queries: {
        // A local Vendrail answers whatever the browser thinks of the internet.
        networkMode: 'always',
        refetchInterval: REFETCH_MS,
        refetchOnWindowFocus: true,
        staleTime: 2_000,
        retry: isWorthRetrying,
        retryDelay: 1_000,
      },
    },
  });
  return client;
}

export function useMachines() {
  return useQuery({ queryKey: keys.machines, queryFn: ({ signal }) => getMachines(signal) });
}

/** The longer list of the same machine keeps the shorter one on the screen until it is there. */
export function usePurchases(machineId: string | null, limit: number) {
  return useQuery({
    queryKey: keys.purchasesOf(machineId, limit),
    queryFn: ({ signal }) => getPurchases({ machineId, limit }, signal),
    placeholderData: (previous, query) =>
      query?.queryKey[1] === keys.purchasesOf(machineId, limit)[1] ? previous : undefined,
  });
}

export function usePurchase(id: string) {
  return useQuery({ queryKey: keys.purchase(id), queryFn: ({ signal }) => getPurchase(id, signal) });
}
