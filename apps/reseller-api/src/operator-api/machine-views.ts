import { Inject, Injectable } from '@nestjs/common';

import { PRESENCE_FRESH_MS } from '#fleet/machine-directory.js';
import type { MachineView, PresenceView } from '#fleet/operator-views.js';
import { qrTextOf } from '#fleet/sticker/qr-texts.js';
import { Configuration } from '#platform/configuration.js';
import { Database, sql } from '#platform/database.js';

import { amountView, currencyOf, reviewCaseView, summaryOf } from './purchase-views.js';

/** The console shows a fleet on one page; larger fleets come with paging. */
const MACHINES_MAX = 2_000;
/** Of one machine; there is one open case for each reason. */
const CASES_MAX = 10;

/** Machines as the console shows them. */
@Injectable()
export class MachineViews {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Configuration) private readonly configuration: Configuration,
  ) {}

  async list(): Promise<MachineView[]> {
    const [machines, shelves] = await Promise.all([
      this.database.client.machine.findMany({
        orderBy: { id: 'asc' },
        take: MACHINES_MAX,
        include: {
          presence: true,
          reviewCases: { where: { purchaseId: null, closedAt: null }, orderBy: { openedAt: 'desc' }, take: CASES_MAX },
          purchases: { orderBy: { startedAt: 'desc' }, take: 1, include: { machine: { select: { name: true } } } },
        },
      }),
      this.shelves(),
    ]);
    const now = Date.now();
    return machines.map((machine) => {
      const { presence } = machine;
      const [last] = machine.purchases;
      const shelf = shelves.get(machine.id);
      const currency = currencyOf(machine.currency);
      const link = presenceOf(presence, now);
      return {
        id: machine.id,
        name: machine.name,
        location: machine.location,
        simulated: presence?.simulated ?? false,
        presence: link,
        presenceSince: sinceOf(presence, link),
        lastSeenAt: presence?.lastSeenAt.toISOString() ?? null,
        machineState: (presence?.machineState ?? null) as MachineView['machineState'],
        detail: presence?.detail ?? null,
        outOfService: machine.outOfService,
        currency,
        cheapest: shelf?.cheapest == null ? null : amountView(shelf.cheapest, currency),
        slots: shelf?.slots ?? 0,
        slotsSoldOut: shelf?.soldOut ?? 0,
        adapter: presence?.adapter ?? null,
        software: presence?.software ?? null,
        livePurchase: last !== undefined && last.endedAt === null ? summaryOf(last) : null,
        lastPurchaseAt: last?.startedAt.toISOString() ?? null,
        reviewCases: machine.reviewCases.map((one) => reviewCaseView(one, currency)),
        qrText: qrTextOf(this.configuration, machine.reservationToken),
      };
    });
  }

  async qrText(machineId: string): Promise<string | null> {
    const machine = await this.database.client.machine.findUnique({ where: { id: machineId } });
    return machine === null ? null : qrTextOf(this.configuration, machine.reservationToken);
  }

  private async shelves(): Promise<Map<string, { slots: number; soldOut: number; cheapest: bigint | null }>> {
    const rows = await this.database.query<{
      id: string;
      slots: number;
      sold_out: number;
      cheapest: bigint | null;
    }>(sql`
      SELECT m.id, count(*)::int AS slots, (count(*) FILTER (WHERE coalesce(stock.quantity, 0) = 0))::int AS sold_out,
        min(price.amount_minor) FILTER (WHERE stock.quantity > 0) AS cheapest
      FROM machines m
      JOIN planogram_slots slot ON slot.planogram_id = m.planogram_id
      LEFT JOIN slot_stocks stock ON stock.machine_id = m.id AND stock.selection = slot.selection
      LEFT JOIN prices price ON price.price_list_id = m.price_list_id AND price.product_id = slot.product_id
      GROUP BY m.id`);
    return new Map(rows.map((row) => [row.id, { slots: row.slots, soldOut: row.sold_out, cheapest: row.cheapest }]));
  }
}

type Presence = { online: boolean; onlineSince: Date; lastSeenAt: Date };

/** The last known state is never shown as present: silence makes a machine offline. */
function presenceOf(presence: Presence | null, now: number): PresenceView {
  if (presence === null) return 'unknown';
  return presence.online && presence.lastSeenAt.getTime() > now - PRESENCE_FRESH_MS ? 'online' : 'offline';
}

function sinceOf(presence: Presence | null, link: PresenceView): string | null {
  if (presence === null) return null;
  const silent = link === 'offline' && presence.online;
  return (silent ? presence.lastSeenAt : presence.onlineSince).toISOString();
}
