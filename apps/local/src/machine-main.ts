import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { addMachine } from '#fleet/add-machine.js';
import type { SeqrTerminalView } from '#fleet/operator-views.js';
import { Provisioning } from '#fleet/provisioning/provisioning.js';
import { ProvisioningError } from '#fleet/provisioning/provisioning-error.js';
import { seqrIdPrefixOf } from '#fleet/provisioning/seqr-id.js';
import { TerminalStore } from '#fleet/provisioning/terminal-store.js';
import { MachineStickers } from '#fleet/sticker/machine-stickers.js';
import { stickerPdf, stickerSheet } from '#fleet/sticker/sticker-pdf.js';
import { stickerSvg } from '#fleet/sticker/sticker-svg.js';
import { type Configuration, readPartOfConfiguration } from '#platform/configuration.js';
import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { Keys } from '#platform/keys.js';
import { seqrOptionsOf } from '#purchasing/seqr-options.js';
import { SeqrClient } from '#seqr/client.js';

import { embeddedEnvironment } from './embedded-environment.js';
import { LINK_COMMANDS, LINK_HELP, linkCommand } from './link-command.js';
import { projectFolder } from './project-folder.js';
import { UsageError } from './usage-error.js';

const HELP = `npm run machine -- <what> [machine] [options]

  list                      every machine with its terminal at SEQR
  add <new id> --like <machine id> --name TEXT --location TEXT
                            one more, with the planogram, prices and full slots of another
  provision <machine>       registers a terminal for it at SEQR, and labels it; asked twice it stays as it is
  remove <machine>          removes its terminal; the reseller takes its payments again
  sticker <machine> --out FILE.svg|FILE.pdf
                            draws its sticker, 90 by 132 mm
      --static              with the code of its terminal instead: for paying after the choice
  stickers --out FILE.pdf   all stickers, four on each sheet of A4
${LINK_HELP}
<machine> is an id (helsinki-central-1) or a reservation token (VR-1001).

Takes DATABASE_URL, SEQR_…, VENDRAIL_SECRET and OPERATOR_CONTACT from the environment and the file .env. Without
DATABASE_URL it works on what npm start embeds, which has to be running.

Exit code 0 when it is done, 1 when it is not, 2 when it is not clear what to do. When SEQR's answer was lost, the
message says so, and what to do.
`;

const NEEDS = [
  'DATABASE_URL',
  'SEQR_SOAP_URL',
  'SEQR_ALLOW_PLAIN_HTTP',
  'SEQR_RESELLER_ID',
  'SEQR_RESELLER_USER_ID',
  'SEQR_RESELLER_PASSWORD',
  'SEQR_MERCHANT_ID',
  'SEQR_ID_PREFIX',
  'SEQR_UNREGISTER_AS',
  'OPERATOR_CONTACT',
  'VENDRAIL_SECRET',
] as const satisfies readonly (keyof Configuration)[];

type Settings = Pick<Configuration, (typeof NEEDS)[number]>;

interface Order {
  readonly what: 'list' | 'add' | 'provision' | 'remove' | 'sticker' | 'stickers';
  readonly machine: string;
  readonly out: string;
  readonly isStatic: boolean;
  /** Of a new machine. */
  readonly like: string;
  readonly name: string;
  readonly location: string;
}

const WHATS = 'list, add, provision, remove, sticker or stickers';

