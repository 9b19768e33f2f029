import { TestSystem } from '../support/test-system.js';

describe('a payer who scans and never confirms', () => {
  let system: TestSystem;

  beforeAll(async () => {
    process.env['CONFIRM_WITHIN_S'] = '10';
    system = await TestSystem.start();
  });

  afterAll(async () => {
    delete process.env['CONFIRM_WITHIN_S'];
    await system.stop();
  });

  it('loses the machine after the set time, and the invoice is cancelled at SEQR', async () => {
    const reference = await system.scan([]);
    const purchase = await system.ended(reference);

    expect(purchase).toMatchObject({ state: 'CANCELLED', committed_minor: null });
    expect(system.invoice(reference)).toMatchObject({ state: 'CANCELED', committed: 0n });
    const next = await system.scan([]);
    expect(next).not.toBe(reference);
    system.sandbox.payer.decline(next);
    await system.ended(next);
  });
});
