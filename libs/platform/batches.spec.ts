import { Batches } from './batches.js';

class Refusal extends Error {}

/** A neighbour that answers when the test says so, and keeps what it was asked together. */
class Neighbour {
  readonly asked: (readonly string[])[] = [];
  private readonly answers: ((answer: (string | Error)[] | Error) => void)[] = [];

  readonly batches = new Batches<string, string>({
    together: (orders) => {
      this.asked.push(orders);
      return new Promise((resolve, reject) =>
        this.answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      );
    },
    isUndone: (error) => error instanceof Refusal,
    goesFirst: (order) => order.endsWith('!'),
  });

  async answer(answer: (string | Error)[] | Error): Promise<void> {
    this.answers.shift()?.(answer);
    await settled();
  }
}

/** Whatever follows from it at once has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('orders that are carried out together', () => {
  it('go at once when nobody is under way', async () => {
    const neighbour = new Neighbour();
    const done = neighbour.batches.do('a');

    expect(neighbour.asked).toEqual([['a']]);
    await neighbour.answer(['A']);
    await expect(done).resolves.toBe('A');
  });

  it('gather while two batches are under way, and go as one', async () => {
    const neighbour = new Neighbour();
    const done = Promise.all(['a', 'b', 'c', 'd', 'e'].map((order) => neighbour.batches.do(order)));

    expect(neighbour.asked).toEqual([['a'], ['b']]);
    await neighbour.answer(['A']);
    expect(neighbour.asked).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
    await neighbour.answer(['B']);
    await neighbour.answer(['C', 'D', 'E']);
    await expect(done).resolves.toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('go before what waits already where they are to go first, and in their own order', async () => {
    const neighbour = new Neighbour();
    const done = Promise.all(['a', 'b', 'c', 'd!', 'e', 'f!'].map((order) => neighbour.batches.do(order)));

    await neighbour.answer(['A']);
    expect(neighbour.asked.at(-1)).toEqual(['d!', 'f!', 'c', 'e']);
    await neighbour.answer(['B']);
    await neighbour.answer(['D', 'F', 'C', 'E']);
    await expect(done).resolves.toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
  });

  it('are at most thirty-two in one batch', async () => {
    const neighbour = new Neighbour();
    const orders = Array.from({ length: 40 }, (_, i) => String(i));
    const done = Promise.all(orders.map((order) => neighbour.batches.do(order)));

    await neighbour.answer(['0']);
    await neighbour.answer(['1']);
    expect(neighbour.asked.map(({ length }) => length)).toEqual([1, 1, 32, 6]);
    for (const batch of neighbour.asked.slice(2)) await neighbour.answer([...batch]);
    await expect(done).resolves.toEqual(orders);
  });

  it('fail one by one where the neighbour refuses one of them', async () => {
    const neighbour = new Neighbour();
    const done = Promise.allSettled(['a', 'b', 'c', 'd'].map((order) => neighbour.batches.do(order)));

    await neighbour.answer(['A']);
    await neighbour.answer(['B']);
    await neighbour.answer([new Refusal('no'), 'D']);
    await expect(done).resolves.toMatchObject([
      { value: 'A' },
      { value: 'B' },
      { reason: new Refusal('no') },
      { value: 'D' },
    ]);
  });

  it('are tried each by itself when together they were refused', async () => {
    const neighbour = new Neighbour();
    const done = Promise.allSettled(['a', 'b', 'c', 'd'].map((order) => neighbour.batches.do(order)));
    await neighbour.answer(['A']);
    await neighbour.answer(['B']);

    await neighbour.answer(new Refusal('c spoils it'));
    await neighbour.answer(new Refusal('c'));
    await neighbour.answer(['D']);
    expect(neighbour.asked.slice(2)).toEqual([['c', 'd'], ['c'], ['d']]);
    await expect(done).resolves.toMatchObject([{}, {}, { reason: new Refusal('c') }, { value: 'D' }]);
  });

  it('all fail, also those that wait, when the neighbour is away: who waits longer would learn the same', async () => {
    const neighbour = new Neighbour();
    const done = Promise.allSettled(['a', 'b', 'c'].map((order) => neighbour.batches.do(order)));

    await neighbour.answer(new Error('away'));
    await neighbour.answer(new Error('away'));
    expect(neighbour.asked).toEqual([['a'], ['b']]);
    const outcomes = await done;
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const next = neighbour.batches.do('d');
    await neighbour.answer(['D']);
    await expect(next).resolves.toBe('D');
  });
});
