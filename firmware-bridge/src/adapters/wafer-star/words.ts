import { formatAmount } from '../amounts.js';
import { inHex } from '../mdb/blocks.js';
import type { VmcCommand } from '../mdb/commands.js';
import { minorOf } from '../mdb/money.js';
import type { Answer, MdbRules } from '../mdb/state.js';

type Money = Pick<MdbRules, 'scale' | 'decimals'>;

/** "05 04 B0 B9 VEND APPROVED 12.00": bytes as evidence, words for whoever reads them. */
export function wordsOfAnswer({ bytes, name, amountMinor }: Answer, { decimals }: Money): string {
  const amount = amountMinor === undefined ? '' : ` ${formatAmount(amountMinor, decimals)}`;
  return `${inHex(bytes)} ${name}${amount}`;
}

/** "13 00 04 B0 00 18 VEND REQUEST 12.00 item 24". @param body without checksum, as that was found right */
export function wordsOfCommand(body: Uint8Array, command: VmcCommand, { scale, decimals }: Money): string {
  const minor = 'units' in command ? minorOf(command.units, scale) : undefined;
  const amount = minor === undefined ? '' : ` ${formatAmount(minor, decimals)}`;
  const item = 'item' in command ? ` item ${command.item}` : '';
  return `${inHex(body)} ${command.name}${amount}${item}`;
}
