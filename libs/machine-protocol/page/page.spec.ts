import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { decodeAck, decodeCommand, decodeEvent, decodePresence } from '../codec.js';
import { RULES } from '../rules.js';
import { CHANNELS, type Channel } from '../topics.js';
import { CONTENTS, machineLinkAsyncApi } from './asyncapi.js';
import { EXAMPLE_MACHINE, EXAMPLES } from './example.js';
import { machineLinkPage } from './page.js';
import { rowsOf, schemaOf } from './schema-rows.js';

const docs = join(__dirname, '..', '..', '..', 'docs');
const page = machineLinkPage();

describe('the page about the machine link', () => {
  it('says what the schemas say; if not, npm run docs:machine-link writes it anew', () => {
    expect(readFileSync(join(docs, 'machine-link.md'), 'utf8')).toBe(page);
  });

  it.each(Object.values(CONTENTS))('explains every field of $title', ({ schema }) => {
    for (const { name, meaning, limits } of everyRow(schemaOf(schema))) {
      // A type says itself what it is; the body of an event has a section of its own.
      if (/(^|\.)(type|body)$/.test(name)) continue;
      expect([name, meaning]).not.toEqual([name, '']);
      expect(page).toContain(meaning);
      expect(page).toContain(limits);
    }
  });

  it('explains every message and every kind of event', () => {
    for (const { schema } of Object.values(CONTENTS)) {
      for (const { description } of [schemaOf(schema), ...everyChoice(schemaOf(schema))]) {
        if (description !== undefined) expect(page).toContain(description);
      }
    }
    for (const option of everyChoice(schemaOf(CONTENTS.event.schema))) expect(option.description).toBeDefined();
  });

  it('states every rule, in order and with no number twice', () => {
    const stated = [...page.matchAll(/^- \*\*(R\d+) /gm)].map(([, id]) => id);
    expect(stated).toEqual(Object.keys(RULES));
    expect(stated).toEqual(stated.map((_, index) => `R${index + 1}`));
  });

  it('names no rule that there is not', () => {
    for (const [id] of page.matchAll(/\bR\d+\b/g)) expect(Object.keys(RULES)).toContain(id);
  });

  it('shows messages that both sides would take', () => {
    const decoders = { presence: decodePresence, event: decodeEvent, command: decodeCommand, ack: decodeAck };
    for (const { channel, body } of EXAMPLES) {
      expect(() => decoders[channel](Buffer.from(body), EXAMPLE_MACHINE)).not.toThrow();
    }
    expect(EXAMPLES.map(({ channel }) => channel).toSorted()).toEqual(Object.keys(CHANNELS).toSorted());
  });
});

type Json = { readonly [name: string]: unknown };
type Schema = ReturnType<typeof schemaOf>;

function everyChoice({ oneOf = [], anyOf = [], properties = {} }: Schema): Schema[] {
  const nested = Object.values(properties).flatMap((inner) => (typeof inner === 'boolean' ? [] : everyChoice(inner)));
  return [...[...oneOf, ...anyOf].filter((choice) => typeof choice !== 'boolean'), ...nested];
}

function everyRow(schema: Schema) {
  return [schema, ...everyChoice(schema)].flatMap((one) => rowsOf(one));
}

