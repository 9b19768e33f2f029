import type { MachineView } from '#fleet/operator-views.js';

const HOUR = 3_600_000;

type Fixed = Pick<MachineView, 'id' | 'name' | 'location'> & {
  readonly upMs: number;
  readonly different?: Partial<MachineView>;
};

const MACHINES: readonly Fixed[] = [
  { id: 'sthlm-001', name: 'Central Station, Track 10', location: 'Stockholm C, lower hall', upMs: 76 * HOUR },
  {
    id: 'sthlm-002',
    name: 'City Library',
    location: 'Sveavägen 73, Stockholm',
    upMs: 30 * HOUR,
    different: { slotsSoldOut: 3 },
  },
  { id: 'sthlm-003', name: 'Sports Hall', location: 'Eriksdal, Stockholm', upMs: 5 * HOUR },
  {
    id: 'sthlm-004',
    name: 'Swimming Pool',
    location: 'Eriksdalsbadet, Stockholm',
    upMs: 3 * HOUR,
    different: { presence: 'offline' },
  },
  {
    id: 'upps-001',
    name: 'University Aula',
    location: 'Biskopsgatan 3, Uppsala',
    upMs: 52 * HOUR,
    different: { machineState: 'adapter-lost', detail: 'no serial port answers since 09:12' },
  },
  {
    id: 'upps-002',
    name: 'Hospital, Entrance 70',
    location: 'Sjukhusvägen, Uppsala',
    upMs: 410 * HOUR,
    different: { slotsSoldOut: 1 },
  },
  {
    id: 'gbg-001',
    name: 'Ferry Terminal',
    location: 'Majnabbegatan 10, Göteborg',
    upMs: 18 * HOUR,
    different: { slotsSoldOut: 24, cheapest: null },
  },
  {
    id: 'gbg-002',
    name: 'Gym Nordstan',
    location: 'Götgatan 9, Göteborg',
    upMs: 44 * HOUR,
    different: { machineState: 'disabled', detail: 'door open' },
  },
  {
    id: 'gbg-003',
    name: 'Office Lindholmen',
    location: 'Lindholmspiren 5, Göteborg',
    upMs: 9 * HOUR,
    different: { outOfService: true },
  },
  {
    id: 'malmo-001',
    name: 'Workshop Triangeln',
    location: 'Not installed yet, Malmö',
    upMs: 0,
    different: {
      presence: 'unknown',
      presenceSince: null,
      lastSeenAt: null,
      machineState: null,
      adapter: null,
      software: null,
    },
  },
  {
    id: 'sim-001',
    name: 'Simulated Snacks',
    location: 'On this computer',
    upMs: 400_000,
    different: { simulated: true },
  },
  {
    id: 'sim-002',
    name: 'Simulated Drinks',
    location: 'On this computer',
    upMs: 400_000,
    different: { simulated: true },
  },
];

/** Twelve machines: most well, and one of each kind that needs somebody. */
export function exampleFleet(now: number): readonly MachineView[] {
  const ago = (ms: number) => new Date(now - ms).toISOString();
  return MACHINES.map(({ id, name, location, upMs, different }) => ({
    id,
    name,
    location,
    simulated: false,
    presence: 'online',
    presenceSince: ago(upMs),
    lastSeenAt: ago(different?.presence === 'offline' ? upMs : 4_000),
    machineState: 'ready',
    detail: null,
    outOfService: false,
    currency: 'EUR',
    cheapest: { amount: '1.20', currency: 'EUR' },
    slots: 24,
    slotsSoldOut: 0,
    adapter: different?.simulated ? 'simulated MDB' : 'ascii on /dev/ttyUSB0',
    software: '0.1.0',
    livePurchase: null,
    lastPurchaseAt: upMs > HOUR ? ago(upMs + HOUR / 4) : null,
    reviewCases: [],
    qrText: `HTTP://SEQR.SE/000/ups?w=vendrail&t=${id}`,
    ...different,
  }));
}

/** Whether a payer could buy there. */
export function sells(machine: MachineView): boolean {
  return (
    machine.presence === 'online' &&
    machine.machineState === 'ready' &&
    !machine.outOfService &&
    machine.cheapest !== null
  );
}
