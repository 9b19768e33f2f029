import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Fields that never appear in a log, wherever they stand (law 7). The list is the second line of defence: nothing in
 * the program hands a SOAP body, a notification path or a phone number to the log.
 */
const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'reservationToken',
  'capability',
  'msisdn',
  'authorization',
  'cookie',
  'databaseUrl',
  'mqttPassword',
  'notificationUrl',
];

/** Structured logs, one JSON object a line, to `destination` (a file descriptor; 1 is stdout). */
export function createLogger(level: LogLevel, name: string, destination = 1): Logger {
  return pino(
    {
      level,
      name,
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ dest: destination, sync: true }),
  );
}
