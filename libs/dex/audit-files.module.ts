import { Inject, Injectable, Module } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { DatabaseClock } from '#platform/clock.js';
import { Database } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import { IDS, LOGGER } from '#platform/tokens.js';

import { AuditFileViews } from './audit-file-views.js';
import { AuditFiles } from './audit-files.js';

/** What waits for a purchase to end waits for minutes; nobody stands beside it. */
const COMPARE_EVERY_MS = 60_000;

/** On every replica: of those that compare the same two files, one writes it down. */
@Injectable()
export class AuditFileWork {
  constructor(
    @Inject(AuditFiles) private readonly files: AuditFiles,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval(COMPARE_EVERY_MS)
  async compareWaiting(): Promise<void> {
    await this.files.compareWaiting().catch((error: unknown) => {
      this.logger.warn({ error: String(error) }, 'could not compare audit files');
    });
  }
}

/** Audit files of machines against our ledger. */
@Module({
  providers: [
    AuditFileWork,
    {
      provide: AuditFiles,
      inject: [Database, IDS, DatabaseClock, Metrics],
      useFactory: (database: Database, ids: Ids, clock: DatabaseClock, metrics: Metrics) =>
        new AuditFiles({ database, ids, clock, onCase: (reason) => metrics.reviewCases.inc({ reason }) }),
    },
    {
      provide: AuditFileViews,
      inject: [Database],
      useFactory: (database: Database) => new AuditFileViews(database),
    },
  ],
  exports: [AuditFiles, AuditFileViews],
})
export class AuditFilesModule {}
