import type { MachineView, PurchaseSummaryView, PurchaseView, SystemView } from '#fleet/operator-views.js';

import { ApiError, apiErrorOf } from './api-error.js';

/** A page that has not come by then is reported as missing instead of leaving the operator to wait. */
const ANSWER_WITHIN_MS = 10_000;

/** @throws ApiError with status 401 when the token is not the one that was printed. */
export async function signIn(token: string): Promise<void> {
  await request('POST', '/api/session', { body: JSON.stringify({ token }) });
}

export async function signOut(): Promise<void> {
  await request('DELETE', '/api/session');
}

export interface SystemSeen extends SystemView {
  /** Server's clock minus this computer's, in ms; good to about half of the request's round trip. */
  readonly clockOffsetMs: number;
}

export async function getSystem(signal?: AbortSignal): Promise<SystemSeen> {
  const asked = Date.now();
  const system = await get<SystemView>('/api/system', signal);
  const middle = (asked + Date.now()) / 2;
  return { ...system, clockOffsetMs: Math.round(Date.parse(system.now) - middle) };
}

export function getMachines(signal?: AbortSignal): Promise<readonly MachineView[]> {
  return get('/api/machines', signal);
}

/** Newest first; the API gives 200 at most. */
export function getPurchases(
  query: { readonly machineId: string | null; readonly limit: number },
  signal?: AbortSignal,
): Promise<readonly PurchaseSummaryView[]> {
  const parameters = new URLSearchParams({ limit: String(query.limit) });
  if (query.machineId) parameters.set('machineId', query.machineId);
  return get(`/api/purchases?${parameters}`, signal);
}

/** @throws ApiError with status 404 when there is no such purchase. */
export function getPurchase(id: string, signal?: AbortSignal): Promise<PurchaseView> {
  return get(`/api/purchases/${encodeURIComponent(id)}`, signal);
}

export function qrPictureOf(machineId: string): string {
  return `/api/machines/${encodeURIComponent(machineId)}/qr.svg`;
}

async function get<View>(path: string, signal?: AbortSignal): Promise<View> {
  const response = await request('GET', path, signal ? { signal } : {});
  return (await response.json()) as View;
}

async function request(
  method: string,
  path: string,
  { body, signal }: { body?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const deadline = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const headers: HeadersInit = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body ?? null,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      redirect: 'error',
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError('UNREACHABLE', 0, 'no answer from the server');
  }
  if (!response.ok) throw apiErrorOf(response.status, await response.json().catch(() => null));
  return response;
}
