import { Module } from '@nestjs/common';

import { AuditFilesModule } from '#dex/audit-files.module.js';
import { Provisioning } from '#fleet/provisioning/provisioning.js';
import { TerminalStore } from '#fleet/provisioning/terminal-store.js';
import { seqrIdPrefixOf } from '#fleet/provisioning/seqr-id.js';
import { MachineStickers } from '#fleet/sticker/machine-stickers.js';
import { Configuration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { Keys } from '#platform/keys.js';
import { IDS } from '#platform/tokens.js';
import { PurchasingModule } from '#purchasing/purchasing.module.js';
import { ReconciliationModule } from '#reconciliation/reconciliation.module.js';
import { SeqrClient } from '#seqr/client.js';

import { EnrolmentController } from './enrolment/enrolment.controller.js';
import { WrongCodes } from './enrolment/wrong-codes.js';
import { AuditFilesController } from './operator-api/audit-files.controller.js';
import { LiveStream } from './operator-api/live-stream.js';
import { MachineViews } from './operator-api/machine-views.js';
import { OperatorApiController, SessionController } from './operator-api/operator-api.controller.js';
import { OperatorSessions } from './operator-api/operator-session.js';
import { PurchaseViews } from './operator-api/purchase-views.js';
import { ReconciliationsController } from './operator-api/reconciliations.controller.js';
import { SeqrTerminalController } from './operator-api/seqr-terminal.controller.js';
import { CreatePurchaseService } from './unattended-payments/create-purchase.service.js';
import { UnattendedPaymentsController } from './unattended-payments/unattended-payments.controller.js';

/** HTTPS for SEQR (createPurchase, notifications) and for operators (API, live events, console). */
@Module({
  imports: [PurchasingModule, ReconciliationModule, AuditFilesModule],
  controllers: [
    UnattendedPaymentsController,
    SessionController,
    OperatorApiController,
    SeqrTerminalController,
    ReconciliationsController,
    EnrolmentController,
    AuditFilesController,
  ],
  providers: [
    CreatePurchaseService,
    OperatorSessions,
    MachineViews,
    PurchaseViews,
    LiveStream,
    WrongCodes,
    {
      provide: Provisioning,
      inject: [Database, SeqrClient, Keys, Configuration, IDS],
      useFactory: (database: Database, seqr: SeqrClient, keys: Keys, configuration: Configuration, ids: Ids) =>
        new Provisioning({
          store: new TerminalStore(database),
          seqr,
          keys,
          ids,
          seqrIdPrefix: seqrIdPrefixOf(configuration),
          unregisterAs: configuration.SEQR_UNREGISTER_AS,
        }),
    },
    {
      provide: MachineStickers,
      inject: [Database, Configuration],
      useFactory: (database: Database, configuration: Configuration) => new MachineStickers(database, configuration),
    },
  ],
})
export class ResellerApiModule {}
