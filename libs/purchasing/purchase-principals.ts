import { terminalPrincipal } from '#fleet/provisioning/terminal-principal.js';
import { type Database, sql } from '#platform/database.js';
import { type Keys, SealBrokenError } from '#platform/keys.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import type { Principal } from '#seqr/principal.js';

/** More than run at once on one server; what is forgotten is read again. */
const KEPT_MAX = 10_000;

/** Nothing can be sent for the purchase: its terminal is gone, or its password does not open. */
export class NoPrincipalError extends Error {
  override readonly name = 'NoPrincipalError';
}

interface Row {
  issued_by: string | null;
  terminal_id: string | null;
  secret: Uint8Array | null;
}

/**
 * As whom SEQR is called for a purchase. SEQR shows an invoice to the principal that sent it and to no other (code 54), so
 * a purchase goes on as it began, whatever becomes of its machine's terminal in between.
 */
export class PurchasePrincipals {
  /** Null: the reseller. */
  private readonly kept = new Map<string, Principal | null>();

  constructor(
    private readonly database: Database,
    private readonly keys: Keys,
  ) {}

  /** What a purchase that has just begun goes on as: saves the path of createPurchase a read. */
  remember(purchase: Pick<Purchase, 'id' | 'machineId'>, terminalId: string | null, secret: Uint8Array | null): void {
    try {
      this.keep(purchase.id, this.principal(purchase, { issued_by: terminalId, terminal_id: terminalId, secret }));
    } catch (error) {
      // Said where it is asked for.
      if (!(error instanceof NoPrincipalError)) throw error;
    }
  }

  /** @returns undefined for the reseller. @throws NoPrincipalError */
  async of(purchase: Pick<Purchase, 'id' | 'machineId'>): Promise<Principal | undefined> {
    const kept = this.kept.get(purchase.id);
    if (kept !== undefined) return kept ?? undefined;
    const rows = await this.database.query<Row>(sql`
      SELECT purchases.seqr_terminal_id AS issued_by, machines.seqr_terminal_id AS terminal_id,
        machines.seqr_terminal_secret AS secret
      FROM purchases JOIN machines ON machines.id = purchases.machine_id WHERE purchases.id = ${purchase.id}::uuid`);
    const principal = rows[0] === undefined ? null : this.principal(purchase, rows[0]);
    this.keep(purchase.id, principal);
    return principal ?? undefined;
  }

  private principal({ machineId }: Pick<Purchase, 'machineId'>, row: Row): Principal | null {
    const { issued_by: terminalId, secret } = row;
    if (terminalId === null) return null;
    if (secret === null || row.terminal_id !== terminalId) {
      throw new NoPrincipalError('the terminal that issued the invoice is not the machine’s any more');
    }
    try {
      return terminalPrincipal(this.keys, { machineId, terminalId, secret });
    } catch (error) {
      throw error instanceof SealBrokenError ? new NoPrincipalError(error.message) : error;
    }
  }

  private keep(purchaseId: string, principal: Principal | null): void {
    if (this.kept.size >= KEPT_MAX) {
      const oldest = this.kept.keys().next();
      if (!oldest.done) this.kept.delete(oldest.value);
    }
    this.kept.set(purchaseId, principal);
  }
}
