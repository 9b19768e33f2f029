import { Module } from '@nestjs/common';

import { PurchasingModule } from '#purchasing/purchasing.module.js';
import { ReconciliationModule } from '#reconciliation/reconciliation.module.js';

import { LiveStream } from './operator-api/live-stream.js';
import { MachineViews } from './operator-api/machine-views.js';
import { OperatorApiController, SessionController } from './operator-api/operator-api.controller.js';
import { OperatorSessions } from './operator-api/operator-session.js';
import { PurchaseViews } from './operator-api/purchase-views.js';
import { ReconciliationsController } from './operator-api/reconciliations.controller.js';
import { CreatePurchaseService } from './unattended-payments/create-purchase.service.js';
import { UnattendedPaymentsController } from './unattended-payments/unattended-payments.controller.js';

/** HTTPS for SEQR (createPurchase, notifications) and for operators (API, live events, console). */
@Module({
  imports: [PurchasingModule, ReconciliationModule],
  controllers: [UnattendedPaymentsController, SessionController, OperatorApiController, ReconciliationsController],
  providers: [CreatePurchaseService, OperatorSessions, MachineViews, PurchaseViews, LiveStream],
})
export class ResellerApiModule {}
