import { notified, status } from '#purchase/testing/happenings.js';

import { settled } from './testing/manual-clock.js';
import { Installation, type Server } from './testing/server.js';

describe('an act that a living server had to drop', () => {
  let installation: Installation;
  let server: Server;

  beforeEach(async () => {
    installation = new Installation();
    server = installation.server();
    await server.scan();
    server.performer.isConfirmed = true;
  });

  function loseDatabase(): () => void {
    const { store } = server;
    const [save, load] = [store.save.bind(store), store.load.bind(store)];
    const fail = () => Promise.reject(new Error('the database is away'));
    Object.assign(store, { save: fail, load: fail });
    return () => Object.assign(store, { save, load });
  }

  it('is looked up at the next sweep once the database is back, and not after the lease has run out', async () => {
    const answer = server.performer.hold('getPaymentStatus');
    await server.hears(notified);
    const bring = loseDatabase();
    answer(status('RESERVED'));
    await settled();
    bring();
    await server.runner.sweep();
    await settled();

    expect(installation.purchase.state).toBe('UNLOCKING');
    expect(server.performer.acts).toEqual(['sendInvoice', 'getPaymentStatus', 'getPaymentStatus', 'sendGrant']);
  });

  it('is done by the server that could not act for a moment', async () => {
    server.mayAct = false;
    await server.hears(notified);
    expect(server.performer.acts).toEqual(['sendInvoice']);
    server.mayAct = true;
    await server.runner.sweep();
    await settled();

    expect(installation.purchase.state).toBe('UNLOCKING');
  });

  it('is claimed once, however long the database takes to say what became of the purchase', async () => {
    server.mayAct = false;
    await server.hears(notified);
    server.mayAct = true;
    const load = server.store.load.bind(server.store);
    const answers: (() => void)[] = [];
    Object.assign(server.store, {
      load: async (purchaseId: string) => {
        await new Promise<void>((resolve) => answers.push(resolve));
        return load(purchaseId);
      },
    });

    expect(await server.runner.sweep()).toBe(1);
    expect(await server.runner.sweep()).toBe(0);
    expect(answers).toHaveLength(1);
  });

  it('is claimed again when it could not be taken over', async () => {
    server.mayAct = false;
    await server.hears(notified);
    server.mayAct = true;
    const bring = loseDatabase();
    await server.runner.sweep();
    await settled();
    bring();
    await server.runner.sweep();
    await settled();

    expect(installation.purchase.state).toBe('UNLOCKING');
  });

  it('is not claimed again while this server is doing it', async () => {
    server.mayAct = false;
    await server.hears(notified);
    server.mayAct = true;
    server.performer.hold('getPaymentStatus');

    expect(await server.runner.sweep()).toBe(1);
    await settled();
    expect(await server.runner.sweep()).toBe(0);
    expect(server.performer.acts).toEqual(['sendInvoice', 'getPaymentStatus']);
  });
});
