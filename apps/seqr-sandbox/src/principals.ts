import type { Resellers } from './resellers.js';
import { SeqrRefusal } from './result-codes.js';
import type { Terminals } from './terminals.js';
import { childOf, textAt, type XmlElement } from './xml.js';

/** Who makes a call. */
export interface Principal {
  readonly type: 'RESELLERUSER' | 'TERMINALID';
  /** The reseller's id or the terminal's. */
  readonly id: string;
  /** "RESELLERUSER vendrail-demo/9900": for the book and for people; never the password. */
  readonly name: string;
  /** The reseller's id, also for its terminals. */
  readonly shop: string;
  readonly holdsManyInvoices: boolean;
}

/** API page, code 21: a terminal whose password is shorter is not let in at all. */
const TERMINAL_PASSWORD_MIN = 4;

export class Principals {
  constructor(
    readonly resellers: Resellers,
    readonly terminals: Terminals,
  ) {}

  /**
   * Checks the context of a request that the validator has passed.
   *
   * @throws SeqrRefusal 37 for an unknown reseller or user, 29 for an unknown terminal or kind of principal, 20 for a
   *   wrong password, 21 for a terminal's password that is too short, 33 for who is blocked or unregistered.
   */
  authenticate(message: XmlElement): Principal {
    const context = childOf(message, 'context');
    const id = textAt(context, 'initiatorPrincipalId/id') ?? '';
    const password = textAt(context, 'password') ?? '';
    switch (textAt(context, 'initiatorPrincipalId/type')) {
      case 'RESELLERUSER':
        return this.#reseller(id, textAt(context, 'initiatorPrincipalId/userId') ?? '', password);
      case 'TERMINALID':
        return this.#terminal(id, password);
      default:
        throw new SeqrRefusal('INVALID_INITIATOR_PRINCIPAL_ID', 'the principal is neither RESELLERUSER nor TERMINALID');
    }
  }

  /** The shop of who stands in the book as an owner. */
  shopOf(owner: string): string | undefined {
    const [type, id = ''] = owner.split(' ');
    return type === 'TERMINALID' ? this.terminals.find(id)?.shop : id.slice(0, id.lastIndexOf('/'));
  }

  #reseller(id: string, userId: string, password: string): Principal {
    const reseller = this.resellers.user(id, userId);
    if (!reseller) throw new SeqrRefusal('INITIATOR_PRINCIPAL_NOT_FOUND', 'no such reseller user');
    if (reseller.password !== password) throw new SeqrRefusal('AUTHENTICATION_FAILED', 'the password is wrong');
    this.#mustBeInGoodStanding(id);
    return { type: 'RESELLERUSER', id, name: `RESELLERUSER ${id}/${userId}`, shop: id, holdsManyInvoices: true };
  }

  #terminal(id: string, password: string): Principal {
    const terminal = this.terminals.find(id);
    if (!terminal) throw new SeqrRefusal('INVALID_INITIATOR_PRINCIPAL_ID', 'no such terminal');
    if (password.length < TERMINAL_PASSWORD_MIN) throw new SeqrRefusal('ACCESS_DENIED', 'the password is too short');
    if (!this.terminals.hasPassword(id, password)) {
      throw new SeqrRefusal('AUTHENTICATION_FAILED', 'the password is wrong');
    }
    if (terminal.state !== 'registered') {
      throw new SeqrRefusal('INVALID_INITIATOR_PRINCIPAL_STATE', `the terminal is ${terminal.state}`);
    }
    this.#mustBeInGoodStanding(terminal.shop);
    const { shop, holdsManyInvoices } = terminal;
    return { type: 'TERMINALID', id, name: `TERMINALID ${id}`, shop, holdsManyInvoices };
  }

  #mustBeInGoodStanding(shop: string): void {
    if (this.resellers.standing(shop).isBlocked) {
      throw new SeqrRefusal('INVALID_INITIATOR_PRINCIPAL_STATE', 'the reseller is blocked');
    }
  }
}
