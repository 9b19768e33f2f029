import { SERVER_USER } from '#machine-protocol/access.js';
import { MACHINE_ID_PATTERN } from '#machine-protocol/topics.js';
import { type Database, sql } from '#platform/database.js';

import { randomLetters } from './letters.js';

export interface NewMachine {
  /** 1 to 64 of letters, digits, "-" and "_": its name on the machine link, for good. */
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** Id of the machine whose planogram, prices, currency, time zone and limit it has too. */
  readonly like: string;
}

export class AddMachineError extends Error {
  override readonly name = 'AddMachineError';
}

/** With the sandbox’s merchant id it just fits into the 50 characters that SEQR gives the text of a code (QR_TEXT_MAX). */
const TOKEN_LENGTH = 6;
const TEXT_MAX = 120;

/**
 * A machine more in the fleet, with full slots. Nobody can pay there before its bridge has credentials.
 *
 * @returns its reservation token, which stands in its QR code
 * @throws AddMachineError
 */
export async function addMachine(database: Database, { id, name, location, like }: NewMachine): Promise<string> {
  if (!MACHINE_ID_PATTERN.test(id)) throw new AddMachineError('the id has 1 to 64 letters, digits, "-" and "_"');
  if (id === SERVER_USER) throw new AddMachineError(`${id} is the servers’ own name at the broker: take another id`);
  for (const [what, text] of Object.entries({ name, location })) {
    if (text.trim() === '' || text.length > TEXT_MAX)
      throw new AddMachineError(`its ${what} has 1 to ${TEXT_MAX} characters`);
  }
  const token = `VR-${randomLetters(TOKEN_LENGTH)}`;
  const [result] = await database.query<{ known: boolean; added: boolean; is_token: boolean }>(sql`
    WITH model AS (SELECT * FROM machines WHERE id = ${like}), added AS (
      INSERT INTO machines (id, reservation_token, name, location, currency, planogram_id, price_list_id, time_zone,
        reservation_max_minor)
      SELECT ${id}, ${token}, ${name}, ${location}, currency, planogram_id, price_list_id, time_zone, reservation_max_minor
      FROM model WHERE NOT EXISTS (SELECT FROM machines WHERE reservation_token = ${id}) ON CONFLICT (id) DO NOTHING RETURNING id, planogram_id
    ), stocked AS (
      INSERT INTO slot_stocks (machine_id, selection, quantity)
      SELECT added.id, selection, capacity FROM added JOIN planogram_slots USING (planogram_id)
    )
    SELECT EXISTS (SELECT FROM model) AS known, EXISTS (SELECT FROM added) AS added,
      EXISTS (SELECT FROM machines WHERE reservation_token = ${id}) AS is_token`);
  if (result?.known !== true)
    throw new AddMachineError(`there is no machine ${like} to take planogram and prices from`);
  // Commands take either for the name of a machine.
  if (result.is_token) throw new AddMachineError(`${id} is the reservation token of another machine: take another id`);
  if (!result.added) throw new AddMachineError(`there is a machine ${id} already`);
  return token;
}
