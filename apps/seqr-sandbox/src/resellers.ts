/** A reseller's user, as SEQR hands it out after registration. */
export interface ResellerCredentials {
  readonly id: string;
  readonly userId: string;
  readonly password: string;
}

/** What SEQR's agreement with a reseller says; the control interface changes it. */
export interface ResellerStanding {
  /** A blocked one is refused with 33. */
  readonly isBlocked: boolean;
  /** Without it refundPayment is refused with 97. */
  readonly mayRefund: boolean;
}

const GOOD_STANDING: ResellerStanding = { isBlocked: false, mayRefund: true };

/** The shops that SEQR knows, and how it stands with each. */
export class Resellers {
  readonly #standings = new Map<string, ResellerStanding>();

  constructor(private readonly resellers: readonly ResellerCredentials[]) {}

  user(id: string | undefined, userId: string | undefined): ResellerCredentials | undefined {
    return this.resellers.find((one) => one.id === id && one.userId === userId);
  }

  standing(id: string): ResellerStanding {
    return this.#standings.get(id) ?? GOOD_STANDING;
  }

  /** Undefined when there is no such reseller. */
  change(id: string, changes: Partial<ResellerStanding>): ResellerStanding | undefined {
    if (!this.resellers.some((one) => one.id === id)) return undefined;
    this.#standings.set(id, { ...this.standing(id), ...changes });
    return this.standing(id);
  }

  list(): readonly ({ readonly id: string; readonly userId: string } & ResellerStanding)[] {
    return this.resellers.map(({ id, userId }) => ({ id, userId, ...this.standing(id) }));
  }
}
