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

it('lets nobody try while a thousand addresses do', () => {
  const wrong = new WrongCodes();
  wrong.tooMany('first', 0);
  for (let address = 0; address < 1_000; address += 1) wrong.add(`10.1.${address}`);
  expect(wrong.tooMany('somebody else', 1)).toBe(true);
});
