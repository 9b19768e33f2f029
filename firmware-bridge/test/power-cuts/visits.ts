import type { VmcInput } from '#simulated-machine/vmc-model.js';

/** What may happen to a bridge and its machine, one after the other. */
export type Happening =
  | VmcInput
  | { readonly type: 'grant' }
  | { readonly type: 'repeat the grant' }
  /** The server asks to close every grant that it has no last word about. */
  | { readonly type: 'ask for reports' }
  /** The server's acknowledgement of everything that it has arrives. */
  | { readonly type: 'acknowledge' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'line breaks' }
  | { readonly type: 'line returns' };

const grant = { type: 'grant' } as const;
const repeat = { type: 'repeat the grant' } as const;
const ack = { type: 'acknowledge' } as const;
const finish = { type: 'finish' } as const;
const ask = { type: 'ask for reports' } as const;
const reset = { type: 'reset' } as const;
const press = (selection: number): Happening => ({ type: 'press', selection });
const motor = (result: 'dispensed' | 'jammed' | 'unreported'): Happening => ({ type: 'motor-done', result });
const wait = (ms: number): Happening => ({ type: 'wait', ms });

/** Whole visits of one payer each, from the grant to the last word. */
export const VISITS: readonly (readonly Happening[])[] = [
  [grant, press(11), motor('dispensed'), ack, press(12), motor('dispensed'), finish, ack],
  [grant, ack, press(12), motor('jammed'), press(11), motor('dispensed'), finish],
  [grant, repeat, press(99), press(11), repeat, motor('dispensed'), ask, ack, ask, repeat],
  // The spiral turns on through the reset, and the item falls unseen.
  [grant, press(11), reset, motor('dispensed'), ack],
  [grant, press(12), motor('unreported'), wait(180_000), wait(20_000), ack],
  [
    { type: 'line breaks' },
    grant,
    press(11),
    motor('dispensed'),
    press(12),
    { type: 'line returns' },
    motor('dispensed'),
    ack,
    finish,
    ack,
  ],
  [grant, wait(60_000), ack],
  [grant, press(11), ask, motor('dispensed'), ack],
];

/** After the last cut: everything that is still open comes to its end, and the server has all of it. */
export const THE_END: readonly Happening[] = [
  motor('dispensed'),
  wait(400_000),
  ask,
  ack,
  ask,
  ack,
  ...(VISITS[0] ?? []),
  ask,
  ack,
];
