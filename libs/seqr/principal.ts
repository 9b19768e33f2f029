import { checkedText, LENGTHS, type WireFields } from './wire-fields.js';

/**
 * Who calls. Invoices and payments are a terminal's business, provisioning and reports a reseller user's (SEQR API page,
 * initiatorPrincipalId). The password travels in clear text inside TLS; it appears in no log and no error.
 */
export type Principal =
  | { readonly type: 'TERMINALID'; readonly id: string; readonly password: string }
  | {
      readonly type: 'RESELLERUSER';
      /** The reseller's id. */
      readonly id: string;
      /** The user within the reseller; the vendor's samples say 9900. */
      readonly userId: string;
      readonly password: string;
    };

/**
 * The `context` every request begins with.
 *
 * @param clientId our software and its version (for certification: the company's name)
 * @param clientReference unique per call, at most 32 characters; SEQR keeps it for its support and does not check it
 * @throws SeqrRequestError
 */
export function contextFields(principal: Principal, clientId: string, clientReference: string): WireFields {
  return {
    channel: 'WS',
    clientId: checkedText('clientId', clientId, LENGTHS.id),
    clientReference: checkedText('clientReference', clientReference, LENGTHS.clientReference),
    // SEQR API page: always 0, the server then never cuts a request short by itself.
    clientRequestTimeout: '0',
    initiatorPrincipalId: {
      id: checkedText('initiatorPrincipalId', principal.id, LENGTHS.id),
      type: principal.type,
      userId: principal.type === 'RESELLERUSER' ? checkedText('userId', principal.userId, LENGTHS.id) : undefined,
    },
    password: checkedText('password', principal.password, LENGTHS.text),
  };
}
