import type { Dialect } from '#simulated-machine/faults.js';

import { flows } from './flows.js';
import { label } from './label.js';
import { lineFaults } from './line-faults.js';
import { Site } from './site.js';
import { stateFaults } from './state-faults.js';
import { vendFaults } from './vend-faults.js';

/** The same for every dialect, through the whole system: server, sandbox, PostgreSQL, broker, bridge, pseudo-terminal. */
export function machineSuite(dialect: Dialect): void {
  let open: Site;
  const site = () => open;

  beforeAll(async () => {
    open = await Site.open(dialect);
  });

  afterEach(() => open.mended());

  afterAll(() => open.close());

  describe('the label', () => label(site));
  describe('flows', () => flows(site));
  describe('faults of the line', () => lineFaults(site));
  describe('faults of the machine', () => stateFaults(site));
  describe('faults of a vend', () => vendFaults(site));
}
