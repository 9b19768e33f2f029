import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import { startControlApi } from './control-api.js';
import { DEMO_SLOTS } from './demo-planogram.js';
import { DIALECTS, type Faults, readFault } from './faults.js';
import { SimulatedMachine } from './simulated-machine.js';

const HELP = `SIMULATOR: a vending machine with its adapter on a pseudo-terminal, and its front as a web page.

  simulated-machine [options]        each also as an environment variable

  --name NAME          SIMULATED_MACHINE_NAME      shown in the version line (default demo)
  --link PATH          SIMULATED_MACHINE_LINK      where the serial device appears
  --port PORT          SIMULATED_MACHINE_PORT      of the web page, on this computer only (default: any free one)
  --slots FILE         SIMULATED_MACHINE_SLOTS     JSON: [{"selection": 11, "priceMinor": 1500, "stock": 8, "label": "…"}]
  --currency LETTERS   SIMULATED_MACHINE_CURRENCY  (default SEK)
  --decimals N         SIMULATED_MACHINE_DECIMALS  (default 2)
  --dialect NAME       SIMULATED_MACHINE_DIALECT   qibixx (default) or wafer-star
  --fault NAME[=NUMBER]                            on from the beginning; may be given again. Names: README.md
`;

/** MDB item numbers have 16 bit; a cabinet has fewer than 250 spirals. */
const slotsFile = z
  .array(
    z.strictObject({
      selection: z.int().min(0).max(65_534),
      priceMinor: z.int().min(1).max(99_999_999),
      stock: z.int().min(0).max(1_000),
      label: z.string().max(60).optional(),
    }),
  )
  .min(1)
  .max(250);

const settings = z.object({
  name: z.string().regex(/^[A-Za-z0-9-]{1,32}$/),
  link: z.string().min(1).optional(),
  port: z.coerce.number().pipe(z.int().min(0).max(65_535)),
  slots: z.string().optional(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  decimals: z.coerce.number().pipe(z.int().min(0).max(3)),
  dialect: z.enum(DIALECTS),
});

const text = { type: 'string' } as const;
const OPTIONS = {
  name: text,
  link: text,
  port: text,
  slots: text,
  currency: text,
  decimals: text,
  dialect: text,
} as const;
const MORE = { fault: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } } as const;

async function main(): Promise<void> {
  const { fault: faults = [], ...values } = parseArgs({ options: { ...OPTIONS, ...MORE } }).values;
  if (values.help === true) return void process.stdout.write(HELP);
  const environment = Object.fromEntries(
    Object.keys(OPTIONS).map((name) => [name, process.env[`SIMULATED_MACHINE_${name.toUpperCase()}`]]),
  );
  const defaults = { name: 'demo', port: '0', currency: 'SEK', decimals: '2', dialect: 'qibixx' };
  const { slots, link, port, ...rest } = settings.parse({ ...defaults, ...defined(environment), ...defined(values) });
  const machine = await SimulatedMachine.start({
    ...rest,
    slots: slots === undefined ? DEMO_SLOTS : readSlots(slots),
    faults: Object.assign({}, ...faults.map(readFault)) as Partial<Faults>,
    ...(link !== undefined && { linkPath: link }),
  });
  const control = await startControlApi([machine], port);
  process.stdout.write(`SIMULATOR ${rest.name}\n  serial device  ${machine.path}\n  front          ${control.url}\n`);

  const stop = (): void => void control.close().then(() => machine.stop());
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function readSlots(file: string) {
  const slots = slotsFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  return slots.map(({ label, ...slot }) => ({ ...slot, ...(label !== undefined && { label }) }));
}

function defined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''));
}

main().catch((error: unknown) => {
  const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
});
