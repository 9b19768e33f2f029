import { Inject, Injectable } from '@nestjs/common';

import type {
  AmountView,
  PurchaseSummaryView,
  PurchaseView,
  ReviewCaseView,
  SeqrCallView,
  VendView,
} from '#fleet/operator-views.js';
import { Database } from '#platform/database.js';
import { type Currency, formatAmount, isCurrency } from '#purchase/money.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import { stateLabelOf, timeLineOf } from '#purchasing/time-line.js';
import { SUCCESS, resultCodeOf } from '#seqr/result-codes.js';

/** A purchase that is polled for minutes has some dozens of events and calls; the newest bound the page, not the record. */
const EVENTS_MAX = 500;
const CALLS_MAX = 200;

interface SummaryRow {
  id: string;
  machineId: string;
  state: string;
  currency: string;
  reservedMinor: bigint;
  committedMinor: bigint | null;
  invoiceReference: string | null;
  startedAt: Date;
  endedAt: Date | null;
  machine: { name: string };
}

interface ReviewCaseRow {
  openedAt: Date;
  known: string;
  suggestedAction: string;
  amountMinor: bigint | null;
}

const withMachineName = { machine: { select: { name: true } } } as const;

/** Purchases as the console shows them. */
@Injectable()
export class PurchaseViews {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OfferCatalogue) private readonly catalogue: OfferCatalogue,
  ) {}

  /** Newest first. */
  async list(filter: { machineId?: string | undefined; limit: number }): Promise<PurchaseSummaryView[]> {
    const rows = await this.database.client.purchase.findMany({
      where: filter.machineId === undefined ? {} : { machineId: filter.machineId },
      orderBy: { startedAt: 'desc' },
      take: filter.limit,
      include: withMachineName,
    });
    return rows.map((row) => summaryOf(row));
  }

  async one(id: string): Promise<PurchaseView | null> {
    const row = await this.database.client.purchase.findUnique({
      where: { id },
      include: {
        ...withMachineName,
        events: { orderBy: { seq: 'desc' }, take: EVENTS_MAX },
        vends: { orderBy: { number: 'asc' } },
        reviewCases: { orderBy: { openedAt: 'asc' } },
      },
    });
    if (row === null) return null;
    const calls = await this.database.client.seqrCall.findMany({
      where: { purchaseId: id },
      orderBy: { id: 'desc' },
      take: CALLS_MAX,
    });
    const currency = currencyOf(row.currency);
    const products = await this.catalogue.products(row.planogramId, row.priceListId);
    const productName = (selection: number) => products.get(selection)?.name ?? `Selection ${selection}`;
    return {
      ...summaryOf(row),
      ersReference: row.ersReference,
      grantNumber: Number(row.grantNumber),
      vends: row.vends.map((vend) => ({
        number: vend.number,
        selection: vend.selection,
        product: products.get(vend.selection)?.name ?? null,
        price: amountView(vend.priceMinor, currency),
        result: vend.result as VendView['result'],
      })),
      timeLine: timeLineOf(
        row.events
          .toReversed()
          .map(({ at, type, data, state }) => ({ at, type, data: data as Record<string, unknown>, state })),
        {
          startedAt: row.startedAt,
          currency,
          reservedMinor: row.reservedMinor,
          committedMinor: row.committedMinor,
          productName,
        },
      ),
      seqrCalls: calls.toReversed().map((call) => ({
        at: call.sentAt.toISOString(),
        operation: call.operation,
        durationMs: call.durationMs,
        outcome: call.outcome as SeqrCallView['outcome'],
        resultCode: call.resultCode,
        resultName: call.resultCode === null ? null : resultName(call.resultCode),
        detail: call.detail,
      })),
      reviewCases: row.reviewCases.map((one) => reviewCaseView(one, currency)),
    };
  }
}

export function reviewCaseView(row: ReviewCaseRow, currency: Currency): ReviewCaseView {
  return {
    at: row.openedAt.toISOString(),
    reason: `${row.known} ${row.suggestedAction}`,
    amount: row.amountMinor === null ? null : amountView(row.amountMinor, currency),
  };
}

export function summaryOf(row: SummaryRow): PurchaseSummaryView {
  const currency = currencyOf(row.currency);
  const { label, tone } = stateLabelOf(row.state);
  const released = ['COMMITTED', 'RELEASED'].includes(row.state)
    ? row.reservedMinor - (row.committedMinor ?? 0n)
    : null;
  return {
    id: row.id,
    machineId: row.machineId,
    machineName: row.machine.name,
    state: row.state,
    stateLabel: label,
    tone,
    isOver: row.endedAt !== null,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    reserved: amountView(row.reservedMinor, currency),
    committed: row.committedMinor === null ? null : amountView(row.committedMinor, currency),
    released: released === null ? null : amountView(released, currency),
    invoiceReference: row.invoiceReference,
  };
}

function resultName(code: number): string {
  return code === SUCCESS ? 'SUCCESS' : resultCodeOf(code).name;
}

export function amountView(minor: bigint, currency: Currency): AmountView {
  return { amount: formatAmount({ minor, currency }), currency };
}

export function currencyOf(text: string): Currency {
  if (!isCurrency(text)) throw new Error(`the database holds the unknown currency ${text}`);
  return text;
}
