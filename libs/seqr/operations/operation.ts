import type { OperationName } from '../operation-name.js';
import type { WireFields } from '../wire-fields.js';
import type { XmlElement } from '../xml-element.js';

/** One operation of a service: how its request is written and how a success is read. */
export interface Operation<Input, Answer extends object> {
  readonly name: OperationName;
  /** What follows `context`, in the schema's order. @throws SeqrRequestError */
  readonly request: (input: Input) => WireFields;
  /** @param reply the `return` of a reply with resultCode 0. @throws UnknownOutcomeError */
  readonly answer: (reply: XmlElement, input: Input) => Answer;
  /** True when the request has no `context`. */
  readonly withoutContext?: boolean;
  /** Longest reply in bytes, when it is not the default. */
  readonly replyBytesMax?: number;
  /** What in the request must not come back in any text, beside the caller's password. */
  readonly secrets?: (input: Input) => readonly string[];
}

/** For operations whose reply says nothing but its result code. */
export const nothingMore = (): object => ({});
