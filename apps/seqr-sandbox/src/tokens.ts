import { SeqrRefusal } from './result-codes.js';
import { childrenOf, textAt, type XmlElement } from './xml.js';

/** A loyalty card or coupon on an invoice (SEQR loyalty page). */
export interface CustomerToken {
  /** The kind of card, e.g. "BONUS_CARD". */
  readonly id: string;
  readonly value: string;
  readonly description: string;
  /** 0 waits for the merchant, 1 used, 90 blocked, 99 invalid or unknown. */
  readonly status: number;
}

/** What the payer has in the app. */
export type PayerCard = Omit<CustomerToken, 'status'>;

const PENDING = 0;
/** What a merchant may say of a card. 0 is SEQR's own word for "not answered yet". */
const MERCHANT_STATUSES = [1, 90, 99];
/** A handful of cards in one purchase; SEQR names no limit. */
export const TOKENS_MAX = 20;

/** The `tokens` of sendInvoice and updateInvoice. @throws SeqrRefusal INVALID_INVOICE_DATA (49) */
export function readTokens(message: XmlElement): readonly CustomerToken[] {
  const tokens = childrenOf(message, 'tokens').map((token) => ({
    id: textAt(token, 'id') ?? '',
    value: textAt(token, 'value') ?? '',
    description: textAt(token, 'description') ?? '',
    status: Number(textAt(token, 'status')),
  }));
  for (const { id, value, status } of tokens) {
    if (!id || !value) throw new SeqrRefusal('INVALID_INVOICE_DATA', 'a token needs an id and a value');
    if (!MERCHANT_STATUSES.includes(status)) {
      throw new SeqrRefusal('INVALID_INVOICE_DATA', 'a merchant says 1, 90 or 99 of a token');
    }
  }
  if (tokens.length > TOKENS_MAX) throw new SeqrRefusal('INVALID_INVOICE_DATA', `more than ${TOKENS_MAX} tokens`);
  return tokens;
}

/** The payer shows cards. One of a kind that the merchant has read already stays as the merchant said (loyalty page). */
export function withCards(tokens: readonly CustomerToken[], cards: readonly PayerCard[]): readonly CustomerToken[] {
  const added = cards.filter(({ id }) => !tokens.some((token) => token.id === id));
  return [...tokens, ...added.map((card) => ({ ...card, status: PENDING }))];
}

/** The merchant answers: a token of the same kind is replaced, others are added. */
export function withAnswers(
  tokens: readonly CustomerToken[],
  answers: readonly CustomerToken[],
): readonly CustomerToken[] {
  return [...tokens.filter(({ id }) => !answers.some((answer) => answer.id === id)), ...answers];
}

/** Whether a card of the payer still waits for the merchant's word. */
export function hasPending(tokens: readonly CustomerToken[]): boolean {
  return tokens.some(({ status }) => status === PENDING);
}

/** Whether two lists say the same. */
export function sameTokens(left: readonly CustomerToken[], right: readonly CustomerToken[]): boolean {
  const key = ({ id, value, status }: CustomerToken) => JSON.stringify([id, value, status]);
  return left.map(key).toSorted().join() === right.map(key).toSorted().join();
}
