/**
 * The machine behind the adapter: a vending machine controller as MDB/ICP 4.2 section 7 lets a cashless device see it.
 * Pure: inputs in, the next machine and what it says out. Amounts are whole smallest units.
 */
export type VmcMode = 'INACTIVE' | 'DISABLED' | 'ENABLED' | 'IDLE' | 'VEND';

export interface Slot {
  readonly selection: number;
  readonly priceMinor: number;
  readonly stock: number;
  /** What stands behind the glass; for people only. */
  readonly label?: string;
}

export interface Vmc {
  readonly mode: VmcMode;
  readonly slots: readonly Slot[];
  /** Several items in one session (MDB/ICP 4.2, READER CONFIG option "multivend"). */
  readonly multiVend: boolean;
  /** The door is open or the machine is sold out: DISABLED instead of ENABLED. */
  readonly outOfService: boolean;
  /** The controller says nothing to its readers: it is off, or its cable is out. */
  readonly mute?: boolean;
  /** A choice is asked for without a session (MDB/ICP 4.2, "Always Idle"). */
  readonly alwaysIdle?: boolean;
  /** It asks this much more, or less, than its labels say. */
  readonly priceOffsetMinor?: number;
  readonly creditMinor: number;
  readonly vend?: {
    readonly selection: number;
    /** What was asked. */
    readonly priceMinor: number;
    readonly approved: boolean;
    /** Asked for without a session: none is left when it is over. */
    readonly alone?: boolean;
  };
  /** A spiral that turns goes on turning, whatever happens to session and reader meanwhile. */
  readonly turning?: { readonly selection: number; readonly priceMinor: number; readonly cash?: boolean };
}

export type VmcInput =
  | { readonly type: 'reader-on' }
  | { readonly type: 'reader-off' }
  /** No power: the spiral stands still where it is. */
  | { readonly type: 'power-off' }
  | { readonly type: 'begin-session'; readonly creditMinor: number }
  | { readonly type: 'stop-session' }
  | { readonly type: 'approve'; readonly amountMinor: number }
  | { readonly type: 'deny' }
  /** The payer presses a product's number. */
  | { readonly type: 'press'; readonly selection: number }
  /** Coins go in and a number is pressed; a session that is open is completed first. */
  | { readonly type: 'pay-cash'; readonly selection: number }
  /** The payer presses return: the machine completes the session. */
  | { readonly type: 'finish' }
  /** The machine takes its request back before it was answered. */
  | { readonly type: 'cancel' }
  | { readonly type: 'motor-done'; readonly result: 'dispensed' | 'jammed' | 'unreported' }
  | { readonly type: 'reset' }
  | { readonly type: 'service'; readonly out: boolean }
  | { readonly type: 'mute'; readonly on: boolean };

/** An approval of another amount than was asked. Nothing falls for it. */
export interface WrongApproval {
  readonly askedMinor: number;
  readonly approvedMinor: number;
}

export type VmcOutput =
  | { readonly type: 'status'; readonly mode: Exclude<VmcMode, 'VEND'>; readonly creditMinor?: number }
  | { readonly type: 'vend-request'; readonly selection: number; readonly priceMinor: number }
  | { readonly type: 'approval-heard' }
  | { readonly type: 'vend-success' }
  | { readonly type: 'vend-error'; readonly code: 1 | 3 | 5; readonly wrong?: WrongApproval }
  | { readonly type: 'denied' }
  | { readonly type: 'cash-sale'; readonly selection: number; readonly priceMinor: number }
  | { readonly type: 'wrong-state'; readonly command: 'START' | 'STOP' | 'VEND' }
  /** Not said on the line: the spiral turns. */
  | { readonly type: 'motor'; readonly selection: number }
  /** Not said on the line: an item fell into the tray. */
  | { readonly type: 'delivery'; readonly selection: number; readonly priceMinor: number; readonly cash?: boolean };

export interface Reaction {
  readonly vmc: Vmc;
  readonly outputs: readonly VmcOutput[];
}

