import { z } from 'zod';

import {
  MESSAGE_BYTES_MAX,
  eventAck,
  machineCommand,
  machineEvent,
  machineEventEnvelope,
  presence,
} from './messages.js';

/** A message that is not of the protocol. `message` says what was wrong and where; it never repeats the payload. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: 'TOO_LARGE' | 'NOT_JSON' | 'NOT_OF_THE_PROTOCOL' | 'OTHER_MACHINE',
    message: string,
  ) {
    super(message);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decoderOf<T extends { machineId: string }>(schema: z.ZodType<T>) {
  /** @param machineId the machine of the topic; it must be the machine of the message. @throws ProtocolError */
  return (payload: Uint8Array, machineId: string): T => {
    if (payload.byteLength > MESSAGE_BYTES_MAX) {
      throw new ProtocolError('TOO_LARGE', `${payload.byteLength} bytes, at most ${MESSAGE_BYTES_MAX} are allowed`);
    }
    let json: unknown;
    try {
      json = JSON.parse(utf8.decode(payload));
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

export function encode(
  message: z.infer<typeof presence | typeof machineCommand | typeof machineEvent | typeof eventAck>,
): string {
  return JSON.stringify(message);
}
