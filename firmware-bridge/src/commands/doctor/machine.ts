import type { MachineStatus } from '../../adapters/adapter.js';
import type { AdapterConfig } from '../../adapters/open-adapter.js';
import { DEFAULT_TIMINGS, type Timings } from '../../timings.js';
import { MachineContact } from '../machine-contact.js';
import type { Finding } from './finding.js';

/** In answer times of the adapter (2 s): its start-up asks three times, and a machine looks for payment devices every
 *  ten seconds or so. */
const ADAPTER_ANSWERS = 4;
const MACHINE_ANSWERS = 6;

/** Talks with the adapter as the bridge would, which ends a session that is open at the machine. */
export async function checkMachine(
  config: AdapterConfig & { readonly timings?: Partial<Timings> },
): Promise<Finding[]> {
  const contact = new MachineContact(config);
  const { answerMs } = { ...DEFAULT_TIMINGS, ...config.timings };
  try {
    const heard = await contact.first(ADAPTER_ANSWERS * answerMs, () => (contact.status === 'lost' ? undefined : true));
    if (heard === undefined) return NOBODY;
    await contact.becomes('enabled', MACHINE_ANSWERS * answerMs);
    const { description, simulated } = contact.identity;
    const found = simulated ? `${description} (a simulated machine)` : description;
    return [{ name: 'adapter', well: true, found }, STATES[contact.status]];
  } finally {
    await contact.end();
  }
}

const NOBODY: Finding[] = [
  {
    name: 'adapter',
    well: false,
    found: 'nobody answers on the port',
    advice:
      'Check that serialPath is the adapter (vendrail-bridge list-ports) and that the setting `adapter` names its kind; then its power and cable.',
  },
  { name: 'machine', well: undefined, found: 'not asked, as the adapter does not answer' },
];

const machine = (found: string, advice: string): Finding => ({ name: 'machine', well: false, found, advice });

const STATES: Readonly<Record<MachineStatus, Finding>> = {
  enabled: { name: 'machine', well: true, found: 'ready to sell' },
  disabled: machine(
    'does not accept cashless payment now',
    'Close its door, put it back into service, fill it; cashless payment must be switched on in its menu.',
  ),
  inactive: machine(
    'does not talk to the adapter',
    'Check the MDB cable and that the machine is on. Many machines look for payment devices only at power-up: switch it off and on.',
  ),
  idle: machine('has a session open that nobody paid for', 'Start the bridge: it closes such a session.'),
  vend: machine('is in the middle of a vend', 'Wait until it has finished.'),
  lost: machine('was lost while it was asked', 'Check the plug and the cable of the adapter.'),
};
