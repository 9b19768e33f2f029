import { describeFault, type Faults, FAULT_NAMES, readFault } from './faults.js';
import type { MachineView } from './machine-view.js';

export const COMMAND_HELP = `SIMULATOR: the front and the faults of simulated machines that run, from npm start or on their own.

  npm run simulated-machine -- COMMAND

  list                       the machines, with what is switched on
  show                       one machine: shelves, tray, faults
  faults                     every fault there is, and what it does
  fault NAME[=NUMBER|=off]   switch one on or off; several may follow
  clear                      all faults off
  press SELECTION            a payer presses a product's number
  return                     a payer presses return: the session ends
  reset                      the machine controller resets once
  power-cut                  machine and adapter lose their power for half a second

  --machine NAME   which machine; needed where there are several
  --url URL        of their pages (default: port MACHINE_PORT, or 8091, of this computer)
`;

/** What the list of machines says of each. */
type Summary = Omit<MachineView, 'slots' | 'dispensed'> & { readonly dispensed: number };

export interface CommandTarget {
  readonly url: string;
  readonly machine: string | undefined;
}

/** A simulator on this computer answers at once. */
const ANSWER_WITHIN_MS = 5_000;

/** @returns what to print. @throws Error in words for a person */
export async function command([verb = '', ...rest]: readonly string[], target: CommandTarget): Promise<string> {
  const pressed = async (button: string, body: object = {}) =>
    shown((await ask(target, await pathOf(target, button), body)) as MachineView);
  switch (verb) {
    case 'list':
      return listed((await ask(target, '/machines')) as readonly Summary[]);
    case 'show':
      return shown((await ask(target, await pathOf(target))) as MachineView);
    case 'faults':
      return catalogue();
    case 'fault':
      if (rest.length === 0) throw new Error('fault NAME, fault NAME=NUMBER or fault NAME=off; "faults" lists them');
      return pressed('faults', Object.assign({}, ...rest.map(readFault)) as Partial<Faults>);
    case 'clear':
      return pressed('no-faults');
    case 'press':
      if (!/^\d{1,5}$/.test(rest[0] ?? '')) throw new Error('press SELECTION: the number below the product');
      return pressed('press', { selection: Number(rest[0]) });
    case 'return':
      return pressed('finish');
    case 'reset':
    case 'power-cut':
      return pressed(verb);
    default:
      throw new Error(`there is no command "${verb}"; --help lists them`);
  }
}

async function pathOf(target: CommandTarget, button?: string): Promise<string> {
  const name = target.machine ?? (await onlyMachine(target));
  return `/machines/${encodeURIComponent(name)}${button === undefined ? '' : `/${button}`}`;
}

async function onlyMachine(target: CommandTarget): Promise<string> {
  const machines = (await ask(target, '/machines')) as readonly Summary[];
  const [first] = machines;
  if (first !== undefined && machines.length === 1) return first.name;
  throw new Error(`there are ${machines.length} machines: say which with --machine NAME; "list" names them`);
}

async function ask({ url, machine }: CommandTarget, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  }).catch(() => {
    throw new Error(`no simulated machine answers at ${url}: is npm start running, or is it another --url?`);
  });
  if (answer.status === 404 && machine !== undefined) throw new Error(`there is no machine "${machine}" at ${url}`);
  const said = await answer.json();
  if (answer.ok) return said;
  throw new Error((said as { error: string }).error);
}

function listed(machines: readonly Summary[]): string {
  const width = Math.max(...machines.map(({ name }) => name.length));
  return machines
    .map((machine) => {
      const state = machine.plugged ? machine.mode : 'UNPLUGGED';
      return `SIMULATOR  ${machine.name.padEnd(width)}  ${machine.dialect.padEnd(10)}  ${state.padEnd(9)}  ${switchedOn(machine.faults)}`;
    })
    .join('\n');
}

function shown(machine: MachineView): string {
  const { name, dialect, serialPath, display, mode, plugged, dispensed, faults } = machine;
  const fallen = dispensed.slice(-10).map(({ selection, cash }) => `${selection}${cash === true ? ' (cash)' : ''}`);
  return [
    `SIMULATOR ${name}`,
    `  ${dialect} on ${serialPath}${plugged ? '' : ' (unplugged)'}`,
    `  display  ${display} (${mode})`,
    `  shelves  ${machine.slots.map(({ selection, stock }) => `${selection}: ${stock}`).join(', ')}`,
    `  tray     ${fallen.length === 0 ? 'empty' : fallen.join(', ')}`,
    `  faults   ${switchedOn(faults)}`,
  ].join('\n');
}

function switchedOn(faults: Faults): string {
  const on = FAULT_NAMES.filter((name) => faults[name] !== false);
  return on.length === 0
    ? 'none'
    : on.map((name) => (faults[name] === true ? name : `${name}=${faults[name]}`)).join(' ');
}

function catalogue(): string {
  return FAULT_NAMES.map((name) => {
    const { title, means, number } = describeFault(name);
    const range =
      number === undefined ? '' : ` (${number.unit}, ${number.min} to ${number.max}, usually ${number.usual})`;
    const words = means.qibixx === means['wafer-star'] ? [means.qibixx] : Object.values(means);
    return `${name.padEnd(20)} ${title}${range}\n${words.map((word) => `${' '.repeat(21)}${word}`).join('\n')}`;
  }).join('\n');
}
