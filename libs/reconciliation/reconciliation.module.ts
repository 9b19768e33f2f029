import { Inject, Injectable, Module } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { DatabaseClock } from '#platform/clock.js';
import { Configuration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import { ServerInstance } from '#platform/server-instance.js';
import { IDS, LOGGER } from '#platform/tokens.js';
import { PurchasingModule } from '#purchasing/purchasing.module.js';
import { SeqrClient } from '#seqr/client.js';

import { Reconciler } from './reconciler.js';
import { ReconciliationViews } from './reconciliation-views.js';
import { SeqrReports } from './seqr-reports.js';

/** Runs that wait for SEQR are due to the second; looking for them costs one small query. */
const WORK_EVERY_MS = 1_000;
/** A run begins within a minute of its time. */
const OPEN_EVERY_MS = 60_000;

/** On every replica: a run is one row, and one server has its lease. */
@Injectable()
export class ReconciliationWork {
  private working = false;

  constructor(
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval(OPEN_EVERY_MS)
  async open(): Promise<void> {
    await this.reconciler.open().catch((error: unknown) => {
      this.logger.warn({ error: String(error) }, 'could not open the runs of the day');
    });
  }

  @Interval(WORK_EVERY_MS)
  async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      await this.reconciler.work();
    } catch (error) {
      this.logger.warn({ error: String(error) }, 'could not look for reconciliations');
    } finally {
      this.working = false;
    }
  }
}

/** Our ledger against SEQR's reports, each night. */
@Module({
  imports: [PurchasingModule],
  providers: [
    ReconciliationWork,
    {
      provide: Reconciler,
      inject: [Database, SeqrClient, IDS, DatabaseClock, ServerInstance, Configuration, Metrics, LOGGER],
      useFactory: (
        database: Database,
        seqr: SeqrClient,
        ids: Ids,
        clock: DatabaseClock,
        instance: ServerInstance,
        configuration: Configuration,
        metrics: Metrics,
        logger: Logger,
      ) =>
        new Reconciler({
          database,
          reports: new SeqrReports(seqr),
          ids,
          clock,
          serverId: instance.id,
          mayAct: () => instance.isAlive,
          at: configuration.RECONCILE_AT,
          timeZone: configuration.RECONCILE_TIME_ZONE,
          onCase: (reason) => metrics.reviewCases.inc({ reason }),
          onEnd: ({ scope, day }, state) => {
            if (state === 'done') logger.info({ scope, day }, 'reconciled with SEQR');
            else logger.error({ scope, day }, 'SEQR gave no report: this day is not reconciled');
          },
          onFault: ({ scope, day }, error) =>
            logger.error({ scope, day, error: String(error) }, 'a reconciliation is stuck for now'),
        }),
    },
    {
      provide: ReconciliationViews,
      inject: [Database],
      useFactory: (database: Database) => new ReconciliationViews(database),
    },
  ],
  exports: [Reconciler, ReconciliationViews],
})
export class ReconciliationModule {}
