/** What a command may use of the world outside. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** One line for the person at the keyboard. */
  readonly say: (line: string) => void;
  /** Resolves when somebody asks the program to end (SIGTERM, SIGINT). */
  readonly stopped: Promise<NodeJS.Signals>;
}

export interface Command {
  /** Half a sentence for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /**
   * @returns the exit code: 0 only when all is well
   * @throws UsageError, ConfigError
   */
  run(options: readonly string[], surroundings: Surroundings): Promise<number>;
}

/** An option that does not exist, or with a value that cannot be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** sysexits.h: a supervisor should not restart what cannot work. */
export const EXIT = { well: 0, failed: 1, usage: 64, config: 78 } as const;
