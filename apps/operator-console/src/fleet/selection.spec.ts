import { exampleMachine, examplePurchase } from './machine-example.js';
import { byUrgency, counterOf, countMachines, countNeedy, findMachines } from './selection.js';

const fleet = [
  exampleMachine({ id: 'gym-1', name: 'Gym', location: 'Malmö' }),
  exampleMachine({ id: 'aula-1', name: 'Aula', livePurchase: examplePurchase() }),
  exampleMachine({ id: 'dock-1', name: 'Dock', presence: 'offline' }),
  exampleMachine({ id: 'hall-1', name: 'Hall', cheapest: null }),
  exampleMachine({ id: 'yard-1', name: 'Yard', machineState: 'adapter-lost' }),
  exampleMachine({ id: 'loft-1', name: 'Loft', outOfService: true }),
  exampleMachine({ id: 'new-1', name: 'New', presence: 'unknown', machineState: null, simulated: true }),
];
const names = (machines: readonly { name: string }[]) => machines.map((machine) => machine.name);

describe('choosing machines from the fleet', () => {
  it('counts each machine where an operator would look for it', () => {
    expect(countMachines(fleet)).toEqual({
      all: 7,
      ready: 1,
      'in-use': 1,
      offline: 1,
      'out-of-order': 2,
      'sold-out': 1,
      unknown: 1,
      simulated: 1,
    });
  });

  it('counts as needy what cannot sell, but not what was never seen', () => {
    expect(countNeedy(fleet)).toBe(4);
  });

  it('puts the needy first and moves no row for a sale', () => {
    expect(names(byUrgency(fleet))).toEqual(['Dock', 'Yard', 'Hall', 'Loft', 'New', 'Aula', 'Gym']);
  });

  it('finds by name, place or id, every word of the search', () => {
    expect(names(findMachines(fleet, 'malmö'))).toEqual(['Gym']);
    expect(names(findMachines(fleet, ' DOCK-1 '))).toEqual(['Dock']);
    expect(names(findMachines(fleet, 'stockholm yard'))).toEqual(['Yard']);
    expect(findMachines(fleet, '')).toHaveLength(7);
  });

  it('shows all when the address names no counter', () => {
    expect(counterOf('sold-out')).toBe('sold-out');
    expect(counterOf('everything')).toBe('all');
    expect(counterOf(null)).toBe('all');
  });
});
