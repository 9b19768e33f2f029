import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';

import { isSignedOut } from '../api/api-error.js';
import type { SystemSeen } from '../api/client.js';
import { keys } from '../api/keys.js';
import { FetchError, Loading } from '../ui/fetched.js';
import { takeTokenFromAddress } from './link-token.js';
import classes from './session-gate.module.css';
import { SignIn } from './sign-in.js';
import { useSystem } from './use-system.js';

/** Shows the console to those who are signed in, and everybody else how to sign in. */
export function SessionGate({ children }: { readonly children: (system: SystemSeen) => ReactNode }) {
  const system = useSystem();
  const client = useQueryClient();

  useEffect(() => {
    // A link opened in a tab that already shows the console changes only the fragment: nothing is loaded anew.
    const onFragment = () => {
      if (takeTokenFromAddress()) void client.resetQueries({ queryKey: keys.system });
    };
    window.addEventListener('hashchange', onFragment);
    return () => window.removeEventListener('hashchange', onFragment);
  }, [client]);

  if (isSignedOut(system.error)) return <SignIn />;
  if (system.data) return children(system.data);
  return (
    <main className={classes.alone}>
      {system.error ? <FetchError error={system.error} retry={() => void system.refetch()} /> : <Loading />}
    </main>
  );
}
