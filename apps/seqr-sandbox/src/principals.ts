import { SeqrRefusal } from './result-codes.js';
import { childOf, textAt, type XmlElement } from './xml.js';

/** A reseller's user, as SEQR hands it out after registration. */
export interface ResellerCredentials {
  readonly id: string;
  readonly userId: string;
  readonly password: string;
}

export interface TerminalCredentials {
  readonly id: string;
  readonly password: string;
  /** Terminals are cash registers with one live invoice; Seamless sets up others on request (FAQ). */
  readonly holdsManyInvoices?: boolean;
}

export interface Principal {
  /** "RESELLERUSER vendrail-demo/9900": for the book and for people; never the password. */
  readonly name: string;
  readonly holdsManyInvoices: boolean;
}

/** API page, code 21: a terminal whose password is shorter is not let in at all. */
const TERMINAL_PASSWORD_MIN = 4;

export class Principals {
  constructor(
    private readonly resellers: readonly ResellerCredentials[],
    private readonly terminals: readonly TerminalCredentials[],
  ) {}

  /**
   * Checks the context of a request that the validator has passed.
   *
   * @throws SeqrRefusal 37 for an unknown reseller or user, 29 for an unknown terminal or kind of principal, 20 for a
   *   wrong password, 21 for a terminal's password that is too short.
   */
  authenticate(message: XmlElement): Principal {
    const context = childOf(message, 'context');
    const id = textAt(context, 'initiatorPrincipalId/id');
    const password = textAt(context, 'password') ?? '';
    switch (textAt(context, 'initiatorPrincipalId/type')) {
      case 'RESELLERUSER':
        return this.#reseller(id, textAt(context, 'initiatorPrincipalId/userId'), password);
      case 'TERMINALID':
        return this.#terminal(id, password);
      default:
        throw new SeqrRefusal('INVALID_INITIATOR_PRINCIPAL_ID', 'the principal is neither RESELLERUSER nor TERMINALID');
    }
  }

  #reseller(id: string | undefined, userId: string | undefined, password: string): Principal {
    const reseller = this.resellers.find((one) => one.id === id && one.userId === userId);
    if (!reseller) throw new SeqrRefusal('INITIATOR_PRINCIPAL_NOT_FOUND', 'no such reseller user');
    if (reseller.password !== password) throw new SeqrRefusal('AUTHENTICATION_FAILED', 'the password is wrong');
    return { name: `RESELLERUSER ${reseller.id}/${reseller.userId}`, holdsManyInvoices: true };
  }

  #terminal(id: string | undefined, password: string): Principal {
    const terminal = this.terminals.find((one) => one.id === id);
    if (!terminal) throw new SeqrRefusal('INVALID_INITIATOR_PRINCIPAL_ID', 'no such terminal');
    if (password.length < TERMINAL_PASSWORD_MIN) throw new SeqrRefusal('ACCESS_DENIED', 'the password is too short');
    if (terminal.password !== password) throw new SeqrRefusal('AUTHENTICATION_FAILED', 'the password is wrong');
    return { name: `TERMINALID ${terminal.id}`, holdsManyInvoices: terminal.holdsManyInvoices ?? false };
  }
}
