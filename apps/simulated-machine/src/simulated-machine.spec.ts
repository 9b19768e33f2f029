import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPort } from 'serialport';

import { SimulatedMachine } from './simulated-machine.js';

let machine: SimulatedMachine;
afterEach(() => machine.stop());

const slots = [{ selection: 24, priceMinor: 1_200, stock: 1 }];

/** An ordinary serial program, as the maker describes one. */
class Terminal {
  readonly lines: string[] = [];
  private wake: () => void = () => {};

  private constructor(readonly port: SerialPort) {
    port.pipe(new ReadlineParser({ delimiter: '\r\n' })).on('data', (line: string) => {
      this.lines.push(line);
      this.wake();
    });
  }

  static open(path: string): Promise<Terminal> {
    return new Promise((resolve, reject) => {
      const port = new SerialPort({ path, baudRate: 115_200 }, (error) =>
        error ? reject(error) : resolve(new Terminal(port)),
      );
    });
  }

  async ask(line: string, answers: number): Promise<string[]> {
    const from = this.lines.length;
    this.port.write(`${line}\n`);
    while (this.lines.length < from + answers) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.lines.slice(from);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.port.close(() => resolve()));
  }
}

it('answers on a real serial device as the maker documents it, and opens again for the next program', async () => {
  machine = await SimulatedMachine.start({ name: 'demo', slots, currency: 'SEK', decimals: 2, dispenseMs: 5 });
  const first = await Terminal.open(machine.path);
  expect(await first.ask('V', 1)).toEqual(['v,4.0.2.0,SIMULATOR-demo']);
  await first.close();

  const terminal = await Terminal.open(machine.path);
  expect(await terminal.ask('C,0', 1)).toEqual(['c,0']);
  expect(await terminal.ask('C,SETCONF,mdb-currency-code=0x1752', 1)).toEqual(['c,SET,OK']);
  expect(await terminal.ask('C,SETCONF,mdb-decimal-places=2', 1)).toEqual(['c,SET,OK']);
  expect(await terminal.ask('C,1', 4)).toEqual(['c,1', 'c,STATUS,INACTIVE', 'c,STATUS,DISABLED', 'c,STATUS,ENABLED']);
  machine.scriptBuyer([{ press: 24 }, { finish: true }]);
  expect(await terminal.ask('C,START,50.00', 2)).toEqual(['c,STATUS,IDLE,50.00', 'c,STATUS,VEND,12.00,24']);
  expect(await terminal.ask('C,VEND,12.00', 4)).toEqual([
    'r,ACK',
    'c,VEND,SUCCESS',
    'c,STATUS,IDLE,38.00',
    'c,STATUS,ENABLED',
  ]);
  await terminal.close();
  expect(machine.dispensed).toMatchObject([{ selection: 24, priceMinor: 1_200 }]);
  expect(machine.view()).toMatchObject({ simulator: true, mode: 'ENABLED', slots: [{ stock: 0 }] });
});

it('plays no script in another payer’s session when its own never came and it was forgotten', async () => {
  machine = await SimulatedMachine.start({ name: 'demo', slots, currency: 'SEK', decimals: 2, dispenseMs: 5 });
  machine.scriptBuyer([{ press: 24 }]);
  machine.forgetScripts();
  machine.scriptBuyer([{ finish: true }]);
  const terminal = await Terminal.open(machine.path);
  await terminal.ask('C,SETCONF,mdb-currency-code=0x1752', 1);
  await terminal.ask('C,SETCONF,mdb-decimal-places=2', 1);
  await terminal.ask('C,1', 4);
  expect(await terminal.ask('C,START,50.00', 2)).toEqual(['c,STATUS,IDLE,50.00', 'c,STATUS,ENABLED']);
  await terminal.close();
});

it('is a pulled plug to the program when it is unplugged, and comes back under the same name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vendrail-link-'));
  const linkPath = join(folder, 'machine');
  machine = await SimulatedMachine.start({ name: 'demo', slots, currency: 'SEK', decimals: 2, linkPath });
  expect(machine.path).toBe(linkPath);
  const terminal = await Terminal.open(linkPath);
  const closed = new Promise((resolve) => terminal.port.once('close', resolve));
  machine.setFault({ unplugged: true });
  // The kernel tells whoever uses the line, not whoever waits.
  terminal.port.on('error', () => {});
  terminal.port.write('V\n');
  await closed;
  expect(existsSync(linkPath)).toBe(false);

  machine.setFault({ unplugged: false });
  const again = await Terminal.open(linkPath);
  expect(await again.ask('V', 1)).toEqual(['v,4.0.2.0,SIMULATOR-demo']);
  await again.close();
  rmSync(folder, { recursive: true });
});
