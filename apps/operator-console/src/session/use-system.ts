import { useQuery } from '@tanstack/react-query';

import { ApiError } from '../api/api-error.js';
import { getSystem, signIn, type SystemSeen } from '../api/client.js';
import { keys } from '../api/keys.js';
import { forgetToken, pendingToken } from './link-token.js';

/** What every page needs. That it can be fetched means that there is a session. */
export function useSystem() {
  return useQuery({ queryKey: keys.system, queryFn: ({ signal }) => signInAndGetSystem(signal) });
}

async function signInAndGetSystem(signal: AbortSignal): Promise<SystemSeen> {
  const token = pendingToken();
  if (token !== null) {
    try {
      await signIn(token);
      forgetToken();
    } catch (error) {
      // Without an answer the same token is tried again; a refused one never is.
      if (error instanceof ApiError && error.status !== 0) forgetToken();
      throw error;
    }
  }
  return getSystem(signal);
}