async function main(): Promise<number> {
  if (LINK_COMMANDS.some((name) => name === process.argv[2])) {
    return linkCommand(process.argv.slice(2), await embeddedEnvironment(projectFolder, process.env));
  }
  const { values, positionals } = readArguments();
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const order = orderOf(positionals, values);
  const settings = readPartOfConfiguration(await embeddedEnvironment(projectFolder, process.env), NEEDS);
  const database = await Database.connect(settings.DATABASE_URL, 'vendrail-machine');
  try {
    return await follow(order, settings, database);
  } finally {
    await database.close();
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        static: { type: 'boolean' },
        like: { type: 'string' },
        name: { type: 'string' },
        location: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function orderOf(
  [what, machine = '', ...more]: readonly string[],
  {
    out = '',
    static: isStatic = false,
    like = '',
    name = '',
    location = '',
  }: ReturnType<typeof readArguments>['values'],
): Order {
  if (what === undefined) throw new UsageError(`say what to do: ${WHATS}`);
  switch (what) {
    case 'list':
    case 'stickers':
      if (machine !== '') throw new UsageError(`${what} takes no machine`);
      break;
    case 'add':
    case 'provision':
    case 'remove':
    case 'sticker':
      if (machine === '' || more.length > 0)
        throw new UsageError(`${what} takes one machine: its id${what === 'add' ? '' : ' or token'}`);
      break;
    default:
      throw new UsageError(`there is no "${what}": it is ${WHATS}`);
  }
  const described = [like, name, location].filter((text) => text !== '').length;
  if (described !== (what === 'add' ? 3 : 0))
    throw new UsageError(`${what} takes ${what === 'add' ? '' : 'no '}--like, --name and --location`);
  const isDrawn = what === 'sticker' || what === 'stickers';
  if (isDrawn !== (out !== '')) throw new UsageError(isDrawn ? 'say where to: --out FILE' : `${what} takes no --out`);
  if (isStatic && what !== 'sticker') throw new UsageError('--static goes with sticker');
  const kinds = what === 'sticker' ? /\.(svg|pdf)$/ : /\.pdf$/;
  if (isDrawn && !kinds.test(out))
    throw new UsageError(`--out must end in ${what === 'sticker' ? '.svg or .pdf' : '.pdf'}`);
  return { what, machine, out, isStatic, like, name, location };
}

async function follow(order: Order, settings: Settings, database: Database): Promise<number> {
  const stickers = new MachineStickers(database, settings);
  switch (order.what) {
    case 'stickers': {
      const all = await stickers.all();
      await writeFile(order.out, await stickerSheet(all));
      console.log(`${order.out}: ${all.length} stickers`);
      return 0;
    }
    case 'sticker': {
      const sticker = await stickers.of(order.machine, order.isStatic ? 'static' : 'scan-first');
      if (sticker === null) throw new ProvisioningError('NO_SUCH_MACHINE', 'there is no such machine');
      await writeFile(order.out, order.out.endsWith('.svg') ? stickerSvg(sticker) : await stickerPdf(sticker));
      console.log(`${order.out}: ${sticker.qrText}`);
      return 0;
    }
    case 'add': {
      const { machine: id, name, location, like } = order;
      const token = await addMachine(database, { id, name, location, like });
      console.log(`${id}: its reservation token is ${token}. Next: enrol ${id}`);
      return 0;
    }
    default:
      return withProvisioning(settings, database, (provisioning) => provisionOrTell(order, provisioning));
  }
}

async function provisionOrTell({ what, machine }: Order, provisioning: Provisioning): Promise<number> {
  if (what === 'list') {
    for (const view of await provisioning.list()) console.log(lineOf(view));
    return 0;
  }
  const view = await (what === 'remove' ? provisioning.remove(machine) : provisioning.provision(machine));
  console.log(lineOf(view));
  if (view.orphans > 0) {
    console.log(
      `SEQR may have ${view.orphans} more terminal(s) of this machine that nobody can use: its review cases say what to ask SEQR.`,
    );
  }
  return 0;
}

async function withProvisioning<T>(
  settings: Settings,
  database: Database,
  work: (provisioning: Provisioning) => Promise<T>,
): Promise<T> {
  const seqr = await SeqrClient.create(seqrOptionsOf(settings));
  try {
    return await work(
      new Provisioning({
        store: new TerminalStore(database),
        seqr,
        keys: new Keys(settings.VENDRAIL_SECRET),
        ids: systemIds,
        seqrIdPrefix: seqrIdPrefixOf(settings),
        unregisterAs: settings.SEQR_UNREGISTER_AS,
      }),
    );
  } finally {
    await seqr.close();
  }
}

function lineOf({ machineId, machineName, state, terminalId, staticCode, orphans }: SeqrTerminalView): string {
  const facts = [state, terminalId ?? '', staticCode ?? '', orphans > 0 ? `${orphans} orphan(s)` : ''];
  return [machineId.padEnd(24), machineName.padEnd(32), ...facts].filter((fact) => fact !== '').join('  ');
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
