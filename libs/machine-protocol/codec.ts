import { z } from 'zod';

import {
  MESSAGE_BYTES_MAX,
  eventAck,
  machineCommand,
  machineEvent,
  machineEventEnvelope,
  presence,
} from './messages.js';
import { ProtocolError } from './protocol-error.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * How JSON writes what no database keeps: U+0000, and half of a surrogate pair. An escaped backslash and a whole pair are
 * text, and are matched first, so that no half of them is taken for one.
 */
const ESCAPES =
  /(\\\\|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2})|\\u0000|\\u[dD][89a-fA-F][\da-fA-F]{2}/g;

function decoderOf<T extends { machineId: string }>(schema: z.ZodType<T>) {
  /**
   * @param body what `open` (signature.ts) found in the envelope
   * @param machineId the machine of the topic; it must be the machine of the message. @throws ProtocolError
   */
  return (body: Uint8Array | string, machineId: string): T => {
    // As it was signed: half of a surrogate pair is no text.
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes.byteLength > MESSAGE_BYTES_MAX) {
      throw new ProtocolError('TOO_LARGE', `${bytes.byteLength} bytes, at most ${MESSAGE_BYTES_MAX} are allowed`);
    }
    let json: unknown;
    try {
      json = JSON.parse(utf8.decode(bytes).replace(ESCAPES, (_, text?: string) => text ?? '\\ufffd'));
    } catch {
      throw new ProtocolError('NOT_JSON', 'the payload is not JSON in UTF-8');
    }
    const result = schema.safeParse(json);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw new ProtocolError('NOT_OF_THE_PROTOCOL', `${issue?.path.join('.') || 'message'}: ${issue?.message}`);
    }
    if (result.data.machineId !== machineId) {
      throw new ProtocolError('OTHER_MACHINE', `topic of ${machineId}, message of ${result.data.machineId}`);
    }
    return result.data;
  };
}

export const decodePresence = decoderOf(presence);
export const decodeCommand = decoderOf(machineCommand);
export const decodeEvent = decoderOf(machineEvent);
/** For an event that `decodeEvent` refuses: its place in the journal, so that the events behind it are not held up. */
export const decodeEventEnvelope = decoderOf(machineEventEnvelope);
export const decodeAck = decoderOf(eventAck);

/** @returns the body, still to be signed (signature.ts) */
export function encode(
  message: z.infer<typeof presence | typeof machineCommand | typeof machineEvent | typeof eventAck>,
): string {
  return JSON.stringify(message);
}
