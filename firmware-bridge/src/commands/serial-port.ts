import { accessSync, constants, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import { SerialPort } from 'serialport';

import type { Finding } from './doctor/finding.js';

const NAME = 'serial port';

/** Can this program use the port now? Opens it for a moment. */
export async function checkPort(path: string): Promise<Finding> {
  const not = (found: string, advice: string): Finding => ({ name: NAME, well: false, found, advice });
  try {
    if (!statSync(path).isCharacterDevice()) {
      return not(`${path} is not a serial port`, 'Set serialPath to one of `vendrail-bridge list-ports`.');
    }
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') {
      return not(`${path} is not there`, `Plug the adapter in, or set serialPath to one of: ${portsInWords()}.`);
    }
    const { username } = userInfo();
    return not(
      `${username} may not use ${path}`,
      `Add the user to the group dialout (sudo usermod -aG dialout ${username}) and log in again.`,
    );
  }
  const refusal = await openOnce(path);
  if (refusal === undefined) return { name: NAME, well: true, found: `${path} opens` };
  if (/lock|busy/i.test(refusal)) {
    return not(
      `another program holds ${path}`,
      'Most likely the bridge itself: sudo systemctl stop vendrail-bridge, and start it again afterwards. Else: sudo fuser -v on the port.',
    );
  }
  return not(`${path} does not open: ${refusal}`, 'Pull the adapter out and put it in again.');
}

function portsInWords(): string {
  const ports = listPorts();
  return ports.length === 0 ? 'none is plugged in' : ports.map(({ stablePath, path }) => stablePath ?? path).join(', ');
}

function openOnce(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const port = new SerialPort({ path, baudRate: 9_600, autoOpen: false });
    port.open((error) => (error ? resolve(error.message) : port.close(() => resolve(undefined))));
  });
}

export interface PortEntry {
  readonly path: string;
  /** A name that stays the same whichever socket and order the adapters are plugged in. */
  readonly stablePath?: string;
}

/** USB and built-in ports that have hardware behind them; a computer names many more. */
const PORT_NAMES = /^tty(USB|ACM|AMA|S)\d+$/;

/** @param root of the file system to look at */
export function listPorts(root = '/'): PortEntry[] {
  const stable = new Map<string, string>();
  const byId = join(root, 'dev/serial/by-id');
  for (const name of names(byId)) stable.set(realpathSync(join(byId, name)), join(byId, name));
  return names(join(root, 'dev'))
    .filter((name) => PORT_NAMES.test(name) && hasHardware(root, name))
    .sort()
    .map((name) => {
      const path = join(root, 'dev', name);
      const stablePath = stable.get(realpathSync(path));
      return { path, ...(stablePath !== undefined && { stablePath }) };
    });
}

/** The kernel makes ttyS0 to ttyS31 whether or not there are such ports; those without a chip have a stand-in driver. */
function hasHardware(root: string, name: string): boolean {
  if (!name.startsWith('ttyS')) return true;
  try {
    return !readlinkSync(join(root, 'sys/class/tty', name, 'device/driver')).endsWith('serial8250');
  } catch {
    return false;
  }
}

function names(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
