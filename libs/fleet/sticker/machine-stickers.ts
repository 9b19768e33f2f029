import type { Configuration } from '#platform/configuration.js';
import type { Database } from '#platform/database.js';

import { qrTextOf, staticQrText } from './qr-texts.js';
import type { Sticker } from './sticker.js';
import { StickerError } from './sticker-error.js';

/** 500 sheets. */
const MACHINES_MAX = 2_000;

type Settings = Pick<Configuration, 'SEQR_RESELLER_ID' | 'SEQR_MERCHANT_ID' | 'OPERATOR_CONTACT'>;

interface StickerMachine {
  readonly id: string;
  readonly reservationToken: string;
  readonly name: string;
  readonly location: string;
  readonly seqrTerminalState: string;
  readonly seqrId: string | null;
}

/** The stickers of the fleet. */
export class MachineStickers {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  /**
   * @param machine its id, or its reservation token.
   * @returns null when there is no such machine.
   * @throws StickerError NO_STATIC_CODE
   */
  async of(machine: string, order: Sticker['order']): Promise<Sticker | null> {
    const found = await this.database.client.machine.findMany({
      where: { OR: [{ id: machine }, { reservationToken: machine }] },
      take: 2,
    });
    const row = found.find(({ id }) => id === machine) ?? found[0];
    return row === undefined ? null : this.sticker(row, order);
  }

  async all(): Promise<Sticker[]> {
    const machines = await this.database.client.machine.findMany({ orderBy: { id: 'asc' }, take: MACHINES_MAX });
    return machines.map((machine) => this.sticker(machine, 'scan-first'));
  }

  private sticker(machine: StickerMachine, order: Sticker['order']): Sticker {
    const { id: machineId, name, location } = machine;
    const qrText =
      order === 'static' ? staticQrText(labelOf(machine)) : qrTextOf(this.settings, machine.reservationToken);
    return { machineId, name, location, qrText, order, contact: this.settings.OPERATOR_CONTACT ?? null };
  }
}

function labelOf({ id, seqrTerminalState, seqrId }: StickerMachine): string {
  if (seqrTerminalState === 'labelled' && seqrId !== null) return seqrId;
  throw new StickerError('NO_STATIC_CODE', `machine ${id} has no static code: provision it first`);
}
