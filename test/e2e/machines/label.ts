import { MACHINE_ID } from '../../support/test-system.js';
import type { Site } from './site.js';

/** Nobody may take it for a real machine. */
export function label(site: () => Site): void {
  it('is called simulated by itself, in the database and to operators', async () => {
    const { system, machine } = site();
    expect(machine.view().simulator).toBe(true);
    expect(await system.query('SELECT simulated FROM machine_presences WHERE machine_id = $1', [MACHINE_ID])).toEqual([
      { simulated: true },
    ]);

    const { headers } = await system.post('/api/session', JSON.stringify({ token: 'token-for-tests-only' }));
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    const machines = JSON.parse((await system.get('/api/machines', { cookie })).text) as { id: string }[];
    expect(machines.find(({ id }) => id === MACHINE_ID)).toMatchObject({ simulated: true });
  });
}
