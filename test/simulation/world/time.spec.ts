import { Time } from './time.js';

const never = (): boolean => false;

describe('virtual time', () => {
  it('runs what falls due in the order of its time, and of asking where that is equal', async () => {
    const time = new Time();
    const order: string[] = [];
    for (const [name, ms] of [
      ['late', 30],
      ['early', 10],
      ['also early', 10],
      ['between', 20],
    ] as const) {
      time.after(ms, () => order.push(name));
    }
    await time.run(time.now + 100, never);

    expect(order).toEqual(['early', 'also early', 'between', 'late']);
  });

  it('does not run what was cancelled, nor what is due after the end', async () => {
    const time = new Time();
    const ran: string[] = [];
    time.after(10, () => ran.push('cancelled')).cancel();
    time.after(200, () => ran.push('later'));
    const end = time.now + 100;
    await time.run(end, never);

    expect(ran).toEqual([]);
    expect(time.now).toBe(end);
  });

  it('stands still until everything that was awaited at a moment is done', async () => {
    const time = new Time();
    const start = time.now;
    const moments: number[] = [];
    time.after(10, () => {
      time.entered = true;
      void (async () => {
        for (let hops = 0; hops < 50; hops += 1) await Promise.resolve();
        moments.push(time.now - start);
      })();
    });
    time.after(11, () => moments.push(time.now - start));
    await time.run(time.now + 100, never);

    expect(moments).toEqual([10, 11]);
  });
});
