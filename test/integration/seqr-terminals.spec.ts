import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Agent, request } from 'undici';

import { Keys, SealBrokenError } from '#platform/keys.js';

import { eventually } from '../support/eventually.js';
import { MACHINE_ID, TOKEN, TestSystem } from '../support/test-system.js';

const OPERATOR_TOKEN = 'token-for-tests-only';
const SECRET = 'a secret for tests, long enough to be one';
const RESELLER = 'RESELLERUSER vendrail-demo/9900';
const project = join(__dirname, '..', '..');

interface MachineRow {
  state: string;
  terminal_id: string | null;
  secret: Buffer | null;
  seqr_id: string | null;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe('the terminal of a machine at SEQR', () => {
  let system: TestSystem;
  let agent: Agent;
  let cookie: string;

  beforeAll(async () => {
    system = await TestSystem.start();
    agent = new Agent({ connect: { ca: await readFile(system.local.caFile, 'utf8') } });
    const { headers } = await system.post('/api/session', JSON.stringify({ token: OPERATOR_TOKEN }));
    cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  });

  afterAll(async () => {
    await agent.close();
    await system.stop();
  });

  afterEach(async () => {
    system.sandbox.faults.clear();
    if ((await row()).state !== 'none') await ask('DELETE');
    await system.query('UPDATE review_cases SET closed_at = now() WHERE closed_at IS NULL');
  });

  async function ask(method: 'GET' | 'POST' | 'DELETE', machine = MACHINE_ID, withCookie = cookie): Promise<Answer> {
    const reply = await request(`${system.local.baseUrl}/api/machines/${machine}/seqr-terminal`, {
      method,
      headers: { cookie: withCookie },
      dispatcher: agent,
    });
    return { status: reply.statusCode, body: (await reply.body.json()) as Answer['body'] };
  }

  async function row(machine = MACHINE_ID): Promise<MachineRow> {
    const [found] = await system.query<MachineRow>(
      `SELECT seqr_terminal_state AS state, seqr_terminal_id AS terminal_id, seqr_terminal_secret AS secret, seqr_id
       FROM machines WHERE id = $1`,
      [machine],
    );
    if (found === undefined) throw new Error('there is no such machine');
    return found;
  }

  /** Terminals of the machine that SEQR would let in. */
  const terminalsAtSeqr = () =>
    system.sandbox.terminals
      .list()
      .filter((one) => one.externalTerminalId === MACHINE_ID && one.state === 'registered');
  const openCases = () =>
    system.query<{ known: string }>(
      `SELECT known FROM review_cases WHERE machine_id = $1 AND reason = 'orphan-terminal' AND closed_at IS NULL`,
      [MACHINE_ID],
    );

  /** Somebody buys a bottle. @returns in whose name SEQR has the invoice, and what it says of it. */
  async function buy(): Promise<{ owner: string; state: string }> {
    await system.machineReady();
    const reference = await system.scan([{ press: 11 }, { finish: true }]);
    system.confirm(reference);
    const purchase = await system.ended(reference);
    expect(purchase.state).toBe('COMMITTED');
    const { owner, state } = system.invoice(reference);
    return { owner, state };
  }

  it('is registered, labelled, and takes the payments at the machine from then on; removed, the reseller does again', async () => {
    expect(await buy()).toEqual({ owner: RESELLER, state: 'PAID' });

    const { status, body } = await ask('POST');
    const [terminal] = terminalsAtSeqr();
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        state: 'labelled',
        terminalId: terminal?.id,
        staticCode: `HTTP://SEQR.SE/Q${terminal?.seqrId}`,
        orphans: 0,
      },
    });
    expect(terminal).toMatchObject({ name: 'Central Station, platform 3', seqrId: 'vendraildemohelsinkicentral1' });
    expect(await buy()).toEqual({ owner: `TERMINALID ${terminal?.id}`, state: 'PAID' });

    expect(await ask('DELETE')).toMatchObject({ status: 200, body: { state: 'none', terminalId: null } });
    expect(terminalsAtSeqr()).toEqual([]);
    expect(await row()).toEqual({ state: 'none', terminal_id: null, secret: null, seqr_id: null });
    expect(await buy()).toEqual({ owner: RESELLER, state: 'PAID' });
  });

  it('does not take over a purchase that the reseller began', async () => {
    await system.machineReady();
    const reference = await system.scan([{ press: 11 }, { finish: true }]);
    expect((await ask('POST')).status).toBe(200);
    system.confirm(reference);

    expect((await system.ended(reference)).state).toBe('COMMITTED');
    expect(system.invoice(reference)).toMatchObject({ owner: RESELLER, state: 'PAID' });
  });

  it('is not removed while a purchase needs it', async () => {
    await ask('POST');
    await system.machineReady();
    const reference = await system.scan([]);

    expect(await ask('DELETE')).toMatchObject({ status: 409, body: { error: { code: 'PURCHASE_OPEN' } } });
    expect((await row()).state).toBe('labelled');
    system.sandbox.payer.decline(reference);
    await system.ended(reference);
    expect((await ask('DELETE')).status).toBe(200);
  });

  it('and a purchase that begins while it is removed never miss each other', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { body } = await ask('POST');
      await system.machineReady();
      const [reference, removal] = await Promise.all([system.scan([]), ask('DELETE')]);
      const { owner } = system.invoice(reference);
      system.sandbox.payer.decline(reference);

      // Either the purchase came first and kept the terminal, or the removal did and the reseller took over.
      expect((await system.ended(reference)).state).toBe('CANCELLED');
      expect([removal.status, owner]).toEqual(
        removal.status === 200 ? [200, RESELLER] : [409, `TERMINALID ${String(body['terminalId'])}`],
      );
    }
  });

  it('is one, however many ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('POST')));

    const [terminal] = terminalsAtSeqr();
    expect(terminalsAtSeqr()).toHaveLength(1);
    expect(answers.map(({ body }) => body['terminalId'])).toEqual(Array(5).fill(terminal?.id));
  });

  it('has a password that only this machine’s row opens, and that is said nowhere', async () => {
    system.sandbox.faults.add({ operation: 'assignSeqrId', kind: 'garbage', times: 1 });
    const said = [await ask('POST'), await ask('POST'), await ask('GET')].map((answer) => JSON.stringify(answer));
    const { terminal_id: terminalId, secret } = await row();
    if (terminalId === null || secret === null) throw new Error('the machine has no terminal');
    const password = new Keys(SECRET).open('terminal', secret, MACHINE_ID);
    const [stored] = await system.query<{ text: string }>(
      `SELECT concat((SELECT jsonb_agg(to_jsonb(seqr_calls)) FROM seqr_calls), (SELECT jsonb_agg(to_jsonb(machines))
       FROM machines)) AS text`,
    );

    expect(password).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(system.sandbox.terminals.hasPassword(terminalId, password)).toBe(true);
    expect(() => new Keys(SECRET).open('terminal', secret, 'helsinki-central-2')).toThrow(SealBrokenError);
    for (const text of [...said, stored?.text ?? password, secret.toString('latin1')]) {
      expect(text).not.toContain(password);
    }
  });

  describe('when something goes wrong', () => {
    it('is not guessed at after a lost reply: that is said, noted for a person, and a new one is registered', async () => {
      system.sandbox.faults.add({ operation: 'registerTerminal', kind: 'drop-reply', times: 1 });
      const { status, body } = await ask('POST');

      expect({ status, body }).toMatchObject({ status: 502, body: { error: { code: 'UNKNOWN' } } });
      expect(JSON.stringify(body)).toContain('a review case says so');
      expect((await openCases())[0]?.known).toContain(`external terminal id ${MACHINE_ID}`);
      expect(await row()).toMatchObject({ state: 'none', secret: null });
      const [orphan] = terminalsAtSeqr();

      expect(await ask('POST')).toMatchObject({ status: 200, body: { state: 'labelled', orphans: 1 } });
      expect(terminalsAtSeqr()).toHaveLength(2);
      expect((await row()).terminal_id).not.toBe(orphan?.id);
      system.sandbox.terminals.change(orphan?.id ?? '', { state: 'unregistered' });
    });

    it.each(['drop-request', 'fault', 'garbage'] as const)('counts "%s" as a lost reply', async (kind) => {
      system.sandbox.faults.add({ operation: 'registerTerminal', kind, times: 1 });

      expect(await ask('POST')).toMatchObject({ status: 502, body: { error: { code: 'UNKNOWN' } } });
      expect(await openCases()).toHaveLength(1);
      for (const { id } of terminalsAtSeqr()) system.sandbox.terminals.change(id, { state: 'unregistered' });
    });

    it('says why SEQR refused, and leaves nothing behind', async () => {
      system.sandbox.faults.add({ operation: 'registerTerminal', kind: 'result-code', resultCode: 93, times: 1 });

      expect(await ask('POST')).toMatchObject({
        status: 502,
        body: { error: { code: 'REFUSED', message: expect.stringContaining('SYSTEM_BUSY (code 93)') } },
      });
      expect(await row()).toEqual({ state: 'none', terminal_id: null, secret: null, seqr_id: null });
      expect(await openCases()).toEqual([]);
    });

    it('takes payments without its label when the SEQR id is taken, and says which', async () => {
      system.sandbox.faults.add({ operation: 'assignSeqrId', kind: 'result-code', resultCode: 53, times: 1 });

      expect(await ask('POST')).toMatchObject({
        status: 502,
        body: { error: { code: 'SEQR_ID_TAKEN', message: expect.stringContaining('vendraildemohelsinkicentral1') } },
      });
      const [terminal] = terminalsAtSeqr();
      expect(await row()).toMatchObject({ state: 'registered', terminal_id: terminal?.id, seqr_id: null });
      expect((await buy()).owner).toBe(`TERMINALID ${terminal?.id}`);
      // Asked again it goes on where it stopped.
      expect(await ask('POST')).toMatchObject({ body: { state: 'labelled', terminalId: terminal?.id } });
      expect(terminalsAtSeqr()).toHaveLength(1);
    });

    it('is labelled by the next attempt when the answer to the first was lost', async () => {
      system.sandbox.faults.add({ operation: 'assignSeqrId', kind: 'drop-reply', times: 1 });

      expect(await ask('POST')).toMatchObject({ status: 502, body: { error: { code: 'UNKNOWN' } } });
      expect(await ask('POST')).toMatchObject({ status: 200, body: { state: 'labelled' } });
    });

    it('is gone after a removal whose answer was lost, once that is asked again; purchases went under the reseller', async () => {
      await ask('POST');
      system.sandbox.faults.add({ operation: 'unregisterTerminal', kind: 'drop-reply', times: 1 });

      expect(await ask('DELETE')).toMatchObject({ status: 502, body: { error: { code: 'UNKNOWN' } } });
      expect((await row()).state).toBe('unregistering');
      expect(await ask('POST')).toMatchObject({ status: 409, body: { error: { code: 'BEING_REMOVED' } } });
      expect((await buy()).owner).toBe(RESELLER);
      expect(await ask('DELETE')).toMatchObject({ status: 200, body: { state: 'none' } });
      expect(terminalsAtSeqr()).toEqual([]);
    });

    it('stays when SEQR refuses to remove it', async () => {
      await ask('POST');
      system.sandbox.faults.add({ operation: 'unregisterTerminal', kind: 'result-code', resultCode: 93, times: 1 });

      expect(await ask('DELETE')).toMatchObject({ status: 502, body: { error: { code: 'REFUSED' } } });
      expect((await row()).state).toBe('labelled');
      expect((await buy()).owner).toMatch(/^TERMINALID /);
    });
  });

  describe('by command', () => {
    function command(...words: string[]) {
      const child = spawn(process.execPath, [join(project, 'dist/apps/local/src/machine-main.js'), ...words], {
        cwd: system.local.dataFolder,
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: system.local.databaseUrl,
          SEQR_SOAP_URL: system.local.seqrSoapUrl,
          SEQR_RESELLER_ID: 'vendrail-demo',
          SEQR_RESELLER_PASSWORD: 'sandbox-password',
          VENDRAIL_SECRET: SECRET,
        },
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
      const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
        child.once('exit', (code) => resolve({ code, said }));
      });
      return { child, ended };
    }

    it('is given, shown, and taken away, with a token for the machine’s name', async () => {
      const provisioned = await command('provision', TOKEN).ended;
      const [terminal] = terminalsAtSeqr();
      expect(provisioned).toMatchObject({ code: 0, said: expect.stringContaining(`labelled  ${terminal?.id}`) });
      // Made by another process, opened by this one: a purchase runs under it.
      expect((await buy()).owner).toBe(`TERMINALID ${terminal?.id}`);

      const list = await command('list').ended;
      expect(list.said.split('\n').find((line) => line.startsWith(MACHINE_ID))).toContain(terminal?.id);
      expect(list.said.split('\n').filter((line) => line.includes('  none'))).toHaveLength(5);

      expect(await command('remove', MACHINE_ID).ended).toMatchObject({
        code: 0,
        said: expect.stringContaining('none'),
      });
      expect(terminalsAtSeqr()).toEqual([]);
    });

    it('survives a kill between SEQR’s registering and our writing it down: the lost one is noted, a new one made', async () => {
      system.sandbox.faults.add({ operation: 'registerTerminal', kind: 'delay', delayMs: 20_000, times: 1 });
      const { child, ended } = command('provision', TOKEN);
      await eventually('SEQR has registered the terminal', () => (terminalsAtSeqr().length > 0 ? true : undefined));
      child.kill('SIGKILL');
      await ended;
      const [orphan] = terminalsAtSeqr();
      expect(await row()).toMatchObject({ state: 'registering', terminal_id: null });
      // Its lease runs out.
      await system.query(`UPDATE machines SET seqr_terminal_leased_until = now() WHERE id = $1`, [MACHINE_ID]);

      const again = await command('provision', TOKEN).ended;
      expect(again).toMatchObject({ code: 0, said: expect.stringContaining('SEQR may have 1 more terminal(s)') });
      expect(await openCases()).toHaveLength(1);
      expect(terminalsAtSeqr()).toHaveLength(2);
      expect((await row()).terminal_id).not.toBe(orphan?.id);
      system.sandbox.terminals.change(orphan?.id ?? '', { state: 'unregistered' });
    });

    it.each([
      [[], 2, 'say what to do'],
      [['dance'], 2, 'there is no "dance"'],
      [['provision'], 2, 'takes one machine'],
      [['provision', 'nobody'], 1, 'there is no such machine'],
      [['sticker', TOKEN], 2, 'say where to'],
      [['sticker', TOKEN, '--out', 'x.png'], 2, 'must end in .svg or .pdf'],
      [['sticker', TOKEN, '--out', 'x.svg', '--static'], 1, 'has no static code: provision it first'],
      [['list', '--quickly'], 2, 'quickly'],
      [['--help'], 0, 'npm run machine'],
    ])('says what is wrong with "%s"', async (words, code, said) => {
      expect(await command(...words).ended).toMatchObject({ code, said: expect.stringContaining(said) });
    });

    it.each([
      [['sticker', TOKEN], 'a.svg', '<svg'],
      [['sticker', TOKEN], 'a.pdf', '%PDF'],
      [['stickers'], 'all.pdf', '%PDF'],
    ])('draws %s to %s', async (words, name, start) => {
      const file = join(system.local.dataFolder, name);

      expect((await command(...words, '--out', file).ended).code).toBe(0);
      expect((await readFile(file)).toString('latin1', 0, 4)).toBe(start);
    });
  });

  describe('over HTTPS', () => {
    it('is for operators only', async () => {
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        expect(await ask(method, MACHINE_ID, '')).toMatchObject({ status: 401 });
      }
      for (const path of [`/api/machines/${MACHINE_ID}/sticker.svg`, '/api/stickers.pdf']) {
        expect((await system.get(path)).status).toBe(401);
      }
    });

    it('is asked for of machines that there are', async () => {
      expect(await ask('POST', 'nobody')).toMatchObject({ status: 404, body: { error: { code: 'NO_SUCH_MACHINE' } } });
    });

    it.each([
      [`/api/machines/${MACHINE_ID}/sticker.svg`, 200, 'image/svg+xml', '<svg'],
      [`/api/machines/${MACHINE_ID}/sticker.pdf`, 200, 'application/pdf', '%PDF'],
      ['/api/stickers.pdf', 200, 'application/pdf', '%PDF'],
      [`/api/machines/${MACHINE_ID}/sticker.svg?code=static`, 409, 'application/json', 'NO_STATIC_CODE'],
      [`/api/machines/${MACHINE_ID}/sticker.svg?code=other`, 400, 'application/json', 'BAD_CODE'],
      ['/api/machines/nobody/sticker.pdf', 404, 'application/json', 'NO_SUCH_MACHINE'],
    ])('%s answers %d', async (path, status, type, content) => {
      const reply = await system.get(path, { cookie });

      expect(reply.status).toBe(status);
      expect(reply.headers['content-type']).toContain(type);
      expect(reply.text).toContain(content);
    });

    it('is documented', async () => {
      const { text } = await system.get('/docs-json');

      expect(Object.keys((JSON.parse(text) as { paths: object }).paths)).toEqual(
        expect.arrayContaining([
          '/api/machines/{id}/seqr-terminal',
          '/api/machines/{id}/sticker.pdf',
          '/api/stickers.pdf',
        ]),
      );
    });
  });
});
