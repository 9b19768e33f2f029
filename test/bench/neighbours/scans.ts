import { RawConnection, type Target } from './raw-http.js';
import { type Samples, samplesOf } from './samples.js';

export interface ScanOrder {
  readonly target: Target;
  readonly inFlight: number;
  readonly ms: number;
  /** Machines are `<prefix><number>`; each request takes the next one, as each machine serves one payer at a time. */
  readonly prefix: string;
  readonly from: number;
  readonly machines: number;
}

export interface Scanned extends Samples {
  readonly seconds: number;
  readonly errors: number;
  readonly firstError?: string;
}

/** Posts createPurchase for so long, with so many requests under way at any time. */
export async function scan({ target, inFlight, ms, prefix, from, machines }: ScanOrder): Promise<Scanned> {
  const connections = await Promise.all(Array.from({ length: inFlight }, () => RawConnection.open(target)));
  const latencies: number[] = [];
  let errors = 0;
  let firstError: string | undefined;
  let taken = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + ms;
  const one = async (connection: RawConnection): Promise<void> => {
    while (performance.now() < endsAt && taken < machines) {
      const token = `${prefix}${from + taken}`;
      taken += 1;
      const body = `{"reservationToken":"${token}","reservationAmount":"20.00","currency":"EUR","msisdn":"46700000001"}`;
      const askedAt = performance.now();
      const reply = await connection.post('/seqr/createPurchase', body);
      latencies.push(performance.now() - askedAt);
      if (reply.includes('invoiceReferenceId')) continue;
      errors += 1;
      firstError ??= reply;
    }
  };
  await Promise.all(connections.map(one));
  const seconds = (performance.now() - startedAt) / 1_000;
  for (const connection of connections) connection.close();
  return { ...samplesOf(latencies), seconds, errors, ...(firstError === undefined ? {} : { firstError }) };
}
