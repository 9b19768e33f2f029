import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { Timings } from '../timings.js';
import type { AdapterEvent, MachineAdapter } from './adapter.js';
import { DEFAULT_MDB, rulesOf, type MdbSettings } from './mdb/settings.js';
import { linesOver, QIBIXX_BAUD } from './qibixx/line-link.js';
import { QibixxAdapter } from './qibixx/qibixx-adapter.js';
import { SerialLink } from './serial-link.js';
import { WAFER_STAR_BAUD, WaferStarAdapter } from './wafer-star/wafer-star-adapter.js';

/** What may stand between this computer and the machine. */
export const ADAPTERS = ['qibixx', 'wafer-star'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

export interface AdapterConfig {
  /** `qibixx` when left out. */
  readonly adapter?: AdapterName | undefined;
  /** Prefer a stable name such as /dev/serial/by-id/…: the port is found again after it was unplugged. */
  readonly serialPath: string;
  /** ISO 4217 letters. */
  readonly currency: string;
  readonly decimals: number;
  /** For adapters that leave MDB to us; what is left out is as in `DEFAULT_MDB`. */
  readonly mdb?: Partial<MdbSettings> | undefined;
}

export interface AdapterSurroundings {
  readonly timings: Timings;
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: (event: AdapterEvent) => void;
}

/** The adapter of the configuration; nothing is opened before its `start`. */
export function openAdapter(config: AdapterConfig, { timings, clock, log, emit }: AdapterSurroundings): MachineAdapter {
  const { currency, decimals, serialPath: path } = config;
  const serial = (baud: number) => new SerialLink({ path, baud, ...timings }, clock, log);
  switch (config.adapter ?? 'qibixx') {
    case 'qibixx':
      return new QibixxAdapter(linesOver(serial(QIBIXX_BAUD)), { currency, decimals, timings }, clock, log, emit);
    case 'wafer-star': {
      const settings = { ...DEFAULT_MDB, ...config.mdb };
      const { chkForwarded } = settings;
      const options = { rules: rulesOf(settings, currency, decimals), chkForwarded, timings };
      return new WaferStarAdapter(serial(WAFER_STAR_BAUD), options, clock, log, emit);
    }
  }
}
