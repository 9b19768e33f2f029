import { Inject, Injectable } from '@nestjs/common';

import { type LivePurchase, type MachineAtScan, MachineDirectory } from '#fleet/machine-directory.js';
import { Configuration } from '#platform/configuration.js';
import type { Ids } from '#platform/ids.js';
import { Keys } from '#platform/keys.js';
import { IDS } from '#platform/tokens.js';
import { isCurrency, parseMoney } from '#purchase/money.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import { MachineHeldError } from '#purchasing/ports.js';
import { PurchaseRunner } from '#purchasing/runner.js';

import type { CreatePurchaseRequest } from './create-purchase.request.js';
import { decideScan, withOffer } from './scan-decision.js';
import { termsOf } from './terms.js';

/** SEQR Unattended Payments page: the whole vocabulary. */
export type CreatePurchaseAnswer =
  | { readonly invoiceReferenceId: string }
  | {
      readonly errorCode:
        'INSUFFICIENT_FUNDS' | 'DEVICE_IN_USE' | 'DEVICE_UNAVAILABLE' | 'INVOICING_ERROR' | 'SYSTEM_ERROR';
    };

/** A repeat that comes while the first is still asking SEQR waits this long for the same answer. */
const REPEAT_WAITS_MS = 1_000;
const REPEAT_LOOKS_EVERY_MS = 50;

/** Answers a scan: a purchase with its invoice, or why there is none. */
@Injectable()
export class CreatePurchaseService {
  constructor(
    @Inject(MachineDirectory) private readonly machines: MachineDirectory,
    @Inject(OfferCatalogue) private readonly catalogue: OfferCatalogue,
    @Inject(PurchaseRunner) private readonly runner: PurchaseRunner,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  /**
   * The order of the answers is fixed (I22): a machine that cannot sell, a machine that is taken, an offer that buys
   * nothing, SEQR's refusal.
   *
   * @throws MoneyError for an amount that is not one of its currency; anything else means SYSTEM_ERROR too.
   */
  async create(request: CreatePurchaseRequest): Promise<CreatePurchaseAnswer> {
    const machine = await this.machines.atScan(request.reservationToken);
    const offered = isCurrency(request.currency) ? parseMoney(request.amount, request.currency) : null;
    const prices = await this.pricesOf(machine);
    const decision = decideScan(machine && withOffer(machine, prices), offered);
    if ('errorCode' in decision) return decision;
    if (machine === null) throw new Error('a scan of no machine was not refused');
    const payer = this.keys.mac('payer', request.msisdn);
    const requestKey = this.keys.mac('request', [machine.id, payer, offered?.minor, request.currency].join('|'));
    if ('heldBy' in decision) return this.whileHeld(request.reservationToken, decision.heldBy, requestKey);
    try {
      const purchase = await this.runner.begin(
        {
          id: this.ids.uuid(),
          machineId: machine.id,
          currency: machine.currency,
          ...decision,
          planogramId: machine.planogramId,
          priceListId: machine.priceListId,
          priceListVersion: machine.priceListVersion,
          prices,
          terms: termsOf(this.configuration),
        },
        { payer, requestKey },
      );
      return purchase.invoiceReference === null
        ? { errorCode: 'INVOICING_ERROR' }
        : { invoiceReferenceId: purchase.invoiceReference };
    } catch (error) {
      if (!(error instanceof MachineHeldError)) throw error;
      const now = await this.machines.atScan(request.reservationToken);
      return now?.live
        ? this.whileHeld(request.reservationToken, now.live, requestKey)
        : { errorCode: 'DEVICE_IN_USE' };
    }
  }

  private async pricesOf(machine: MachineAtScan | null): Promise<ReadonlyMap<number, bigint>> {
    return machine === null ? new Map() : this.catalogue.prices(machine.planogramId, machine.priceListId);
  }

  /** The same request again gets the same invoice while nothing has happened to it; everybody else waits (I21). */
  private async whileHeld(token: string, live: LivePurchase, requestKey: string): Promise<CreatePurchaseAnswer> {
    const deadline = Date.now() + REPEAT_WAITS_MS;
    for (let now: LivePurchase | null = live; now !== null && now.requestKey === requestKey;) {
      if (now.state === 'INVOICED' && !now.notified && now.invoiceReference !== null) {
        return { invoiceReferenceId: now.invoiceReference };
      }
      if (now.state !== 'NEW' || Date.now() >= deadline) break;
      await new Promise((resolve) => setTimeout(resolve, REPEAT_LOOKS_EVERY_MS));
      now = (await this.machines.atScan(token))?.live ?? null;
    }
    return { errorCode: 'DEVICE_IN_USE' };
  }
}
