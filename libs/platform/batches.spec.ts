import { Batches } from './batches.js';

class Refusal extends Error {}

/** A neighbour that answers when the test says so, and keeps what it was asked together. */
class Neighbour {
  readonly asked: (readonly string[])[] = [];
  /** Called when a batch has taken long. */
  readonly timers = new Set<() => void>();
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
    after: (_, work) => {
      this.timers.add(work);
      return () => this.timers.delete(work);
    },
  });

  /** What is under way takes long. */
  wait(): void {
    const due = [...this.timers];
    this.timers.clear();
    due.forEach((work) => work());
  }

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

  it('gather while a batch is under way, and go as one', async () => {
    const neighbour = new Neighbour();
    const done = Promise.all(['a', 'b', 'c', 'd'].map((order) => neighbour.batches.do(order)));

    expect(neighbour.asked).toEqual([['a']]);
    await neighbour.answer(['A']);
    expect(neighbour.asked).toEqual([['a'], ['b', 'c', 'd']]);
    await neighbour.answer(['B', 'C', 'D']);
    await expect(done).resolves.toEqual(['A', 'B', 'C', 'D']);
    expect(neighbour.timers.size).toBe(0);
  });

  it('do not wait for one that is stuck, nor more than two at a time', async () => {
    const neighbour = new Neighbour();
    const stuck = neighbour.batches.do('stuck');
    const others = Promise.all(['a', 'b'].map((order) => neighbour.batches.do(order)));

    neighbour.wait();
    expect(neighbour.asked).toEqual([['stuck'], ['a', 'b']]);
    const late = neighbour.batches.do('late');
    neighbour.wait();
    expect(neighbour.asked).toHaveLength(2);
    await neighbour.answer(['STUCK']);
    expect(neighbour.asked.slice(2)).toEqual([['late']]);
    await neighbour.answer(['A', 'B']);
    await neighbour.answer(['LATE']);
    await expect(Promise.all([stuck, others, late])).resolves.toEqual(['STUCK', ['A', 'B'], 'LATE']);

    const next = Promise.all(['c', 'd', 'e'].map((order) => neighbour.batches.do(order)));
    expect(neighbour.asked.slice(3)).toEqual([['c']]);
    await neighbour.answer(['C']);
    await neighbour.answer(['D', 'E']);
    await expect(next).resolves.toEqual(['C', 'D', 'E']);
  });

  it('go before what waits already where they are to go first, and in their own order', async () => {
    const neighbour = new Neighbour();
    const done = Promise.all(['a', 'b', 'c!', 'd', 'e!'].map((order) => neighbour.batches.do(order)));

    await neighbour.answer(['A']);
    expect(neighbour.asked.at(-1)).toEqual(['c!', 'e!', 'b', 'd']);
    await neighbour.answer(['C', 'E', 'B', 'D']);
    await expect(done).resolves.toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('are at most thirty-two in one batch, and do not wait for it to end when there are enough for another', async () => {
    const neighbour = new Neighbour();
    const orders = Array.from({ length: 80 }, (_, i) => String(i));
    const done = Promise.all(orders.map((order) => neighbour.batches.do(order)));

    expect(neighbour.asked.map(({ length }) => length)).toEqual([1, 32]);
    for (const batch of [0, 1, 2, 3]) await neighbour.answer([...(neighbour.asked[batch] ?? [])]);
    expect(neighbour.asked.map(({ length }) => length)).toEqual([1, 32, 32, 15]);
    await expect(done).resolves.toEqual(orders);
  });

  it('leave a place to the others, however many go first', async () => {
    const neighbour = new Neighbour();
    const first = Array.from({ length: 72 }, (_, i) => `${i}!`);
    const others = Array.from({ length: 10 }, (_, i) => String(i));
    const orders = ['a', ...first, ...others];
    const done = Promise.all(orders.map((order) => neighbour.batches.do(order)));

    expect(neighbour.asked).toEqual([['a'], first.slice(0, 32)]);
    await neighbour.answer(['a']);
    expect(neighbour.asked.at(-1)).toEqual([...first.slice(32, 63), ...others.slice(0, 1)]);
    for (const batch of [1, 2, 3]) await neighbour.answer([...(neighbour.asked[batch] ?? [])]);
    await expect(done).resolves.toEqual(orders);
  });

  it('fail one by one where the neighbour refuses one of them', async () => {
    const neighbour = new Neighbour();
    const done = Promise.allSettled(['a', 'b', 'c'].map((order) => neighbour.batches.do(order)));

    await neighbour.answer(['A']);
    await neighbour.answer([new Refusal('no'), 'C']);
    await expect(done).resolves.toMatchObject([{ value: 'A' }, { reason: new Refusal('no') }, { value: 'C' }]);
  });

  it('are tried each by itself when together they were refused', async () => {
    const neighbour = new Neighbour();
    const done = Promise.allSettled(['a', 'b', 'c'].map((order) => neighbour.batches.do(order)));
    await neighbour.answer(['A']);

    await neighbour.answer(new Refusal('b spoils it'));
    await neighbour.answer(new Refusal('b'));
    await neighbour.answer(['C']);
    expect(neighbour.asked.slice(1)).toEqual([['b', 'c'], ['b'], ['c']]);
    await expect(done).resolves.toMatchObject([{}, { reason: new Refusal('b') }, { value: 'C' }]);
  });

  it('all fail, also those that wait, when the neighbour is away: who waits longer would learn the same', async () => {
    const neighbour = new Neighbour();
    const done = Promise.allSettled(['a', 'b', 'c'].map((order) => neighbour.batches.do(order)));

    await neighbour.answer(new Error('away'));
    expect(neighbour.asked).toEqual([['a']]);
    const outcomes = await done;
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const next = neighbour.batches.do('d');
    await neighbour.answer(['D']);
    await expect(next).resolves.toBe('D');
  });
});
