import { AuditFileError } from './audit-file-error.js';

/** Files of large machines with full event lists have some 60 KiB. */
export const AUDIT_FILE_BYTES_MAX = 262_144;
/** A segment of a few characters a line: more lines than this are no audit of one machine. */
const LINES_MAX = 20_000;
/** The longest segments of the standard have some 200 characters; makers' own may have more. */
const LINE_LENGTH_MAX = 4_096;

/** One line of the file: `PA1*11*180` is the segment PA1 with the fields 01 = "11" and 02 = "180". */
export interface Segment {
  readonly id: string;
  readonly fields: readonly string[];
}

/** A segment with its place in the file. */
export interface PlacedSegment extends Segment {
  /** From 1, blank lines counted. */
  readonly line: number;
  /** Offset of its first byte. */
  readonly start: number;
}

/**
 * Every line that is not blank, whatever it is called. Lines end with CRLF; files that went through a text editor have LF.
 *
 * @throws AuditFileError TOO_LARGE, NOT_TEXT, TOO_MANY_LINES, LINE_TOO_LONG.
 */
export function segmentsOf(bytes: Uint8Array): PlacedSegment[] {
  if (bytes.byteLength > AUDIT_FILE_BYTES_MAX) {
    throw new AuditFileError(
      'TOO_LARGE',
      `an audit file has at most ${AUDIT_FILE_BYTES_MAX / 1_024} KiB; this one is larger`,
    );
  }
  // One character a byte: nothing is lost, and offsets of characters are offsets of bytes.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  refuseControlCharacters(text);
  const segments: PlacedSegment[] = [];
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    if (line > LINES_MAX) throw new AuditFileError('TOO_MANY_LINES', `an audit file has at most ${LINES_MAX} lines`);
    const { end, next } = endOfLine(text, start);
    if (end - start > LINE_LENGTH_MAX) {
      throw new AuditFileError('LINE_TOO_LONG', `line ${line} has more than ${LINE_LENGTH_MAX} characters`);
    }
    const content = text.slice(start, end);
    if (content.trim() !== '') {
      const [id = '', ...fields] = content.split('*');
      segments.push({ id: id.trim(), fields, line, start });
    }
    start = next;
  }
  return segments;
}

function endOfLine(text: string, start: number): { end: number; next: number } {
  for (let end = start; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 10) return { end, next: end + 1 };
    if (code === 13) return { end, next: text.charCodeAt(end + 1) === 10 ? end + 2 : end + 1 };
  }
  return { end: text.length, next: text.length };
}

function refuseControlCharacters(text: string): void {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) {
      throw new AuditFileError(
        'NOT_TEXT',
        `byte ${at} is the control character ${code}, and an audit file is text. If this is a recording of the transfer, save the file that it carried`,
      );
    }
  }
}
