import { Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

import { LinkKeys } from '#fleet/link/link-keys.js';
import { LinkStore } from '#fleet/link/link-store.js';
import { MachineCommands } from '#fleet/machine-commands.js';
import { MachineDirectory } from '#fleet/machine-directory.js';
import { DatabaseClock } from '#platform/clock.js';
import { Configuration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { Keys } from '#platform/keys.js';
import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import { MqttConnection } from '#platform/mqtt.js';
import { ServerInstance } from '#platform/server-instance.js';
import { Shutdown } from '#platform/shutdown.js';
import { IDS, LOGGER } from '#platform/tokens.js';
import { isOver } from '#purchase/reserve-first/purchase.js';
import { SeqrClient } from '#seqr/client.js';

import { Changes } from './changes.js';
import { InvoiceWriter } from './invoice-writer.js';
import { NotificationUrls } from './notification-url.js';
import { OfferCatalogue } from './offer-catalogue.js';
import { ActPerformer } from './performer.js';
import { PurchasePrincipals } from './purchase-principals.js';
import { PostgresPurchaseStore } from './purchase-store.js';
import { CLAIM_MAX, PurchaseRunner } from './runner.js';
import { seqrOptionsOf } from './seqr-options.js';

/** Work that a stopped server left behind is looked for this often: picked up within five seconds of the stop (I28). */
const SWEEP_EVERY_MS = 500;
/** 100,000 purchases; what is more waits for the next sweep. */
const ROUNDS_MAX = 1_000;

/** Sweeping on every replica is safe: each row is claimed by one. */
@Injectable()
class DueWork implements OnApplicationBootstrap {
  private sweeping = false;

  constructor(
    @Inject(PurchaseRunner) private readonly runner: PurchaseRunner,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** A server that was started again has its predecessor's work to do, and SEQR's 20 seconds run. */
  onApplicationBootstrap(): void {
    void this.sweep();
  }

  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      // A full round means that there is more: after a crash thousands may be due, and SEQR's 20 seconds run.
      for (let round = 0, claimed = CLAIM_MAX; claimed === CLAIM_MAX && round < ROUNDS_MAX; round += 1) {
        claimed = await this.runner.sweep();
        if (claimed > 0) this.logger.info({ claimed }, 'took over work that another server left');
      }
    } catch (error) {
      this.logger.warn({ error: String(error) }, 'could not look for due work');
    } finally {
      this.sweeping = false;
    }
  }
}

/** The purchases of this process: lifecycle, runner and everything the acts need. */
@Module({
  providers: [
    DueWork,
    { provide: Changes, inject: [MqttConnection], useFactory: (mqtt: MqttConnection) => new Changes(mqtt) },
    { provide: OfferCatalogue, inject: [Database], useFactory: (database: Database) => new OfferCatalogue(database) },
    {
      provide: MachineDirectory,
      inject: [Database],
      useFactory: (database: Database) => new MachineDirectory(database),
    },
    {
      provide: NotificationUrls,
      inject: [Keys, Configuration],
      useFactory: (keys: Keys, configuration: Configuration) =>
        new NotificationUrls(keys, configuration.PUBLIC_BASE_URL),
    },
    {
      provide: SeqrClient,
      inject: [Configuration, Metrics, Shutdown],
      useFactory: async (configuration: Configuration, metrics: Metrics, shutdown: Shutdown) => {
        const client = await SeqrClient.create({
          ...seqrOptionsOf(configuration),
          onCall: ({ operation, outcome, durationMs }) =>
            metrics.seqrCallSeconds.observe({ operation, outcome }, durationMs / 1_000),
        });
        shutdown.add(() => client.close());
        return client;
      },
    },
    {
      provide: PurchasePrincipals,
      inject: [Database, Keys],
      useFactory: (database: Database, keys: Keys) => new PurchasePrincipals(database, keys),
    },
    {
      provide: LinkStore,
      inject: [Database, Keys],
      useFactory: (database: Database, keys: Keys) => new LinkStore(database, keys),
    },
    {
      provide: LinkKeys,
      inject: [LinkStore],
      useFactory: (store: LinkStore) => new LinkKeys(store),
    },
    {
      provide: PurchaseRunner,
      inject: [
        Configuration,
        Database,
        OfferCatalogue,
        MachineDirectory,
        NotificationUrls,
        SeqrClient,
        PurchasePrincipals,
        LinkKeys,
        MqttConnection,
        DatabaseClock,
        ServerInstance,
        Metrics,
        Changes,
        Shutdown,
        IDS,
        LOGGER,
      ],
      useFactory: (
        configuration: Configuration,
        database: Database,
        catalogue: OfferCatalogue,
        directory: MachineDirectory,
        urls: NotificationUrls,
        seqr: SeqrClient,
        principals: PurchasePrincipals,
        links: LinkKeys,
        mqtt: MqttConnection,
        clock: DatabaseClock,
        instance: ServerInstance,
        metrics: Metrics,
        changes: Changes,
        shutdown: Shutdown,
        ids: Ids,
        logger: Logger,
      ) => {
        const runner = new PurchaseRunner({
          store: new PostgresPurchaseStore(database, catalogue, ids, clock, instance.id, principals),
          performer: new ActPerformer(
            seqr,
            new MachineCommands(database, mqtt, links, clock),
            new InvoiceWriter(catalogue, directory, urls, configuration.OPERATOR_CONTACT ?? null),
            clock,
            principals,
          ),
          clock,
          mayAct: () => instance.isAlive,
          breaks: () => instance.breaks,
          onStep: (after, _event, before, cases) => {
            for (const { reason } of cases) metrics.reviewCases.inc({ reason });
            if (isOver(after) && !isOver(before)) metrics.purchasesEnded.inc({ state: after.state });
            changes.purchase(after.id, after.machineId);
          },
          onFault: (purchaseId, error) =>
            logger.error({ purchaseId, error: String(error) }, 'a purchase is stuck for now'),
        });
        shutdown.add(() => runner.stop());
        return runner;
      },
    },
  ],
  exports: [
    PurchaseRunner,
    MachineDirectory,
    OfferCatalogue,
    NotificationUrls,
    Changes,
    SeqrClient,
    LinkStore,
    LinkKeys,
  ],
})
export class PurchasingModule {}