export function react(vmc: Vmc, input: VmcInput): Reaction {
  switch (input.type) {
    case 'reader-on':
      return comeUp(vmc);
    case 'reader-off':
      return { vmc: { ...withoutVend(vmc), mode: 'INACTIVE', creditMinor: 0 }, outputs: [] };
    case 'power-off':
      return { vmc: { ...withoutVend(standStill(vmc)), mode: 'INACTIVE', creditMinor: 0 }, outputs: [] };
    case 'begin-session':
      if (vmc.mode !== 'ENABLED') return wrongState(vmc, 'START');
      return toIdle({ ...vmc, creditMinor: input.creditMinor });
    case 'stop-session':
      return vmc.mode === 'IDLE' ? endSession(vmc) : wrongState(vmc, 'STOP');
    case 'finish':
      return vmc.mode === 'IDLE' ? endSession(vmc) : unchanged(vmc);
    case 'press':
      return press(vmc, input.selection);
    case 'pay-cash':
      return payCash(vmc, input.selection);
    case 'approve':
      return approve(vmc, input.amountMinor);
    case 'deny':
      if (vmc.vend === undefined || vmc.vend.approved) return wrongState(vmc, 'VEND');
      return prepend([{ type: 'denied' }], afterVend(vmc));
    case 'cancel':
      if (vmc.vend === undefined || vmc.vend.approved) return unchanged(vmc);
      return prepend([{ type: 'vend-error', code: 1 }], afterVend(vmc));
    case 'motor-done':
      return motorDone(vmc, input.result);
    case 'reset': {
      const interrupted: VmcOutput[] = vmc.mode === 'VEND' ? [{ type: 'vend-error', code: 5 }] : [];
      return vmc.mode === 'INACTIVE' ? unchanged(vmc) : prepend(interrupted, comeUp(vmc));
    }
    case 'service':
      return service({ ...vmc, outOfService: input.out });
    case 'mute':
      return mute(vmc, input.on);
  }
}

/** Power-up or RESET, then SETUP, then READER ENABLE. */
function comeUp(vmc: Vmc): Reaction {
  const mode = vmc.mute === true ? 'INACTIVE' : vmc.outOfService ? 'DISABLED' : 'ENABLED';
  const modes = (['INACTIVE', 'DISABLED', 'ENABLED'] as const).slice(0, { INACTIVE: 1, DISABLED: 2, ENABLED: 3 }[mode]);
  return {
    vmc: { ...withoutVend(vmc), mode, creditMinor: 0 },
    outputs: modes.map((mode) => ({ type: 'status', mode })),
  };
}

function mute(vmc: Vmc, on: boolean): Reaction {
  const interrupted: VmcOutput[] = on && vmc.mode === 'VEND' ? [{ type: 'vend-error', code: 5 }] : [];
  return prepend(interrupted, comeUp({ ...vmc, mute: on }));
}

function toIdle(vmc: Vmc): Reaction {
  const { creditMinor } = vmc;
  return { vmc: { ...vmc, mode: 'IDLE' }, outputs: [{ type: 'status', mode: 'IDLE', creditMinor }] };
}

function endSession(vmc: Vmc): Reaction {
  const mode = vmc.outOfService ? 'DISABLED' : 'ENABLED';
  return { vmc: { ...vmc, mode, creditMinor: 0 }, outputs: [{ type: 'status', mode }] };
}

/** Back to idle; a machine without multi-vend ends the session at once, and so does one that had none. */
function afterVend(vmc: Vmc): Reaction {
  const idle = toIdle(withoutVend(vmc));
  const goesOn = vmc.multiVend && vmc.vend?.alone !== true;
  return goesOn ? idle : prepend(idle.outputs, endSession(idle.vmc));
}

/** Whether a number that is pressed becomes a request to the reader. */
export function mayAsk({ mode, alwaysIdle }: Vmc): boolean {
  return mode === 'IDLE' || (alwaysIdle === true && mode === 'ENABLED');
}

function press(vmc: Vmc, selection: number): Reaction {
  const slot = inStock(vmc, selection);
  if (slot === undefined || !mayAsk(vmc)) return unchanged(vmc);
  const priceMinor = Math.max(0, slot.priceMinor + (vmc.priceOffsetMinor ?? 0));
  const alone = vmc.mode === 'ENABLED';
  return {
    vmc: { ...vmc, mode: 'VEND', vend: { selection, priceMinor, approved: false, alone } },
    outputs: [{ type: 'vend-request', selection, priceMinor }],
  };
}

