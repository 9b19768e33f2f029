import QRCode from 'qrcode';

import { appLinkOf } from '../procedure/facts.js';
import type { Scanner, ScanOrder } from '../walk/surroundings.js';

/** The only PIN of a sandbox's payers. */
const SANDBOX_PIN = '1234';
/** A sandbox answers at once; this only ends a wait for a wrong address. */
const ANSWER_WITHIN_MS = 10_000;

/** The payer of a sandbox, told what to do through its control interface. */
export class SandboxScanner implements Scanner {
  /** @param url the sandbox's, without a path */
  constructor(private readonly url: string) {}

  async scan({ invoiceReference, decision }: ScanOrder): Promise<void> {
    const path = `/sandbox/invoices/${encodeURIComponent(invoiceReference)}/${decision}`;
    const response = await fetch(new URL(path, this.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(decision === 'confirm' ? { pin: SANDBOX_PIN } : {}),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the sandbox’s payer could not ${decision}: HTTP ${response.status}`);
  }
}

/** A person with SEQR's app, asked on the terminal. */
export class PersonScanner implements Scanner {
  constructor(private readonly say: (text: string) => void) {}

  async scan({ qrText, decision, withinSeconds }: ScanOrder): Promise<void> {
    const qr = await QRCode.toString(qrText, { type: 'terminal', small: true, errorCorrectionLevel: 'M' });
    const wish =
      decision === 'confirm'
        ? 'scan this with SEQR’s app and confirm with the PIN'
        : 'scan this with SEQR’s app and CANCEL there';
    this.say(
      `\n    >>> Please ${wish}, within ${withinSeconds} s:\n\n${qr}\n    ${qrText}\n    ${appLinkOf(qrText)}\n`,
    );
  }
}
