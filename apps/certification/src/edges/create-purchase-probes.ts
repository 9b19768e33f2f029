import {
  MalformedRequestError,
  readCreatePurchase,
} from '#reseller-api/unattended-payments/create-purchase.request.js';

import type { Finding } from '../procedure/judge.js';
import type { CreatePurchaseProbe } from '../walk/surroundings.js';

/** SEQR's pages spell one request in three ways: the UPS page of 2018, that of 2017, and the flow text of 2017. */
const spellings = (token: string): readonly (readonly [name: string, body: string])[] => [
  ['2018', `{"token":"${token}","amount":20.00,"currency":"EUR","msisdn":"46700000001"}`],
  ['2017', `{"reservationToken":"${token}","reservationAmount":"20.0","currency":"EUR","msisdn":"46700000001"}`],
  ['2017, purchaseToken', `{"purchaseToken":"${token}","amount":20.00,"currency":"EUR","msisdn":"46700000001"}`],
];

const ERROR_CODES = ['INSUFFICIENT_FUNDS', 'DEVICE_IN_USE', 'DEVICE_UNAVAILABLE', 'INVOICING_ERROR', 'SYSTEM_ERROR'];
/** A token that no machine has. */
const UNKNOWN_TOKEN = 'certification-no-such-machine';
/** The server answers within 8 s whatever happens. */
const ANSWER_WITHIN_MS = 10_000;
/** An answer has one short field. */
const ANSWER_CHARACTERS_MAX = 1_000;

/** The samples of SEQR's pages, read by the server's own reader: nothing is called. */
export const samplesProbe: CreatePurchaseProbe = {
  run() {
    const findings = spellings('machine-1').map(([name, body]): Finding => {
      const seen = readSample(body);
      return { says: `the request of ${name} is read exactly`, met: seen === 'machine-1, up to 20', seen };
    });
    const garbage = readSample('{"token":');
    return Promise.resolve({
      notes: [
        'No --create-purchase-url was given: the samples of SEQR’s pages were read by the server’s own reader. The endpoint itself was not called.',
      ],
      findings: [
        ...findings,
        { says: 'what is no request is refused', met: garbage.startsWith('refused'), seen: garbage },
      ],
    });
  },
};

function readSample(body: string): string {
  try {
    const { reservationToken, amount } = readCreatePurchase(Buffer.from(body));
    return `${reservationToken}, up to ${amount.replace(/\.0+$/, '')}`;
  } catch (error) {
    if (error instanceof MalformedRequestError) return `refused: ${error.message}`;
    throw error;
  }
}

/** Calls a running createPurchase as SEQR's Unattended Payments service does. */
export class EndpointProbe implements CreatePurchaseProbe {
  /** @param machineToken of a free machine, which is then held until nobody confirms */
  constructor(
    private readonly url: string,
    private readonly machineToken: string | undefined,
  ) {}

  async run() {
    const findings: Finding[] = [];
    for (const [name, body] of spellings(UNKNOWN_TOKEN)) {
      findings.push(
        await this.#expect(
          `${name}, a token that no machine has: DEVICE_UNAVAILABLE`,
          body,
          'errorCode DEVICE_UNAVAILABLE',
        ),
      );
    }
    findings.push(await this.#expect('a body that is no JSON: SYSTEM_ERROR', '{"token":', 'errorCode SYSTEM_ERROR'));
    const { machineToken } = this;
    const sale = machineToken === undefined ? undefined : spellings(machineToken)[0]?.[1];
    if (sale !== undefined) {
      const first = await this.#expect('a free machine: invoiceReferenceId', sale, 'invoiceReferenceId');
      const again = await this.#expect('the same request again: the same invoiceReferenceId', sale, first.seen ?? '');
      findings.push(first, again);
    }
    const held = 'The machine is held until its time to confirm is over.';
    const notes = [
      `Called ${new URL(this.url).origin}.`,
      ...(sale === undefined ? ['No --machine-token was given: only refusals were seen.'] : [held]),
    ];
    return { notes, findings };
  }

  async #expect(says: string, body: string, wanted: string): Promise<Finding> {
    const seen = await this.#post(body).catch((error: unknown) => `no answer: ${reasonOf(error)}`);
    return {
      says: `HTTP 200; ${says}`,
      met: seen === wanted || (wanted !== '' && seen.startsWith(`${wanted} `)),
      seen,
    };
  }

  /** @returns "errorCode X", "invoiceReferenceId X", or what was wrong with the answer */
  async #post(body: string): Promise<string> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json;charset=UTF-8' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = (await response.text()).slice(0, ANSWER_CHARACTERS_MAX);
    if (response.status !== 200) return `HTTP ${response.status}`;
    return shapeOf(text);
  }
}

/** The answer in words, when it is one of the two that SEQR's page allows. */
export function shapeOf(text: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (typeof answer !== 'object' || answer === null || Object.keys(answer).length !== 1)
    return 'neither of the two shapes';
  const [[key, value] = ['', undefined]] = Object.entries(answer) as [string, unknown][];
  if (typeof value !== 'string') return 'neither of the two shapes';
  if (key === 'invoiceReferenceId' && value !== '') return `invoiceReferenceId ${value}`;
  return key === 'errorCode' && ERROR_CODES.includes(value) ? `errorCode ${value}` : 'neither of the two shapes';
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
