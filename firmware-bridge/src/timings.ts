/** Every duration the bridge works with, in milliseconds. A site may change one in its configuration file. */
export interface Timings {
  /** The adapter is asked for its version (`V`) this often: an unplugged port is noticed only when it is used. */
  readonly heartbeatMs: number;
  /** An adapter that has said nothing for this long is lost: three heartbeats. */
  readonly silentMs: number;
  /** An answer of the adapter's own (not of the machine) takes milliseconds; after this long it is asked again. */
  readonly answerMs: number;
  /** Pause between two START commands while the machine says -3; field programs use 0.9 s. */
  readonly startRetryMs: number;
  readonly startTries: number;
  /** The serial port is opened again after this long, at first, then longer up to the maximum, with jitter. */
  readonly reopenMinMs: number;
  readonly reopenMaxMs: number;
  /** From the payer's choice to our approval. The machine waits its MDB response time (30 s is usual); a later
   *  approval must not leave (MDB/ICP 4.2, section 7: the machine has given up and reset by then). */
  readonly approvalMs: number;
  /** From approval to result. A hot drink takes a minute; after three nobody will say any more. */
  readonly resultMs: number;
  /** The machine went back to idle, or refused our approval, without a result: the result may still follow. */
  readonly resultGraceMs: number;
  /** STOP is repeated this often until the machine confirms that it is locked. */
  readonly stopRetryMs: number;
  /** A graceful stop waits this long for the session to close and for the gateway to acknowledge. */
  readonly stopGraceMs: number;
  readonly presenceMs: number;
  /** Events are sent again when no acknowledgement moved for this long, doubled up to the maximum while the gateway
   *  stays silent: a gateway that is down must not meet every machine's journal at once when it returns. */
  readonly resendMs: number;
  readonly resendMaxMs: number;
  /** Bounds of the jittered back-off between two connections to the broker. */
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  /** At most one fault of a code is reported in this time. */
  readonly faultPauseMs: number;
  /** A program that stood still for so long does not come back, and is ended; the slowest disk answers sooner. */
  readonly standstillMs: number;
}

export const DEFAULT_TIMINGS: Timings = {
  heartbeatMs: 5_000,
  silentMs: 15_000,
  answerMs: 2_000,
  startRetryMs: 900,
  startTries: 12,
  reopenMinMs: 500,
  reopenMaxMs: 10_000,
  approvalMs: 20_000,
  resultMs: 180_000,
  resultGraceMs: 5_000,
  stopRetryMs: 3_000,
  stopGraceMs: 5_000,
  presenceMs: 15_000,
  resendMs: 3_000,
  resendMaxMs: 30_000,
  reconnectMinMs: 1_000,
  reconnectMaxMs: 60_000,
  faultPauseMs: 60_000,
  standstillMs: 60_000,
};
