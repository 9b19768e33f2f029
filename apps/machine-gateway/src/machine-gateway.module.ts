import { Module } from '@nestjs/common';

import { PurchasingModule } from '#purchasing/purchasing.module.js';

import { EventIntake } from './event-intake.js';
import { PresenceIntake } from './presence-intake.js';
import { RefusedMessages } from './refused-messages.js';

/** The server's end of the machine link: what machines say comes in here. Commands leave where they are decided. */
@Module({ imports: [PurchasingModule], providers: [EventIntake, PresenceIntake, RefusedMessages] })
export class MachineGatewayModule {}
