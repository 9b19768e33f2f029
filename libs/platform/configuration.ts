import 'reflect-metadata';

import { Transform, plainToInstance } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsTimeZone,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  type ValidationError,
  validateSync,
} from 'class-validator';

import { LOG_LEVELS, type LogLevel } from './logging.js';

const WHOLE_NUMBER = /^\d{1,9}$/;
/** Turns digits into a number and leaves everything else for the validator to complain about. */
const AsNumber = () =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : value,
  );
const AnyUrl = (protocols: string[]) => IsUrl({ protocols, require_tld: false, require_protocol: true });

/**
 * Everything a server process reads from its environment, checked at start with all faults listed at once.
 * `.env.example` explains each for operators. `npm start` sets what it embeds: database, broker, sandbox, certificate.
 */
export class Configuration {
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'must be a PostgreSQL URL (postgresql://user:password@host/database)' })
  DATABASE_URL!: string;

  @Matches(/^(mqtts?|wss?):\/\/.+/, { message: 'must be the URL of an MQTT broker (mqtt://host:1883, mqtts://…)' })
  MQTT_URL!: string;

  @IsOptional()
  @IsString()
  MQTT_USERNAME?: string;

  @IsOptional()
  @IsString()
  MQTT_PASSWORD?: string;

  /** Gateways with the same group share the machines' events, where the broker can do that; without, each hears all. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9_-]{1,32}$/, { message: 'must be 1 to 32 letters, digits, "-" and "_"' })
  MQTT_SHARED_GROUP?: string;

  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(65_535)
  HTTPS_PORT: number = 8443;

  @IsString()
  HTTPS_HOST: string = '0.0.0.0';

  /** Where SEQR reaches us; notification URLs begin with it. */
  @AnyUrl(['https'])
  @Matches(/[^/]$/, { message: 'must not end with a slash' })
  PUBLIC_BASE_URL: string = 'https://localhost:8443';

  @IsString({ message: 'must name the file of the server certificate (PEM)' })
  TLS_CERT_FILE!: string;

  @IsString({ message: 'must name the file of the certificate’s private key (PEM)' })
  TLS_KEY_FILE!: string;

  @AnyUrl(['https', 'http'])
  SEQR_SOAP_URL!: string;

  /** Passwords travel in the bodies: plain http is for a sandbox on a network of its own only. */
  @IsIn(['true', 'false'])
  SEQR_ALLOW_PLAIN_HTTP: 'true' | 'false' = 'false';

  @IsString()
  @MinLength(1)
  SEQR_RESELLER_ID!: string;

  @IsString()
  @MinLength(1)
  SEQR_RESELLER_USER_ID: string = '9900';

  @IsString()
  @MinLength(4, { message: 'must have at least 4 characters: SEQR refuses shorter ones with code 21' })
  SEQR_RESELLER_PASSWORD!: string;

  /** The merchant id in the QR codes; usually the reseller's id. */
  @IsOptional()
  @IsString()
  SEQR_MERCHANT_ID?: string;

  /** Begins the names of static codes, which are unique at SEQR: letters and digits of your own. */
  @IsOptional()
  @Matches(/^[A-Za-z0-9]{1,16}$/, { message: 'must be 1 to 16 letters and digits' })
  SEQR_ID_PREFIX?: string;

  /** SEQR's API page removes a terminal as that terminal, its certification paper as the reseller. */
  @IsIn(['TERMINALID', 'RESELLERUSER'])
  SEQR_UNREGISTER_AS: 'TERMINALID' | 'RESELLERUSER' = 'TERMINALID';

  /** Stands on stickers: whom payers can ask. */
  @IsOptional()
  @IsString()
  @MaxLength(80, { message: 'must have at most 80 characters: it is one line of a sticker' })
  OPERATOR_CONTACT?: string;

  @IsIn(['RESERVATION_REQUIRED', 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT'])
  PAYMENT_MODE: 'RESERVATION_REQUIRED' | 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT' = 'RESERVATION_REQUIRED';

  @AsNumber()
  @IsInt()
  @Min(300)
  @Max(86_400)
  COMMIT_RESERVATION_TIMEOUT_S: number = 900;

  @AsNumber()
  @IsInt()
  @Min(10)
  @Max(600)
  CONFIRM_WITHIN_S: number = 90;

  @AsNumber()
  @IsInt()
  @Min(5)
  @Max(300)
  SELECTION_WINDOW_S: number = 60;

  @AsNumber()
  @IsInt()
  @Min(1)
  @Max(10)
  POLL_EVERY_S: number = 3;

  /** Keys for pseudonyms of payers and for notification URLs are made from it; never change it while purchases run. */
  @IsString()
  @MinLength(32, { message: 'must have at least 32 random characters' })
  VENDRAIL_SECRET!: string;

  /** Opens the console until operators can sign in. */
  @IsString()
  @MinLength(16, { message: 'must have at least 16 random characters' })
  OPERATOR_TOKEN!: string;

  /** When the business day ends, and with it the period that is reconciled with SEQR. */
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day like 03:00' })
  RECONCILE_AT: string = '03:00';

  @IsTimeZone({ message: 'must be a time zone like Europe/Stockholm' })
  RECONCILE_TIME_ZONE: string = 'UTC';

  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';
}

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly faults: readonly string[]) {
    super(`the configuration has ${faults.length} fault(s):\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError with every fault; values are never repeated, they may be secrets. */
export function readConfiguration(environment: Environment): Readonly<Configuration> {
  return read(environment, () => true);
}

/** For a program that needs these variables only. @throws ConfigurationError */
export function readPartOfConfiguration<Name extends keyof Configuration>(
  environment: Environment,
  names: readonly Name[],
): Readonly<Pick<Configuration, Name>> {
  return read(environment, (property) => names.some((name) => name === property));
}

function read(environment: Environment, isNeeded: (property: string) => boolean): Readonly<Configuration> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const configuration = plainToInstance(Configuration, given, { exposeDefaultValues: true });
  const faults = validateSync(configuration, { skipMissingProperties: false, forbidUnknownValues: false })
    .filter(({ property }) => isNeeded(property))
    .map((error) => describe(error, given));
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    faults.push(
      'NODE_TLS_REJECT_UNAUTHORIZED: 0 switches certificate checks off; add a CA with NODE_EXTRA_CA_CERTS instead',
    );
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return Object.freeze(configuration);
}

function describe(error: ValidationError, given: Readonly<Record<string, unknown>>): string {
  if (!(error.property in given)) return `${error.property} is not set: ${firstComplaint(error)}`;
  return `${error.property}: ${firstComplaint(error)}`;
}

function firstComplaint(error: ValidationError): string {
  const complaint = Object.values(error.constraints ?? {})[0] ?? 'is not valid';
  return complaint.replace(new RegExp(`^${error.property} `), '');
}