function payCash(vmc: Vmc, selection: number): Reaction {
  const slot = inStock(vmc, selection);
  if (slot === undefined || vmc.mode === 'VEND') return unchanged(vmc);
  const { vmc: free, outputs } = vmc.mode === 'IDLE' ? endSession(vmc) : unchanged(vmc);
  return {
    vmc: { ...free, turning: { selection, priceMinor: slot.priceMinor, cash: true } },
    outputs: [...outputs, { type: 'motor', selection }],
  };
}

/** The slot, when something of it can fall now. */
function inStock(vmc: Vmc, selection: number): Slot | undefined {
  const slot = vmc.slots.find((candidate) => candidate.selection === selection);
  return vmc.turning === undefined && slot !== undefined && slot.stock > 0 ? slot : undefined;
}

function approve(vmc: Vmc, amountMinor: number): Reaction {
  const { vend } = vmc;
  if (vend === undefined || vend.approved) return wrongState(vmc, 'VEND');
  if (amountMinor !== vend.priceMinor) {
    const wrong = { askedMinor: vend.priceMinor, approvedMinor: amountMinor };
    return prepend([{ type: 'approval-heard' }, { type: 'vend-error', code: 3, wrong }], afterVend(vmc));
  }
  const slot = vmc.slots.find(({ selection }) => selection === vend.selection);
  return {
    vmc: {
      ...vmc,
      vend: { ...vend, approved: true },
      turning: { selection: vend.selection, priceMinor: slot?.priceMinor ?? vend.priceMinor },
    },
    outputs: [{ type: 'approval-heard' }, { type: 'motor', selection: vend.selection }],
  };
}

function motorDone(vmc: Vmc, result: 'dispensed' | 'jammed' | 'unreported'): Reaction {
  const { turning } = vmc;
  if (turning === undefined) return unchanged(vmc);
  const still = standStill(vmc);
  // After a RESET or with the reader gone nobody is told.
  const told = vmc.vend?.approved === true;
  if (result === 'jammed') {
    return told ? prepend([{ type: 'vend-error', code: 3 }], afterVend(still)) : unchanged(still);
  }
  const { selection, priceMinor, cash = false } = turning;
  const delivery: VmcOutput = { type: 'delivery', selection, priceMinor, ...(cash && { cash }) };
  const emptied: Vmc = {
    ...still,
    creditMinor: cash ? still.creditMinor : Math.max(0, still.creditMinor - priceMinor),
    slots: still.slots.map((slot) => (slot.selection === selection ? { ...slot, stock: slot.stock - 1 } : slot)),
  };
  if (cash) return { vmc: emptied, outputs: [delivery, { type: 'cash-sale', selection, priceMinor }] };
  if (!told || result === 'unreported') return { vmc: emptied, outputs: [delivery] };
  return prepend([delivery, { type: 'vend-success' }], afterVend(emptied));
}

function service(vmc: Vmc): Reaction {
  // READER DISABLE in a session does not stop it (MDB/ICP 4.2); it shows when the session is over.
  if (vmc.mode !== 'ENABLED' && vmc.mode !== 'DISABLED') return unchanged(vmc);
  const mode = vmc.outOfService ? 'DISABLED' : 'ENABLED';
  return mode === vmc.mode ? unchanged(vmc) : { vmc: { ...vmc, mode }, outputs: [{ type: 'status', mode }] };
}

function withoutVend({ vend: _, ...rest }: Vmc): Vmc {
  return rest;
}

function standStill({ turning: _, ...rest }: Vmc): Vmc {
  return rest;
}

function unchanged(vmc: Vmc): Reaction {
  return { vmc, outputs: [] };
}

function wrongState(vmc: Vmc, command: 'START' | 'STOP' | 'VEND'): Reaction {
  return { vmc, outputs: [{ type: 'wrong-state', command }] };
}

function prepend(outputs: readonly VmcOutput[], { vmc, outputs: rest }: Reaction): Reaction {
  return { vmc, outputs: [...outputs, ...rest] };
}
