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

/** How JSON writes a backslash, U+0000, a surrogate pair, and half of one. */
const ESCAPES = /\\\\|\\u0000|\\ud[89ab]..\\ud[c-f]..|\\ud[89a-f]../gi;
const [BACKSLASH, PAIR] = ['\\\\'.length, '\\ud83d\\ude00'.length];

function decoderOf<T extends { machineId: string }>(schema: z.ZodType<T>) {
  /**
   * @param body what `open` (signature.ts) found in the envelope
   * @param machineId the machine of the topic; it must be the machine of the message. @throws ProtocolError
   */
  return (body: Uint8Array | string, machineId: string): T => {
    const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
    if (size > MESSAGE_BYTES_MAX) {
      throw new ProtocolError('TOO_LARGE', `${size} bytes, at most ${MESSAGE_BYTES_MAX} are allowed`);
    }
    let json: unknown;
    try {
      const text = typeof body === 'string' ? body : utf8.decode(body);
      json = JSON.parse(text.replace(ESCAPES, (found) => (isText(found) ? found : '\\ufffd')));
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

/** What is not stands in no database: its words lose it, and the message is not held up by it. */
function isText({ length }: string): boolean {
  return length === BACKSLASH || length === PAIR;
}
