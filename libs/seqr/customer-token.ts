import { UnknownOutcomeError } from './outcome-errors.js';
import { SeqrRequestError } from './request-error.js';
import { checkedText, LENGTHS, type WireFields } from './wire-fields.js';
import { onlyChild, requiredTextOf, textOf, type XmlElement } from './xml-element.js';

/** A payer has a handful of cards and coupons; SEQR states no limit. */
const TOKENS_MAX = 50;

/** SEQR API page, customerToken: 0 pending from SEQR, 1 used by the merchant, 90 blocked, 99 invalid or unknown. */
export type TokenStatus = 0 | 1 | 90 | 99;

/** A loyalty card or coupon, as the merchant sends it. */
export interface CustomerToken {
  /** The kind of card; SEQR must have set it up beforehand. */
  readonly id: string;
  /** The card's or coupon's number. */
  readonly value: string;
  readonly status: TokenStatus;
  /** Shown to the payer. */
  readonly description?: string;
}

/** As SEQR sends it: the payer's, and so personal data. What is missing is ''. */
export interface ReceivedToken {
  readonly id: string;
  readonly value: string;
  /** One of `TokenStatus`, as far as SEQR's page knows. */
  readonly status: number;
  readonly description?: string;
}

/** @returns undefined when there is none. @throws SeqrRequestError */
export function tokensFields(tokens: readonly CustomerToken[] = []): readonly WireFields[] | undefined {
  if (tokens.length > TOKENS_MAX) throw new SeqrRequestError('TOO_MANY_TOKENS', 'tokens', `over ${TOKENS_MAX} tokens`);
  if (tokens.length === 0) return undefined;
  return tokens.map(({ id, value, status, description }) => ({
    description: description === undefined ? undefined : checkedText('token description', description, LENGTHS.text),
    id: checkedText('token id', id, LENGTHS.id),
    status: String(status),
    value: checkedText('token value', value, LENGTHS.text),
  }));
}

/** Reads `customerTokens`: a wrapper around elements named token, unlike the request's. @throws UnknownOutcomeError */
export function readCustomerTokens(reply: XmlElement): readonly ReceivedToken[] {
  const tokens = onlyChild(reply, 'customerTokens')?.children ?? [];
  if (tokens.length > TOKENS_MAX) throw new UnknownOutcomeError('XML_LIMIT', `more than ${TOKENS_MAX} tokens`);
  return tokens.map((token) => {
    if (token.name !== 'token' || token.uri !== '') throw new UnknownOutcomeError('SHAPE', 'a token is none');
    const status = requiredTextOf(token, 'status');
    if (!/^(?:0|[1-9]\d{0,4})$/.test(status)) throw new UnknownOutcomeError('VALUE', "a token's status is no number");
    const description = textOf(token, 'description');
    return {
      id: textOf(token, 'id') ?? '',
      value: textOf(token, 'value') ?? '',
      status: Number(status),
      ...(description !== undefined && description !== '' && { description }),
    };
  });
}
