import { areCredentials, isPassword, newCredentials, passwordHash } from './credentials.js';

it('makes credentials that are random, and that it takes itself', () => {
  const [one, two] = [newCredentials(), newCredentials()];
  expect(areCredentials(one)).toBe(true);
  expect(one.password).not.toBe(two.password);
  expect(one.key).not.toBe(two.key);
});

it('knows a password by its hash', () => {
  const { password } = newCredentials();
  const hash = passwordHash(password);
  expect(hash).toMatch(/^\$7\$101\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/);
  expect(isPassword(password, hash)).toBe(true);
  expect(isPassword(`${password}x`, hash)).toBe(false);
  expect(passwordHash(password)).not.toBe(hash);
});

it.each(['', '$7$101$$', '$6$101$AAAA$AAAA', 'plain text', '$7$0$AAAA$AAAA'])(
  'takes nothing for the hash "%s"',
  (hash) => {
    expect(isPassword('', hash)).toBe(false);
  },
);
