/** What a log line may carry beside its words. Never a secret, never a payer's number. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** One JSON object a line, for journald and for the container's collector alike. */
export function jsonLog(write: (line: string) => void, name: string): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      write(`${JSON.stringify({ time: new Date().toISOString(), level, name, message, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
