import { ArgumentError } from '../support/command-options.js';
import { readArguments } from './arguments.js';

describe('the options of the simulation', () => {
  it('are a thousand seeds on all processors unless said otherwise', () => {
    expect(readArguments([], 2)).toMatchObject({ seeds: 1_000, from: 1, only: null, threads: 2, hash: false });
  });

  it('name a range of seeds, or one alone', () => {
    expect(readArguments(['--seeds', '5000', '--from', '7'], 2)).toMatchObject({ seeds: 5_000, from: 7 });
    expect(readArguments(['--seed', '42', '--about', 'p3', '--hash'], 2)).toMatchObject({
      only: 42,
      about: 'p3',
      hash: true,
    });
  });

  it.each([
    ['--seeds', '0'],
    ['--seeds', '1e3'],
    ['--seeds', '-1'],
    ['--seed', 'one'],
    ['--threads', '65'],
    ['--sead'],
  ])('are refused when they make no sense: %s %s', (...argv) => {
    expect(() => readArguments(argv, 2)).toThrow(ArgumentError);
  });
});
