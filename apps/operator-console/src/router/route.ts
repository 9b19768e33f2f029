/** Where the server serves the console; the same as `base` in vite.config.ts. */
const BASE = '/console/';

export type Route =
  | { readonly page: 'fleet' | 'purchases' | 'not-found' }
  | { readonly page: 'purchase' | 'machine'; readonly id: string };

export const paths = {
  fleet: BASE,
  purchases: `${BASE}purchases`,
  purchasesOf: (machineId: string) => `${BASE}purchases?machine=${encodeURIComponent(machineId)}`,
  purchase: (id: string) => `${BASE}purchases/${encodeURIComponent(id)}`,
  machine: (id: string) => `${BASE}machines/${encodeURIComponent(id)}`,
} as const;

/** The page that a path names. A trailing slash makes no difference. */
export function routeOf(pathname: string): Route {
  if (!`${pathname}/`.startsWith(BASE)) return { page: 'not-found' };
  const [section, rawId, ...rest] = pathname.slice(BASE.length).replace(/\/$/, '').split('/');
  const id = decode(rawId);
  if (rest.length > 0 || id === null) return { page: 'not-found' };
  if (!section) return { page: 'fleet' };
  if (section === 'purchases') return id ? { page: 'purchase', id } : { page: 'purchases' };
  if (section === 'machines' && id) return { page: 'machine', id };
  return { page: 'not-found' };
}

/** '' when there is none, null when it is not decodable (a stray % in a mangled link). */
function decode(text: string | undefined): string | null {
  try {
    return decodeURIComponent(text ?? '');
  } catch {
    return null;
  }
}