describe('the AsyncAPI document', () => {
  const document = JSON.parse(machineLinkAsyncApi()) as Json;
  const object = (value: unknown): Json => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
    return value as Json;
  };
  const at = (pointer: string): unknown => {
    if (!pointer.startsWith('#/')) throw new Error(`${pointer} leads out of the document`);
    return pointer
      .slice(2)
      .split('/')
      .reduce<unknown>((place, name) => {
        const inside = object(place);
        if (!Object.hasOwn(inside, name)) throw new Error(`${pointer} leads nowhere`);
        return inside[name];
      }, document);
  };
  const entries = (name: string) =>
    Object.entries(object(document[name])).map(([key, value]) => [key, object(value)] as const);
  const onlyHas = (value: Json, fields: readonly string[]) => {
    expect(Object.keys(value).filter((field) => !fields.includes(field) && !field.startsWith('x-'))).toEqual([]);
  };

  it('is what the schemas say; if not, npm run docs:machine-link writes it anew', () => {
    expect(readFileSync(join(docs, 'machine-link.asyncapi.json'), 'utf8')).toBe(machineLinkAsyncApi());
  });

  it('has the parts that AsyncAPI 3.0 wants, and no others', () => {
    onlyHas(document, [
      'asyncapi',
      'id',
      'info',
      'servers',
      'defaultContentType',
      'channels',
      'operations',
      'components',
    ]);
    expect(document['asyncapi']).toBe('3.0.0');
    expect(object(document['info'])).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    for (const [, server] of entries('servers')) {
      expect(server).toMatchObject({ host: expect.any(String), protocol: expect.any(String) });
      const named = [...String(server['host']).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(object(server['variables']))).toEqual(named);
    }
    for (const [, channel] of entries('channels')) {
      onlyHas(channel, ['address', 'title', 'servers', 'parameters', 'messages', 'bindings', 'summary', 'description']);
      const named = [...String(channel['address']).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(object(channel['parameters']))).toEqual(named);
    }
    for (const [, operation] of entries('operations')) {
      onlyHas(operation, ['action', 'channel', 'messages', 'bindings', 'title', 'summary', 'description']);
      expect(['send', 'receive']).toContain(operation['action']);
      const channel = String(object(operation['channel'])['$ref']);
      expect(channel).toMatch(/^#\/channels\/\w+$/);
      for (const message of operation['messages'] as Json[])
        expect(message['$ref']).toMatch(new RegExp(`^${channel}/messages/`));
    }
  });

  it('has no reference that leads nowhere', () => {
    const references = [...machineLinkAsyncApi().matchAll(/"\$ref": "([^"]+)"/g)].map(([, pointer = '']) => pointer);
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) expect(at(reference)).toBeDefined();
  });

  it('sends each message with the quality and retention of its topic', () => {
    const told = entries('operations').map(([, { action, channel, bindings }]) => {
      const name = String(object(channel)['$ref']).replace('#/channels/', '') as Channel;
      return [name, { action, ...object(object(bindings)['mqtt']) }] as const;
    });
    for (const [name, { from, qos, retained }] of Object.entries(CHANNELS)) {
      const action = from === 'machine' ? 'send' : 'receive';
      expect(Object.fromEntries(told)[name as Channel]).toMatchObject({ action, qos, retain: retained });
    }
  });

  it('has schemas that judge as the code does', () => {
    for (const { channel, body } of EXAMPLES) {
      const judge = z.fromJSONSchema(inlined(at(`#/components/schemas/${channel}`)));
      const message = object(JSON.parse(body));
      expect(judge.safeParse(message).success).toBe(true);
      for (const field of Object.keys(message)) {
        const { [field]: _, ...rest } = message;
        expect([field, judge.safeParse(rest).success]).toEqual([
          field,
          CONTENTS[channel].schema.safeParse(rest).success,
        ]);
        const spoilt = { ...message, [field]: [] };
        expect([field, judge.safeParse(spoilt).success]).toEqual([
          field,
          CONTENTS[channel].schema.safeParse(spoilt).success,
        ]);
      }
    }
  });

  /** The reader of schemas resolves references within one schema only. */
  function inlined(schema: unknown): z.core.JSONSchema.JSONSchema {
    const text = JSON.stringify(schema, (_, value: unknown) => {
      const reference = typeof value === 'object' && value !== null && '$ref' in value ? String(value.$ref) : undefined;
      return reference === undefined ? value : at(reference);
    });
    return JSON.parse(text) as z.core.JSONSchema.JSONSchema;
  }
});
