import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

import type { AdapterEvent } from '../adapters/adapter.js';
import { formatAmount, parseAmount } from '../adapters/amounts.js';
import type { BridgeConfig } from '../bridge.js';
import { systemClock } from '../clock.js';
import { readConfig } from '../config.js';
import type { Journal } from '../journal/journal.js';
import { openAfterBoot } from '../journal/open-after-boot.js';
import { peekJournal } from '../journal/peek.js';
import { claimJournal } from '../only-one.js';
import { DEFAULT_TIMINGS } from '../timings.js';
import { EXIT, UsageError, type Command } from './command.js';
import { inWords } from './doctor/finding.js';
import { MachineContact } from './machine-contact.js';
import { checkPort } from './serial-port.js';

const HELP = `vendrail-bridge test-vend --price AMOUNT [--config FILE]

For a technician beside the machine: gives it a credit without server and payment, and lets one product be chosen that
costs exactly AMOUNT (for example 12.50). The item falls for free. It is a test and never a purchase: nobody is charged,
and the operator gets a report of it with the machine's next events. The machine itself counts it as a cashless sale.

Refused while the bridge runs (sudo systemctl stop vendrail-bridge) and while a purchase is open in its journal.

Exit codes: 0 the machine says that the item came out, 1 anything else, 78 the configuration cannot work.
`;

/** As for a machine that starts: its own start-up and its look for payment devices. */
const READY_MS = 20_000;
const OPEN_MS = 15_000;
const CHOOSE_MS = 60_000;
/** STOP is answered at once; three times that of the bridge's own patience. */
const CLOSE_MS = 9_000;

interface Test {
  readonly config: BridgeConfig;
  readonly priceMinor: number;
  readonly contact: MachineContact;
  readonly journal: Journal;
  readonly say: (line: string) => void;
}

export const testVend: Command = {
  summary: 'sells one product without server and payment, as a test',
  help: HELP,
  run: async (options, { environment, say, stopped }) => {
    const { values } = parseArgs({
      args: [...options],
      options: { config: { type: 'string', short: 'c' }, price: { type: 'string' } },
    });
    if (values.price === undefined) throw new UsageError('--price is missing: what the product costs at the machine');
    const config = readConfig(values.config, environment);
    const priceMinor = parseAmount(values.price, config.decimals);
    if (priceMinor === undefined || priceMinor === 0) {
      throw new UsageError(`--price: an amount such as ${formatAmount(1_250, config.decimals)}`);
    }
    const release = await claimJournal(config.journalDir);
    if (release === undefined) {
      say('✗ The bridge is running. Stop it for the test: sudo systemctl stop vendrail-bridge');
      return EXIT.failed;
    }
    try {
      return await withoutBridge(config, priceMinor, say, stopped);
    } finally {
      release();
    }
  },
};

async function withoutBridge(
  config: BridgeConfig,
  priceMinor: number,
  say: (line: string) => void,
  stopped: Promise<NodeJS.Signals>,
): Promise<number> {
  const open = peekJournal(config.journalDir)?.open;
  if (open !== undefined) {
    say(`✗ Purchase ${open.purchaseId} is open. Start the bridge, which reports how it ended, and test afterwards.`);
    return EXIT.failed;
  }
  const port = await checkPort(config.serialPath);
  if (port.well !== true) {
    say(inWords(port));
    return EXIT.failed;
  }
  const { journalDir: dir, machineId } = config;
  const { journal } = openAfterBoot({ dir, machineId, bootId: randomUUID(), clock: systemClock });
  const contact = new MachineContact(config);
  void stopped.then(() => contact.interrupt());
  try {
    say('TEST: nobody pays for this vend, and it is no purchase.');
    return (await vend({ config, priceMinor, contact, journal, say })) ? EXIT.well : EXIT.failed;
  } finally {
    await contact.end();
    journal.close();
  }
}

/** @returns whether the machine says that the item came out */
async function vend(test: Test): Promise<boolean> {
  const { config, priceMinor, contact, say } = test;
  const price = `${formatAmount(priceMinor, config.decimals)} ${config.currency}`;
  if (!(await contact.becomes('enabled', READY_MS))) {
    say('✗ The machine is not ready. `vendrail-bridge doctor` says why.');
    return false;
  }
  contact.adapter.openSession(priceMinor, OPEN_MS);
  if (!(await contact.becomes('idle', OPEN_MS))) {
    say('✗ The machine did not open.');
    await close(test);
    return false;
  }
  say(`The machine is open. Choose a product that costs ${price}, within ${CHOOSE_MS / 1_000} s.`);
  const chosen = await choice(test);
  if (chosen === undefined) {
    say('✗ Nothing was sold.');
    await close(test);
    return false;
  }
  // On the disk before the machine is told, like every approval.
  note(test, `selection ${chosen} for ${price} is approved; nobody pays`);
  contact.adapter.approve(priceMinor);
  const end = await contact.first(config.timings?.resultMs ?? DEFAULT_TIMINGS.resultMs, endOf);
  note(test, `selection ${chosen}: ${end ?? UNKNOWN}`);
  say(`${end === DISPENSED ? '✓' : '✗'} Selection ${chosen}: ${end ?? UNKNOWN}.`);
  await close(test);
  return end === DISPENSED;
}

/** The selection that was chosen at the test's price; other prices are denied, and the technician told. */
async function choice({ config, priceMinor, contact, say }: Test): Promise<number | undefined> {
  const end = await contact.first(CHOOSE_MS, (event) => {
    if (event.type === 'status' && event.status !== 'idle') return { chosen: undefined };
    if (event.type !== 'selection') return undefined;
    if (event.priceMinor === priceMinor) return { chosen: event.selection };
    contact.adapter.deny();
    const asked = formatAmount(event.priceMinor, config.decimals);
    say(`Selection ${event.selection} costs ${asked} and was denied. For it: --price ${asked}`);
    return undefined;
  });
  return end?.chosen;
}

const DISPENSED = 'the machine says that it came out';
const UNKNOWN = 'whether it came out is not known';

function endOf(event: AdapterEvent): string | undefined {
  switch (event.type) {
    case 'vend-success':
      return DISPENSED;
    case 'vend-failure':
      return event.reason === 'cancelled'
        ? 'the machine took the choice back'
        : 'the machine says that it did not come out';
    case 'vend-reset':
      return UNKNOWN;
    case 'status':
      return event.status === 'idle' ? undefined : UNKNOWN;
    default:
      return undefined;
  }
}

/** For the operator, with the next events of this machine: free goods must not be a secret of the technician. */
function note({ journal }: Test, detail: string): void {
  journal.record({ type: 'fault', code: 'test-vend', detail: `test: ${detail}` });
}

async function close({ contact, say }: Test): Promise<void> {
  contact.adapter.closeSession();
  if (!(await contact.becomes('enabled', CLOSE_MS))) say('✗ The machine does not say that it is locked again. Look.');
}
