import { lampsOf, linkLamp, machineLamp, saleLamp } from './lamps.js';
import { exampleMachine, examplePurchase } from './machine-example.js';

describe('the lamps of a machine', () => {
  it('are all green for a machine that is connected, ready and filled', () => {
    expect(lampsOf(exampleMachine()).map((lamp) => [lamp.tone, lamp.word])).toEqual([
      ['good', 'online'],
      ['good', 'ready'],
      ['good', 'can sell'],
    ]);
  });

  it('say since when the link is what it is', () => {
    const lamp = linkLamp(exampleMachine({ presence: 'offline', presenceSince: '2026-11-21T08:00:00Z' }));
    expect(lamp).toMatchObject({ tone: 'bad', word: 'offline', since: '2026-11-21T08:00:00Z' });
  });

  it('are grey, not red, for a machine that was never seen', () => {
    const never = exampleMachine({ presence: 'unknown', presenceSince: null, machineState: null });
    expect(lampsOf(never).map((lamp) => lamp.tone)).toEqual(['neutral', 'neutral', 'neutral']);
  });

  it('never show the last word of an offline machine as the present', () => {
    const lamp = machineLamp(exampleMachine({ presence: 'offline', machineState: 'ready' }));
    expect(lamp).toMatchObject({ tone: 'neutral', word: 'unknown', detail: 'last said: ready' });
  });

  it('show the reason that the machine gives', () => {
    const lamp = machineLamp(exampleMachine({ machineState: 'disabled', detail: 'door open' }));
    expect(lamp).toMatchObject({ tone: 'warning', detail: 'door open' });
  });

  it.each(['disabled', 'inactive', 'adapter-lost'] as const)(
    'let nobody buy from a machine that is %s',
    (machineState) => {
      expect(saleLamp(exampleMachine({ machineState }))).toMatchObject({ tone: 'bad', word: 'cannot sell' });
    },
  );

  it('show an empty machine as sold out', () => {
    expect(saleLamp(exampleMachine({ cheapest: null, slotsSoldOut: 24 }))).toMatchObject({
      tone: 'warning',
      word: 'sold out',
    });
  });

  it('show a machine that an operator took out of service as such, whatever else is true', () => {
    const lamp = saleLamp(exampleMachine({ outOfService: true, presence: 'offline' }));
    expect(lamp).toMatchObject({ tone: 'warning', word: 'out of service' });
  });

  it('show a purchase under way since the scan', () => {
    const lamp = saleLamp(exampleMachine({ livePurchase: examplePurchase() }));
    expect(lamp).toMatchObject({ tone: 'progress', word: 'selling', since: '2026-11-21T11:59:00Z' });
  });
});
