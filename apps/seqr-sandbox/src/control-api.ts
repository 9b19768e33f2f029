import type { IncomingMessage, ServerResponse } from 'node:http';

import { PayerError } from './book-rules.js';
import { controlRoutes, type ControlParts, type Route } from './control-routes.js';
import { ScanError } from './create-purchase.js';
import { FaultError } from './faults.js';
import { HttpError, sendJson } from './http.js';

/** What people and tests do with the sandbox from outside the payment: all under /sandbox/, all JSON. */
export class ControlApi {
  readonly #routes: readonly Route[];

  constructor(parts: ControlParts) {
    this.#routes = controlRoutes(parts);
  }

  /** @param path begins with /sandbox/. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const place = path.slice('/sandbox/'.length);
    try {
      const routes = this.#routes.filter(([, pattern]) => pattern.test(place));
      if (routes.length === 0) throw new HttpError(404, 'NOT_FOUND', 'the sandbox has nothing at this path');
      const route = routes.find(([method]) => method === request.method);
      if (!route) throw new HttpError(405, 'METHOD_NOT_ALLOWED', `only ${routes.map(([method]) => method).join(', ')}`);
      const [, pattern, handler] = route;
      sendJson(response, 200, await handler(request, pattern.exec(place)?.[1] ?? ''));
    } catch (error) {
      const { status, code, message } = toHttpError(error);
      if (!request.complete) response.setHeader('Connection', 'close');
      sendJson(response, status, { code, message });
    }
  }
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof ScanError || error instanceof FaultError) return new HttpError(400, error.code, error.message);
  if (error instanceof PayerError) {
    return new HttpError(error.code === 'UNKNOWN_INVOICE' ? 404 : 409, error.code, error.message);
  }
  throw error;
}
