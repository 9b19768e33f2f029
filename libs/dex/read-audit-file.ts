import { AuditFileError, type UntrustedCode } from './audit-file-error.js';
import type { AuditReport } from './audit-report.js';
import { crc16, crcText, swapped } from './crc16.js';
import { reportOf } from './report-reading.js';
import { type PlacedSegment, type Segment, segmentsOf } from './segments.js';

export interface AuditFile {
  /** From the envelope: who sent it (DXS 01). */
  readonly sender: string | null;
  readonly crc: CrcCheck;
  /** Why its figures are not to be relied on; null when nothing is wrong. */
  readonly fault: { readonly code: UntrustedCode; readonly message: string } | null;
  /** All lines, in order, also those that nobody here knows. */
  readonly segments: readonly Segment[];
  readonly report: AuditReport;
}

export interface CrcCheck {
  /** `swapped`: right, with its bytes the other way round, as machines of before version 6 may have it. */
  readonly state: 'good' | 'swapped' | 'wrong' | 'missing';
  readonly found: string | null;
  readonly expected: string;
}

/**
 * Reads an audit file (EVA-DTS 6.1) whole: envelope DXS … DXE, one set ST … SE with its CRC in G85 and its count in SE.
 *
 * @param options.keepUntrusted gives the file back with its `fault` where it would be refused for its end, count or CRC.
 * @throws AuditFileError with what is wrong, where, and what to do.
 */
export function readAuditFile(bytes: Uint8Array, options: { readonly keepUntrusted?: boolean } = {}): AuditFile {
  const placed = segmentsOf(bytes);
  const begin = placed.findIndex(({ id }) => id === 'ST');
  if (begin < 0) {
    throw new AuditFileError(
      'NO_START',
      'no line begins with ST, so this is not an audit file (EVA-DTS). Send the file itself, as the handheld or the machine gave it',
    );
  }
  const second = placed.findLast(({ id }) => id === 'ST');
  if (second !== placed[begin]) {
    throw new AuditFileError(
      'MORE_THAN_ONE_SET',
      `a second set begins in line ${second?.line}: a file is kept for one machine. Send each set as a file of its own`,
    );
  }
  const afterBegin = placed.findIndex(({ id }, i) => i > begin && id === 'SE');
  const set = afterBegin < 0 ? placed.slice(begin) : placed.slice(begin, afterBegin + 1);
  const crc = checkCrc(bytes, set);
  const fault = faultOf(set, crc);
  if (fault !== null && options.keepUntrusted !== true) throw new AuditFileError(fault.code, fault.message);
  const envelope = placed.find(({ id }) => id === 'DXS');
  return {
    sender: envelope?.fields[0]?.trim() ?? null,
    crc,
    fault,
    segments: placed.map(({ id, fields }) => ({ id, fields })),
    report: reportOf(set),
  };
}

/** EVA-DTS: over everything from the S of ST through the end of the line before G85. */
function checkCrc(bytes: Uint8Array, set: readonly PlacedSegment[]): CrcCheck {
  const begin = set[0]?.start ?? 0;
  const at = set.findIndex(({ id }) => id === 'G85');
  const end = set[at]?.start ?? set.find(({ id }) => id === 'SE')?.start ?? bytes.byteLength;
  const sent = crc16(bytes.subarray(begin, end));
  const found = set[at]?.fields[0]?.trim().toUpperCase() ?? null;
  if (found === null) return { state: 'missing', found, expected: crcText(sent) };
  // Machines count CRLF; a text editor may have left LF.
  const lines = set.slice(0, at).map(({ id, fields }) => [id, ...fields].join('*'));
  const restored = crc16(Buffer.from(lines.map((line) => `${line}\r\n`).join(''), 'latin1'));
  for (const crc of [sent, restored]) {
    if (found === crcText(crc)) return { state: 'good', found, expected: found };
    if (found === crcText(swapped(crc))) return { state: 'swapped', found, expected: crcText(crc) };
  }
  return { state: 'wrong', found, expected: crcText(sent) };
}

const READ_AGAIN = 'Read the machine again, or send the file as the handheld saved it';

function faultOf(set: readonly PlacedSegment[], crc: CrcCheck): AuditFile['fault'] {
  const last = set.at(-1);
  if (last?.id !== 'SE') {
    const message = `the file ends in line ${last?.line} without its end (SE): the rest is missing. ${READ_AGAIN}`;
    return { code: 'NO_END', message };
  }
  const g85 = set.find(({ id }) => id === 'G85');
  if (crc.state === 'missing') {
    return { code: 'NO_CRC', message: `the file has no check of its content (G85). ${READ_AGAIN}` };
  }
  if (crc.state === 'wrong') {
    return {
      code: 'WRONG_CRC',
      message: `the check in line ${g85?.line} (G85) is ${crc.found}, and the content gives ${crc.expected}: something between ST and G85 was changed or lost on the way. ${READ_AGAIN}`,
    };
  }
  if (Number(last.fields[0]) !== set.length) {
    const counted = last.fields[0]?.trim() ?? '';
    return {
      code: 'WRONG_SEGMENT_COUNT',
      message: `line ${last.line} (SE) counts ${counted === '' ? 'nothing' : counted}, and there are ${set.length} lines from ST to SE. ${READ_AGAIN}`,
    };
  }
  return null;
}
