import type { SeqrClient } from './client.js';
import type { ExecutedReport, ReportQuery } from './operations/execute-report.js';
import type { Principal } from './principal.js';
import type { Reply } from './reply.js';

/** SEQR page on reporting: about 3 s from the end of a period, and between two questions. */
const PAUSE_MS = 3000;
/** With the default, and a report that is never made, a wait ends after one minute and the time of the calls. */
const ATTEMPTS = 20;
const REPORT_NOT_READY = 2;

export interface ReportWait {
  /** Waits that many milliseconds; how is the caller's business. */
  readonly pause: (ms: number) => Promise<void>;
  /** Questions at most. Default 20, which is a minute. */
  readonly attempts?: number;
}

/**
 * Asks for a report until it is made: every 3 s, beginning 3 s from now, because a period that has just ended needs them.
 *
 * @returns the first reply other than REPORT_NOT_READY, or the last one
 * @throws SeqrRequestError for a query that must not be sent, and what `pause` throws
 */
export async function waitForReport(
  client: Pick<SeqrClient, 'executeReport'>,
  query: ReportQuery,
  { pause, attempts = ATTEMPTS }: ReportWait,
  as?: Principal,
): Promise<Reply<ExecutedReport>> {
  for (let attempt = 1; ; attempt += 1) {
    await pause(PAUSE_MS);
    const reply = await client.executeReport(query, as);
    const notReady = reply.outcome === 'refused' && reply.resultCode === REPORT_NOT_READY;
    if (!notReady || attempt >= attempts) return reply;
  }
}
