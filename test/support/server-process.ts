import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const projectFolder = join(__dirname, '..', '..');

/** A server role as people run it: its own process, the built program, configuration by environment. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private output = '';

  constructor(
    private readonly role: 'reseller-api' | 'machine-gateway',
    private readonly environment: Readonly<Record<string, string>>,
    private readonly isReady: () => Promise<boolean>,
  ) {}

  async start(): Promise<void> {
    const program = join(projectFolder, 'dist', 'apps', this.role, 'src', 'main.js');
    const child = spawn(process.execPath, [program], {
      cwd: projectFolder,
      env: { PATH: process.env['PATH'], LOG_LEVEL: 'info', ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-20_000);
      });
    }
    while (!(await this.isReady())) {
      if (child.exitCode !== null) throw new Error(`${this.role} did not start:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Everything it has written. */
  get log(): string {
    return this.output;
  }

  /** SIGKILL: no word, no clean-up. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  }
}
