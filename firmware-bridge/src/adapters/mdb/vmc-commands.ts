import type { Level } from './answers.js';
import { answers } from './answers.js';
import type { VmcCommand } from './commands.js';
import { POWER_UP } from './state.js';
import type { Turn } from './turn.js';
import {
  onCashSale,
  onNegativeVend,
  onRevalue,
  onSessionComplete,
  onVendCancel,
  onVendFailure,
  onVendRequest,
  onVendSuccess,
  resetVend,
} from './vend-commands.js';

/** What the machine asked for, in whatever state this side is. */
export function onCommand(turn: Turn, command: VmcCommand): void {
  switch (command.name) {
    case 'RESET':
      return onReset(turn);
    case 'SETUP CONFIG':
      return onSetupConfig(turn, command.level);
    case 'SETUP PRICES':
      return onSetupPrices(turn);
    case 'READER ENABLE':
      return onReaderEnable(turn);
    case 'READER DISABLE':
      return onReaderDisable(turn);
    case 'READER CANCEL':
      return onReaderCancel(turn);
    case 'VEND REQUEST':
      return onVendRequest(turn, command);
    case 'VEND CANCEL':
      return onVendCancel(turn);
    case 'VEND SUCCESS':
      return onVendSuccess(turn);
    case 'VEND FAILURE':
      return onVendFailure(turn);
    case 'SESSION COMPLETE':
      return onSessionComplete(turn);
    case 'CASH SALE':
      return onCashSale(turn, command);
    case 'NEGATIVE VEND REQUEST':
      return onNegativeVend(turn);
    case 'REVALUE REQUEST':
    case 'REVALUE LIMIT REQUEST':
      return onRevalue(turn, command.name);
    case 'REQUEST ID':
      return onRequestId(turn, command);
    case 'ENABLE OPTIONS':
      return onEnableOptions(turn, command.options);
    case 'DIAGNOSTICS':
      return turn.answer({ name: 'DIAGNOSTICS', bytes: answers.diagnostics() });
    case 'POLL':
    case 'DATA ENTRY RESPONSE':
    case 'READ USER FILE':
    case 'WRITE USER FILE':
    case 'WRITE TIME/DATE':
    case 'FILE TRANSPORT':
      // Not offered, obsolete, or of no use here: acknowledged, and that is all.
      return;
  }
}

/** Permitted at any moment, and answered by JUST RESET alone. */
function onReset(turn: Turn): void {
  resetVend(turn);
  turn.state = POWER_UP;
  turn.answer({ name: 'JUST RESET', bytes: answers.justReset() });
  turn.tellStatus('inactive');
}

/** Level, widths and options must not change under a session. */
function mayBeSetUp({ state: { phase } }: Turn): boolean {
  return phase === 'inactive' || phase === 'disabled' || phase === 'enabled';
}

function onSetupConfig(turn: Turn, machineLevel: number): void {
  if (!mayBeSetUp(turn)) return turn.outOfSequence('SETUP CONFIG');
  const level = Math.max(1, Math.min(machineLevel, turn.rules.level)) as Level;
  turn.set({ configured: true, level });
  // A machine of level 1 is told level 1: it need not know that there are others.
  turn.answer({ name: 'READER CONFIG', bytes: answers.readerConfig({ ...turn.rules, level }) });
}

function onSetupPrices(turn: Turn): void {
  const { phase, configured } = turn.state;
  if (!mayBeSetUp(turn) || !configured) return turn.outOfSequence('SETUP PRICES');
  if (phase === 'inactive') turn.become('disabled');
}

function onReaderEnable(turn: Turn): void {
  const { phase } = turn.state;
  if (phase === 'inactive') return turn.outOfSequence('READER ENABLE');
  turn.set({ readerEnabled: true });
  if (phase === 'disabled') turn.become('enabled');
}

/** In a session it counts after the session (MDB/ICP 4.2, READER DISABLE). */
function onReaderDisable(turn: Turn): void {
  turn.set({ readerEnabled: false });
  if (turn.state.phase !== 'enabled') return;
  withdrawOpening(turn, 'READER DISABLE');
  turn.become('disabled');
}

/** The payer pulled the return lever before anything began. */
function onReaderCancel(turn: Turn): void {
  const { phase } = turn.state;
  if (phase !== 'enabled' && phase !== 'disabled') return turn.outOfSequence('READER CANCEL');
  withdrawOpening(turn, 'READER CANCEL');
  turn.answer({ name: 'CANCELLED', bytes: answers.cancelled() });
}

function withdrawOpening(turn: Turn, why: string): void {
  if (!turn.waits('BEGIN SESSION')) return;
  turn.withdraw('BEGIN SESSION');
  turn.endGrant();
  turn.tell({ type: 'open-failed', detail: why });
}

function onRequestId(turn: Turn, { manufacturer, serial, model }: Extract<VmcCommand, { name: 'REQUEST ID' }>): void {
  const { phase, level } = turn.state;
  if (!mayBeSetUp(turn) && phase !== 'session-idle') return turn.outOfSequence('REQUEST ID');
  turn.tell({ type: 'machine-id', manufacturer, serial, model });
  const { identity, options } = turn.rules;
  turn.answer({
    name: 'PERIPHERAL ID',
    bytes: answers.peripheralId(identity, level === 3 ? options : undefined),
  });
}

function onEnableOptions(turn: Turn, options: number): void {
  if (!mayBeSetUp(turn)) return turn.outOfSequence('ENABLE OPTIONS');
  if (turn.state.level === 3) turn.set({ options: options & turn.rules.options });
}
