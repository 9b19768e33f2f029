import type { OperationName } from '../soap-service.js';
import type { WireFields } from '../wire-fields.js';
import type { XmlElement } from '../xml-element.js';

/** One operation of the service: how its request is written and how a success is read. */
export interface Operation<Input, Answer extends object> {
  readonly name: OperationName;
  /** What follows `context`, in the schema's order. @throws SeqrRequestError */
  readonly request: (input: Input) => WireFields;
  /** @param reply the `return` of a reply with resultCode 0. @throws UnknownOutcomeError */
  readonly answer: (reply: XmlElement, input: Input) => Answer;
}

/** For operations whose reply says nothing but its result code. */
export const nothingMore = (): object => ({});
