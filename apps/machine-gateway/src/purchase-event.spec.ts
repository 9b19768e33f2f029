import { type MachineEventBody, machineEventBody } from '#machine-protocol/messages.js';

import { purchaseEventOf } from './purchase-event.js';

const granted = { purchaseId: '0190a000-0000-7000-8000-000000000001', grantNumber: 7 };
const serial = ['< c,STATUS,IDLE,20.00'];

const BODIES: readonly (readonly [MachineEventBody, object | null])[] = [
  [
    { type: 'grant.accepted', ...granted, serial },
    { type: 'GrantAccepted', grantNumber: 7, serial },
  ],
  [
    { type: 'grant.refused', ...granted, reason: 'other-boot', serial },
    { type: 'GrantRefused', grantNumber: 7, reason: 'other-boot', serial },
  ],
  [
    {
      type: 'vend.selected',
      ...granted,
      vendNumber: 1,
      selection: 11,
      machinePriceMinor: 180,
      approvedMinor: 180,
      serial,
    },
    {
      type: 'VendSelected',
      grantNumber: 7,
      vendNumber: 1,
      selection: 11,
      machinePriceMinor: 180n,
      approvedMinor: 180n,
      serial,
    },
  ],
  [
    {
      type: 'vend.selected',
      ...granted,
      vendNumber: 2,
      selection: 99,
      machinePriceMinor: 180,
      approvedMinor: 0,
      denied: 'unknown-selection',
      serial,
    },
    {
      type: 'VendSelected',
      grantNumber: 7,
      vendNumber: 2,
      selection: 99,
      machinePriceMinor: 180n,
      approvedMinor: 0n,
      denied: 'unknown-selection',
      serial,
    },
  ],
  [
    { type: 'vend.dispensed', ...granted, vendNumber: 1, serial },
    { type: 'VendDispensed', grantNumber: 7, vendNumber: 1, serial },
  ],
  [
    { type: 'vend.failed', ...granted, vendNumber: 1, reason: 'not-dispensed', serial },
    { type: 'VendFailed', grantNumber: 7, vendNumber: 1, reason: 'not-dispensed', serial },
  ],
  [
    { type: 'vend.uncertain', ...granted, vendNumber: 1, reason: 'power-cut', serial },
    { type: 'VendUncertain', grantNumber: 7, vendNumber: 1, reason: 'power-cut', serial },
  ],
  [
    { type: 'session.closed', ...granted, reason: 'machine', selections: 2, dispensed: 1, dispensedMinor: 180, serial },
    {
      type: 'SessionClosed',
      grantNumber: 7,
      reason: 'machine',
      selections: 2,
      dispensed: 1,
      dispensedMinor: 180n,
      serial,
    },
  ],
  [{ type: 'cash.sale', selection: 11, priceMinor: 180 }, null],
  [{ type: 'fault', code: 'line', detail: 'noise' }, null],
];

describe('what a machine’s word means to a purchase', () => {
  it.each(BODIES)('%j', (body, event) => {
    expect(purchaseEventOf(machineEventBody.parse(body))).toEqual(event);
  });

  it('is said of every word of the protocol', () => {
    const types = machineEventBody.options.map((option) => option.shape.type.value);

    expect(new Set(BODIES.map(([{ type }]) => type))).toEqual(new Set(types));
  });
});
