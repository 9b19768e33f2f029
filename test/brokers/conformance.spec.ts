import { startBridge } from '#bridge/bridge.js';
import { newCredentials, passwordHash } from '#fleet/link/credentials.js';
import { PasswordFiles } from '#local/link-command.js';

import { tryMachine } from '../../apps/conformance/src/conformance.js';
import { startDemo } from '../../apps/conformance/src/demo.js';
import { DEMO_GOODS, WAITS } from '../../apps/conformance/src/testing/desk.js';
import { TRIALS } from '../../apps/conformance/src/trials/trials.js';
import { Mosquitto } from '../support/mosquitto.js';
import { SERVER_PASSWORD } from './client.js';

const MACHINE_ID = 'conformance-demo';

/** The kit with a broker that is not its own (--mqtt-url): Mosquitto ends the connection of who sends it too much. */
it('the kit comes to the end of what is too large at a shipped Mosquitto', async () => {
  const credentials = newCredentials();
  const lines = [`${MACHINE_ID}:${passwordHash(credentials.password)}`];
  const mosquitto = await Mosquitto.prepare('mosquitto.conf');
  const folder = `${mosquitto.folder}/passwords`;
  await new PasswordFiles({ passwordLines: () => Promise.resolve(lines) }, SERVER_PASSWORD, folder).write();
  await mosquitto.start();
  const demo = await startDemo(`mqtt://127.0.0.1:${mosquitto.machinePort}`, (config) =>
    startBridge({ ...config, mqttUsername: MACHINE_ID, mqttPassword: credentials.password }),
  );
  try {
    const url = `mqtt://127.0.0.1:${mosquitto.serverPort}`;
    const broker = { url, username: 'server', password: SERVER_PASSWORD };
    const { machineId, key, hands } = demo;
    const trials = TRIALS.filter(({ title }) => /too large|larger than any|^A good grant, after/.test(title));
    const run = await tryMachine({ machineId, key, hands, broker, line: undefined, ...DEMO_GOODS, ...WAITS }, trials);

    expect(run.checks.map(({ done, result }) => [done, result])).toEqual([
      ['A grant that is too large', 'passed'],
      ['A good grant, after all that was wrong', 'passed'],
      ['An envelope larger than any message', 'passed'],
    ]);
  } finally {
    await demo.stop();
    await mosquitto.remove();
  }
});
