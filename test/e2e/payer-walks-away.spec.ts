import { TestSystem } from '../support/test-system.js';

describe('a payer who confirms and walks away', () => {
  let system: TestSystem;

  beforeAll(async () => {
    process.env['SELECTION_WINDOW_S'] = '5';
    system = await TestSystem.start();
  });

  afterAll(async () => {
    delete process.env['SELECTION_WINDOW_S'];
    await system.stop();
  });

  it('gets the whole reservation back, and the machine is free for the next', async () => {
    const reference = await system.scan([{ walkAway: true }]);
    system.confirm(reference);
    const purchase = await system.ended(reference);

    expect(purchase).toMatchObject({ state: 'RELEASED', reserved_minor: '2000', committed_minor: null });
    expect(system.invoice(reference)).toMatchObject({ state: 'CANCELED', committed: 0n, commits: 0 });
    expect(system.dispensedMinor()).toBe(0);
    await system.machineReady();
    const cases = await system.query('SELECT 1 FROM review_cases');
    expect(cases).toEqual([]);
  });
});
