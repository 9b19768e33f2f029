import { ApiError, apiErrorOf, isNotFound, isSignedOut, isWorthRetrying } from './api-error.js';

describe('errors of the operators API', () => {
  it('bear the code and the words of the server', () => {
    expect(
      apiErrorOf(404, { error: { code: 'NO_SUCH_PURCHASE', message: 'there is no such purchase' } }),
    ).toMatchObject({
      code: 'NO_SUCH_PURCHASE',
      status: 404,
      message: 'there is no such purchase',
    });
  });

  it.each([null, '<html>', {}, { error: 'no' }, { error: { code: 7 } }])('survive the body %j', (body) => {
    expect(apiErrorOf(502, body)).toMatchObject({ code: 'HTTP_502', status: 502 });
  });

  it('are told apart by their status', () => {
    expect(isSignedOut(new ApiError('NO_SESSION', 401, ''))).toBe(true);
    expect(isSignedOut(new Error('401'))).toBe(false);
    expect(isNotFound(new ApiError('NO_SUCH_PURCHASE', 404, ''))).toBe(true);
  });

  it('are tried again only when time may heal them, and not for ever', () => {
    expect(isWorthRetrying(0, new ApiError('NO_SESSION', 401, ''))).toBe(false);
    expect(isWorthRetrying(0, new ApiError('HTTP_503', 503, ''))).toBe(true);
    expect(isWorthRetrying(1, new ApiError('UNREACHABLE', 0, ''))).toBe(true);
    expect(isWorthRetrying(2, new ApiError('UNREACHABLE', 0, ''))).toBe(false);
  });
});
