import type { MachineEventBody } from '#machine-protocol/messages.js';
import type { MachineEvent } from '#purchase/reserve-first/events.js';

/** What a machine's word means to a purchase; null for words about the machine itself. */
export function purchaseEventOf(body: MachineEventBody): MachineEvent | null {
  switch (body.type) {
    case 'grant.accepted':
      return { type: 'GrantAccepted', grantNumber: body.grantNumber, serial: body.serial };
    case 'grant.refused':
      return { type: 'GrantRefused', grantNumber: body.grantNumber, reason: body.reason, serial: body.serial };
    case 'vend.selected':
      return {
        type: 'VendSelected',
        grantNumber: body.grantNumber,
        vendNumber: body.vendNumber,
        selection: body.selection,
        machinePriceMinor: BigInt(body.machinePriceMinor),
        approvedMinor: BigInt(body.approvedMinor),
        serial: body.serial,
        ...(body.denied === undefined ? {} : { denied: body.denied }),
      };
    case 'vend.dispensed':
      return { type: 'VendDispensed', grantNumber: body.grantNumber, vendNumber: body.vendNumber, serial: body.serial };
    case 'vend.failed':
    case 'vend.uncertain':
      return {
        type: body.type === 'vend.failed' ? 'VendFailed' : 'VendUncertain',
        grantNumber: body.grantNumber,
        vendNumber: body.vendNumber,
        reason: body.reason,
        serial: body.serial,
      };
    case 'session.closed':
      return {
        type: 'SessionClosed',
        grantNumber: body.grantNumber,
        reason: body.reason,
        selections: body.selections,
        dispensed: body.dispensed,
        dispensedMinor: BigInt(body.dispensedMinor),
        serial: body.serial,
      };
    case 'cash.sale':
    case 'fault':
      return null;
  }
}
