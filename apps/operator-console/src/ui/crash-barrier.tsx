import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';

import { texts } from '../texts.js';
import { Message } from './message.js';

/** A fault in one page leaves words and a way out instead of a white screen. */
export class CrashBarrier extends Component<{ readonly children: ReactNode }, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Message alert icon="review" title={texts.states.crashedTitle} text={`${texts.states.crashed} ${error.message}`}>
        <Button onClick={() => window.location.reload()}>{texts.states.reload}</Button>
      </Message>
    );
  }
}
