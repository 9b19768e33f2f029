import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Agent, request } from 'undici';

import type { DevelopmentCertificate } from '#local/development-certificate.js';
import { freePort } from '#local/installation.js';

import { Child } from './child.js';
import { PROJECT, harnessProgram } from './project-folder.js';

/** `together`: one process is both roles, and its death leaves nobody. `apart`: a process for each role. */
export type Arrangement = 'together' | 'apart';

/** Seconds, as short as the configuration allows: what waits for a payer's silence should not wait long here. */
const SHORT_WAITS = { CONFIRM_WITHIN_S: '10', SELECTION_WINDOW_S: '5', POLL_EVERY_S: '1' };

/** Servers start here a hundred times; the second one need not compile everything again. */
const COMPILE_CACHE = join(tmpdir(), 'vendrail-crashes-compiled');

/** The line with which crash-at.mjs dies. */
const CRASHED = /^crash-at (.+)$/m;

const PROGRAMS: Readonly<Record<Arrangement, readonly { role: string; program: string }[]>> = {
  together: [{ role: 'all', program: harnessProgram('all-in-one.mjs') }],
  apart: ['reseller-api', 'machine-gateway'].map((role) => ({
    role,
    program: join(PROJECT, 'dist', 'apps', role, 'src', 'main.js'),
  })),
};

/** The server processes, with the crash points of crash-at.mjs in them. */
export class Servers {
  private constructor(
    readonly all: readonly Child[],
    /** Where SEQR reaches the reseller API. */
    readonly baseUrl: string,
    private readonly agent: Agent,
  ) {}

  static async prepare(
    arrangement: Arrangement,
    certificate: DevelopmentCertificate,
    environmentFor: (baseUrl: string) => Readonly<Record<string, string>>,
  ): Promise<Servers> {
    const agent = new Agent({ connect: { ca: await readFile(certificate.caFile, 'utf8') } });
    const programs = PROGRAMS[arrangement];
    const ports: number[] = [];
    for (const _ of programs) ports.push(await freePort());
    const baseUrl = `https://localhost:${ports[0]}`;
    const servers = programs.map(
      ({ role, program }, i) =>
        new Child({
          name: `the server ${role}`,
          command: process.execPath,
          args: ['--import', harnessProgram('crash-at.mjs'), program],
          environment: {
            ...environmentFor(baseUrl),
            ...SHORT_WAITS,
            PUBLIC_BASE_URL: baseUrl,
            HTTPS_PORT: String(ports[i]),
            HTTPS_HOST: '127.0.0.1',
            TLS_CERT_FILE: certificate.certFile,
            TLS_KEY_FILE: certificate.keyFile,
            LOG_LEVEL: 'warn',
            NODE_COMPILE_CACHE: COMPILE_CACHE,
          },
          isReady: () => isReady(agent, ports[i] ?? 0),
        }),
    );
    return new Servers(servers, baseUrl, agent);
  }

  async start(): Promise<void> {
    await Promise.all(this.all.map((server) => server.start()));
  }

  /** All of them die at the first of these points that one of them reaches; none when the list is empty. */
  async arm(labels: readonly string[]): Promise<void> {
    await Promise.all(this.all.map((server) => server.tell({ arm: labels })));
  }

  async areReady(): Promise<boolean> {
    const answers = await Promise.all(this.all.map(async (server) => server.isAlive && (await server.isReady())));
    return answers.every(Boolean);
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((server) => server.stop()));
    await this.agent.close();
  }
}

/** The crash point at which this server died, if it was one. */
export function crashPointOf(server: Child): string | undefined {
  return CRASHED.exec(server.log)?.[1];
}

async function isReady(agent: Agent, port: number): Promise<true | string> {
  try {
    const { statusCode, body } = await request(`https://localhost:${port}/health/ready`, {
      dispatcher: agent,
      headersTimeout: 2_000,
    });
    const said = await body.text();
    return statusCode === 200 || `${statusCode} ${said}`;
  } catch (error) {
    return String(error);
  }
}
