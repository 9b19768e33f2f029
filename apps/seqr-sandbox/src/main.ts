import type { SandboxMachine } from './control-routes.js';
import { startSandbox } from './sandbox.js';

/**
 * The sandbox on its own. Settings come from the environment:
 *
 * - SANDBOX_PORT (8090), SANDBOX_HOST (127.0.0.1)
 * - SEQR_RESELLER_ID, SEQR_RESELLER_USER_ID, SEQR_RESELLER_PASSWORD: whom it lets in
 * - CREATE_PURCHASE_URL: where a scan goes
 * - SANDBOX_MACHINES: "token=Name, token=Name" for the phone's list
 * - SANDBOX_CA_FILE: the certificate (PEM) to trust when calling the reseller
 */
const { env } = process;
const reseller = {
  id: env['SEQR_RESELLER_ID'] ?? 'vendrail-demo',
  userId: env['SEQR_RESELLER_USER_ID'] ?? '9900',
  password: env['SEQR_RESELLER_PASSWORD'] ?? 'sandbox-password',
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function machinesFrom(list: string): SandboxMachine[] {
  return list
    .split(',')
    .map((entry) => entry.split('=').map((part) => part.trim()))
    .flatMap(([token, name]) =>
      token ? [{ token, name: name ?? token, qrText: `HTTP://SEQR.SE/000/ups?w=${reseller.id}&t=${token}` }] : [],
    );
}

const HELP = `npm run start:seqr-sandbox

The SEQR sandbox alone. Settings come from the environment and the file .env: SANDBOX_PORT, SANDBOX_HOST,
SEQR_RESELLER_ID, SEQR_RESELLER_USER_ID, SEQR_RESELLER_PASSWORD, CREATE_PURCHASE_URL, SANDBOX_MACHINES, SANDBOX_CA_FILE.
Its README says what each means.
`;
if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
  process.exit(0);
}

const createPurchaseUrl = env['CREATE_PURCHASE_URL'];
const host = env['SANDBOX_HOST'];
const caFile = env['SANDBOX_CA_FILE'];
const sandbox = await startSandbox({
  port: Number(env['SANDBOX_PORT'] ?? '8090'),
  resellers: [reseller],
  machines: machinesFrom(env['SANDBOX_MACHINES'] ?? ''),
  log: say,
  ...(createPurchaseUrl !== undefined && { createPurchaseUrl }),
  ...(host !== undefined && { host }),
  ...(caFile !== undefined && { caFile }),
});
say('SEQR SANDBOX - no real money');
say(`  the payer's phone   ${sandbox.url}/`);
say(`  SOAP                ${sandbox.soapUrl}   (?wsdl)`);
say(`  sessions            ${sandbox.sessionUrl}   (?wsdl)`);
say(`  reseller            ${reseller.id} / ${reseller.userId}`);
say(`  createPurchase      ${createPurchaseUrl ?? 'not set (CREATE_PURCHASE_URL)'}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.stop());
}
