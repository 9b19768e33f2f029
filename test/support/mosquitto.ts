import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { developmentCertificate } from '#local/development-certificate.js';
import { freePort, isFree } from '#local/installation.js';

import { eventually } from './eventually.js';

const SHIPPED = join(__dirname, '..', '..', 'deploy', 'mosquitto');
/** Debian's, which `npm test` installs where it is missing. */
const PROGRAM = '/usr/sbin/mosquitto';

/** Debian's Mosquitto with the configuration that is shipped; only folders and ports are the test's own. */
export class Mosquitto {
  private child: ChildProcess | undefined;
  log = '';

  private constructor(
    /** With `passwords/servers`, `passwords/machines`, `tls/`. */
    readonly folder: string,
    private readonly configuration: string,
    readonly serverPort: number,
    readonly machinePort: number,
    /** Over TLS: with certificates.conf there is no other for machines. */
    readonly tlsPort: number,
    /** A door of the test’s own, where anybody may say and hear everything. */
    readonly openPort: number,
  ) {}

  static async prepare(file: 'mosquitto.conf' | 'certificates.conf'): Promise<Mosquitto> {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: apt-get install mosquitto`);
    const folder = await mkdtemp(join(tmpdir(), 'vendrail-mosquitto-'));
    for (const name of ['config', 'data', 'passwords', 'tls']) await mkdir(join(folder, name));
    await copyFile(join(SHIPPED, 'acl.conf'), join(folder, 'config', 'acl.conf'));
    // Without client certificates it is the certificate of the reseller API.
    if (file === 'mosquitto.conf') await developmentCertificate(join(folder, 'tls'));
    const [serverPort, machinePort, tlsPort] = [await freePort(), await freePort(), await freePort()];
    const openPort = await freePort();
    const shipped = await readFile(join(SHIPPED, file), 'utf8');
    const own = shipped
      .replaceAll('/mosquitto/', `${folder}/`)
      .replace(/^listener 1883$/m, `listener ${serverPort} 127.0.0.1`)
      .replace(/^listener 1884$/m, `listener ${machinePort} 127.0.0.1`)
      .replace(/^listener 8883$/m, `listener ${tlsPort} 127.0.0.1`);
    const configuration = join(folder, 'mosquitto.conf');
    // It would go on as a user who may not read a test's folder.
    const user = process.getuid?.() === 0 ? 'user root\n' : '';
    const openDoor = `listener ${openPort} 127.0.0.1\nallow_anonymous true\n`;
    await writeFile(configuration, `${own}\npid_file ${join(folder, 'pid')}\n${user}${openDoor}`);
    const plainPort = file === 'mosquitto.conf' ? machinePort : tlsPort;
    return new Mosquitto(folder, configuration, serverPort, plainPort, tlsPort, openPort);
  }

  get pidFile(): string {
    return join(this.folder, 'pid');
  }

  async start(): Promise<void> {
    this.log = '';
    const child = spawn(PROGRAM, ['-c', this.configuration], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => (this.log += chunk.toString());
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`Mosquitto ended: ${this.log}`)));
      // It does not say so with the shipped log types.
      void this.listens().then(() => resolve(), reject);
    });
  }

  private async listens(): Promise<void> {
    for (const port of [this.serverPort, this.machinePort, this.tlsPort, this.openPort]) {
      await eventually(`Mosquitto listens at ${port}`, async () => ((await isFree(port)) ? undefined : true));
    }
  }

  /** SIGTERM: it writes what it keeps. `forgetting`: as one that keeps nothing. */
  async stop(forgetting = false): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    if (forgetting) await rm(join(this.folder, 'data', 'mosquitto.db'), { force: true });
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
