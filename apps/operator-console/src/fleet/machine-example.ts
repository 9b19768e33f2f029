import type { MachineView, PurchaseSummaryView } from '#fleet/operator-views.js';

/** A machine that is ready to sell, and what a test wants different. */
export function exampleMachine(different: Partial<MachineView> = {}): MachineView {
  return {
    id: 'lobby-1',
    name: 'Lobby',
    location: 'Kungsgatan 12, Stockholm',
    simulated: false,
    presence: 'online',
    presenceSince: '2026-11-21T10:00:00Z',
    lastSeenAt: '2026-11-21T12:00:00Z',
    machineState: 'ready',
    detail: null,
    outOfService: false,
    currency: 'EUR',
    cheapest: { amount: '1.50', currency: 'EUR' },
    slots: 24,
    slotsSoldOut: 0,
    adapter: 'ascii on /dev/ttyUSB0',
    software: '0.1.0',
    livePurchase: null,
    lastPurchaseAt: null,
    reviewCases: [],
    qrText: 'HTTP://SEQR.SE/000/ups?w=vendrail&t=lobby-1',
    ...different,
  };
}

/** A purchase that waits for the payer at the example machine. */
export function examplePurchase(different: Partial<PurchaseSummaryView> = {}): PurchaseSummaryView {
  return {
    id: '7f3b',
    machineId: 'lobby-1',
    machineName: 'Lobby',
    state: 'INVOICED',
    stateLabel: 'Waiting for the payer',
    tone: 'progress',
    isOver: false,
    startedAt: '2026-11-21T11:59:00Z',
    endedAt: null,
    reserved: { amount: '20.00', currency: 'EUR' },
    committed: null,
    released: null,
    invoiceReference: null,
    ...different,
  };
}
