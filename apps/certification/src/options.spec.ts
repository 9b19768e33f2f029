import { OptionsError, readCommand } from './options.js';

const SEQR = {
  SEQR_SOAP_URL: 'https://extdev.seqr.com/soap/merchant/cashregister-2',
  SEQR_RESELLER_ID: 'shop',
  SEQR_RESELLER_PASSWORD: 'open sesame',
};

function options(args: readonly string[], environment: Record<string, string> = {}) {
  const command = readCommand(args, environment, '1.2.3');
  if (command.kind !== 'walk') throw new Error('not a walk');
  return command.options;
}

function faults(args: readonly string[], environment: Record<string, string> = {}): readonly string[] {
  try {
    readCommand(args, environment, '1.2.3');
  } catch (error) {
    if (error instanceof OptionsError) return error.faults;
    throw error;
  }
  return [];
}

describe('the options of certify', () => {
  it('need nothing but the profile for a rehearsal, which a sandbox’s payer scans for', () => {
    expect(options(['--profile', 'pos'])).toMatchObject({
      profile: 'pos',
      company: 'Vendrail',
      clientReference: 'Vendrail 1.2.3',
      endpoint: undefined,
      scan: 'auto',
      unregisterAs: 'terminal',
    });
  });

  it('ask a person to scan at SEQR, unless told where a sandbox’s payer is', () => {
    expect(options(['--profile', 'webshop'], SEQR).scan).toBe('person');
    expect(options(['--profile', 'webshop', '--scan-url', 'http://localhost:8090'], SEQR).scan).toBe('auto');
  });

  it('let the command line win over the environment', () => {
    const environment = { CERTIFY_COMPANY: 'From the environment', CERTIFY_PRODUCT: 'Machine' };

    expect(options(['--profile', 'pos', '--company', 'From the line'], environment)).toMatchObject({
      company: 'From the line',
      clientReference: 'Machine 1.2.3',
    });
  });

  it('say all their faults at once, without the values', () => {
    const found = faults(
      ['--profile', 'kiosk', '--product', 'x'.repeat(40), '--currency', 'GOLD', '--sacn', '--scan', 'auto', 'stray'],
      { SEQR_SOAP_URL: SEQR.SEQR_SOAP_URL, SEQR_TERMINAL_PASSWORD: 'hush' },
    );

    for (const name of [
      '--profile must be pos or webshop or unattended',
      '--sacn is no option',
      '1 word(s)',
      '32 characters',
      '--currency',
      '--scan auto needs --scan-url',
      'SEQR_RESELLER_ID is not set',
      'SEQR_RESELLER_PASSWORD is not set',
      'SEQR_TERMINAL_ID and SEQR_TERMINAL_PASSWORD go together',
    ]) {
      expect(found.join('\n')).toContain(name);
    }
    expect(found.join('\n')).not.toContain('hush');
  });

  it('want SEQR’s id for the sticker when the terminal is SEQR’s', () => {
    expect(faults(['--profile', 'pos'], SEQR)).toEqual([expect.stringContaining('--seqr-id is missing')]);
    expect(faults(['--profile', 'webshop'], SEQR)).toEqual([]);
  });

  it.each([
    [['--list', '--profile', 'pos'], { kind: 'list', profile: 'pos' }],
    [['--help'], { kind: 'help' }],
  ])('%j asks for no walk', (args, command) => {
    expect(readCommand(args, {}, '1.2.3')).toEqual(command);
  });
});
