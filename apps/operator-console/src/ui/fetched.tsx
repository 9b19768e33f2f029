import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ApiError, isNotFound } from '../api/api-error.js';
import { texts } from '../texts.js';
import classes from './fetched.module.css';
import { Message } from './message.js';

interface Props<View> {
  readonly query: UseQueryResult<View>;
  readonly children: (view: View) => ReactNode;
  /** Shown when the server knows no such thing. */
  readonly missing?: ReactNode;
}

/** Shows what was fetched, also when fetching it again failed: the banner says how old it is. */
export function Fetched<View>({ query, children, missing }: Props<View>) {
  if (missing !== undefined && isNotFound(query.error)) return missing;
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <FetchError error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}

export function Loading() {
  return (
    <div className={classes.loading} aria-busy>
      <VisuallyHidden>{texts.states.loading}</VisuallyHidden>
      <Skeleton height={28} width="40%" radius="md" />
      <Skeleton height={64} radius="lg" />
      <Skeleton height={64} radius="lg" />
      <Skeleton height={64} radius="lg" />
    </div>
  );
}

export function FetchError({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const unreachable = error instanceof ApiError && error.status === 0;
  const code = error instanceof ApiError ? error.code : error.name;
  return (
    <Message
      alert
      icon="review"
      title={unreachable ? texts.states.unreachableTitle : texts.states.failedTitle}
      text={unreachable ? texts.states.unreachable : texts.states.failed(error.message, code)}
    >
      <Button onClick={retry}>{texts.states.retry}</Button>
    </Message>
  );
}
