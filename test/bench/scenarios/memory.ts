import { MachinePlace } from '../../crashes/machine-place.js';
import { type Figure, numberText } from '../figures.js';
import { LINK_KEY } from '../neighbours/link.js';
import { memoryOf } from '../processes/cpu.js';
import type { Scenario } from '../scenario.js';
import { setStage, stopStage, visit } from '../stage.js';

const MEGABYTE = 1_048_576;
/** The first purchases fill what is kept; memory is looked at afterwards. */
const LOAD_MS = 20_000;
const PER_SECOND = 50;
const BRIDGE_RUNS_MS = 5_000;
/** The broker of the benchmark asks for no password. */
const CREDENTIALS = { password: 'none', key: LINK_KEY };

/** Resident memory of a server with many machines, and of a bridge. */
export const memory: Scenario = {
  goals: ['P9'],
  title: 'memory of a server with many machines, and of a bridge',
  async run(place, settings, progress) {
    const { machines } = settings;
    const stage = await setStage(place, machines, settings);
    const { neighbours, product } = stage;
    progress(`connecting ${numberText(machines)} machines`);
    await neighbours.ask({ ask: 'connectFleet', mqttUrl: product.mqttUrl, prefix: 'bench-', machines });
    const ms = settings.quick ? 3_000 : LOAD_MS;
    const { done, errors, firstError } = await visit(stage, product, { ms, perSecond: PER_SECOND, machines });
    if (errors > 0) throw new Error(`${errors} visits failed: ${firstError}`);
    const server = (await memoryOf(product.program.pid)) / MEGABYTE;
    progress(`server: ${numberText(server)} MB after ${numberText(done)} purchases`);
    const machine = await MachinePlace.start(
      'helsinki-central-1',
      'VR-1001',
      product.mqttUrl,
      CREDENTIALS,
      place.folder,
    );
    await new Promise((resolve) => setTimeout(resolve, BRIDGE_RUNS_MS));
    const bridge = (await memoryOf(machine.bridge.pid ?? 0)) / MEGABYTE;
    await machine.stop();
    await stopStage(stage);
    const figure = (what: string, value: number, limit: number): Figure => ({
      goal: 'P9',
      what,
      measured: `${numberText(machines)} machines connected`,
      value,
      rounds: [value],
      bound: 'at most',
      limit,
      isRatio: false,
      unit: 'MB',
    });
    return [
      figure('server, resident memory', server, 400),
      { ...figure('bridge, resident memory', bridge, 80), measured: 'connected, with its machine ready' },
    ];
  },
};
