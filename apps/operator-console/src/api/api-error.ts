/** The API refused, or could not be reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    /** The API's own code, or UNREACHABLE when no answer came. */
    readonly code: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** No session, or not any more: the operator has to sign in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** A refusal stays a refusal; what may pass by itself is tried twice more before it is shown. */
export function isWorthRetrying(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

/** Reads `{ error: { code, message } }`, whatever the body turns out to be. */
export function apiErrorOf(status: number, body: unknown): ApiError {
  const error = fieldOf(body, 'error');
  const code = fieldOf(error, 'code');
  const message = fieldOf(error, 'message');
  return new ApiError(
    typeof code === 'string' ? code : `HTTP_${status}`,
    status,
    typeof message === 'string' ? message : `the server answered with HTTP status ${status}`,
  );
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
}
