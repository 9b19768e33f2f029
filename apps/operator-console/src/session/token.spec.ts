import { tokenInFragment, tokenInPaste } from './token.js';

describe('the token of the sign-in link', () => {
  it('is read from the fragment', () => {
    expect(tokenInFragment('#token=abc-123_x')).toBe('abc-123_x');
  });

  it('is not there in other fragments', () => {
    expect(tokenInFragment('')).toBeNull();
    expect(tokenInFragment('#calls')).toBeNull();
    expect(tokenInFragment('#token=')).toBeNull();
  });

  it('may be pasted alone or as the whole link', () => {
    expect(tokenInPaste('  abc123\n')).toBe('abc123');
    expect(tokenInPaste('https://localhost:8443/console/#token=abc123')).toBe('abc123');
  });

  it('is refused here when it is empty or absurdly long', () => {
    expect(tokenInPaste('   ')).toBeNull();
    expect(tokenInPaste('x'.repeat(513))).toBeNull();
    expect(tokenInFragment(`#token=${'x'.repeat(513)}`)).toBeNull();
  });
});
