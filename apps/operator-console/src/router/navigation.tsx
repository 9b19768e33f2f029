import { type ComponentProps, type MouseEvent, useSyncExternalStore } from 'react';

/**
 * The browser's address is the console's only state of where one is: pages and filters can be linked, reloaded and gone
 * back to. `pushState` tells nobody, so navigation here does.
 */
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export function navigate(to: string, { replace = false } = {}): void {
  window.history[replace ? 'replaceState' : 'pushState'](null, '', to);
  if (!replace) window.scrollTo(0, 0);
  for (const listener of listeners) listener();
}

export function usePathname(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** A filter in the address. Changing it replaces the entry in the history: "back" leaves the page, not a letter. */
export function useSearchParameter(name: string): readonly [string | null, (value: string | null) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const change = (value: string | null) => {
    const parameters = new URLSearchParams(window.location.search);
    if (value) parameters.set(name, value);
    else parameters.delete(name);
    const text = parameters.toString();
    navigate(`${window.location.pathname}${text && `?${text}`}`, { replace: true });
  };
  return [new URLSearchParams(search).get(name), change];
}

/** An ordinary link that changes the page without loading it anew, and leaves new tabs and downloads to the browser. */
export function Link({ href, ...rest }: ComponentProps<'a'> & { readonly href: string }) {
  const follow = (event: MouseEvent) => {
    const wantsNewTab = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (event.defaultPrevented || wantsNewTab) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={follow} />;
}
