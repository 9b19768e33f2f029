import { WrongCodes } from './wrong-codes.js';

it('lets an address try five times in a minute, and others meanwhile', () => {
  const wrong = new WrongCodes();
  for (let tries = 0; tries < 5; tries += 1) {
    expect(wrong.tooMany('10.0.0.1', 0)).toBe(false);
    wrong.add('10.0.0.1');
  }
  expect(wrong.tooMany('10.0.0.1', 59_999)).toBe(true);
  expect(wrong.tooMany('10.0.0.2', 59_999)).toBe(false);
  expect(wrong.tooMany('10.0.0.1', 60_000)).toBe(false);
});

it.each([
  ['of one IPv6 network', '2001:db8:1:2::1', '2001:DB8:1:2:ffff:0:0:1', true],
  ['of one IPv6 network with zeros in it', '2001:db8::1', '2001:db8:0:0:1:2:3:4', true],
  ['of two IPv6 networks', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['of IPv4, however it is written', '::ffff:10.0.0.1', '10.0.0.1', true],
  ['of IPv4, at a socket for both', '::ffff:10.0.0.1', '::ffff:10.0.0.2', false],
])('counts two addresses %s (%s, %s) together: %s', (_, one, other, together) => {
  const wrong = new WrongCodes();
  wrong.tooMany(one, 0);
  for (let tries = 0; tries < 5; tries += 1) wrong.add(one);
  expect(wrong.tooMany(one, 1)).toBe(true);
  expect(wrong.tooMany(other, 1)).toBe(together);
});

it('keeps nobody else out while a thousand addresses try, and forgets who tried longest ago', () => {
  const wrong = new WrongCodes();
  wrong.tooMany('first', 0);
  for (let tries = 0; tries < 5; tries += 1) for (const address of ['first', 'second']) wrong.add(address);
  for (let address = 0; address < 998; address += 1) wrong.add(`10.1.${address}`);
  expect([wrong.tooMany('first', 1), wrong.tooMany('second', 1)]).toEqual([true, true]);
  expect(wrong.tooMany('somebody else', 1)).toBe(false);
  wrong.add('somebody else');
  expect([wrong.tooMany('first', 1), wrong.tooMany('second', 1)]).toEqual([false, true]);
});
