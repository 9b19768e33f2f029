import type { z } from 'zod';

import {
  closeGrant,
  eventAck,
  grant,
  machineCommand,
  machineEvent,
  MESSAGE_BYTES_MAX,
  presence,
  PROTOCOL_VERSION,
} from '../messages.js';
import { RULES } from '../rules.js';
import { CHANNELS, type Channel, MACHINE_ID_PATTERN, topicOfAll } from '../topics.js';
import { EXAMPLES } from './example.js';
import { schemaOf } from './schema-rows.js';

/** What travels on each channel. */
export const CONTENTS = {
  presence: { title: 'Presence', schema: presence },
  event: { title: 'Event', schema: machineEvent },
  command: { title: 'Command', schema: machineCommand },
  ack: { title: 'Acknowledgement', schema: eventAck },
} as const satisfies Record<Channel, { title: string; schema: z.ZodType }>;

const NAMES = Object.keys(CHANNELS) as Channel[];

/** docs/machine-link.asyncapi.json: the link as AsyncAPI 3.0 describes it, seen from the machine. */
export function machineLinkAsyncApi(): string {
  return `${JSON.stringify(document(), null, 2)}\n`;
}

function document() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Machine link',
      version: `${PROTOCOL_VERSION}.0.0`,
      description:
        'Between a vending machine and the server that lets it sell, seen from the machine. The rules (R1 and so on) and pictures stand in machine-link.md.',
      'x-rules': RULES,
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        host: '{host}',
        protocol: 'mqtt',
        protocolVersion: '3.1.1',
        description: 'The broker; over TLS (secure-mqtt) where the network is not one’s own.',
        variables: { host: { description: 'Name and port of the broker.', default: 'localhost:1883' } },
        bindings: {
          mqtt: {
            clientId: 'machine-{machineId}',
            cleanSession: true,
            lastWill: {
              topic: topicOfAll('presence').replace('+', '{machineId}'),
              qos: 1,
              retain: true,
              message: 'The presence of this boot with online false, in its envelope.',
            },
            keepAlive: 15,
            bindingVersion: '0.2.0',
          },
        },
      },
    },
    channels: Object.fromEntries(
      NAMES.map((name) => [
        name,
        {
          address: topicOfAll(name).replace('+', '{machineId}'),
          title: CONTENTS[name].title,
          servers: [{ $ref: '#/servers/broker' }],
          parameters: { machineId: { $ref: '#/components/parameters/machineId' } },
          messages: { [name]: { $ref: `#/components/messages/${name}` } },
        },
      ]),
    ),
    operations: Object.fromEntries(NAMES.map((name) => [operationName(name), operationOf(name)])),
    components: {
      parameters: {
        machineId: {
          description: `Given by the operator: ${MACHINE_ID_PATTERN.source}`,
          examples: [EXAMPLES[0]?.topic.split('/')[2]],
        },
      },
      messages: Object.fromEntries(NAMES.map((name) => [name, messageOf(name)])),
      schemas: {
        ...Object.fromEntries(NAMES.map((name) => [`${name}Envelope`, envelopeOf(name)])),
        presence: schemaOf(presence),
        event: schemaOf(machineEvent),
        command: { oneOf: [{ $ref: '#/components/schemas/grant' }, { $ref: '#/components/schemas/close' }] },
        grant: schemaOf(grant),
        close: schemaOf(closeGrant),
        ack: schemaOf(eventAck),
      },
    },
  };
}

function operationName(name: Channel): string {
  return `${CHANNELS[name].from === 'machine' ? 'send' : 'receive'}${name[0]?.toUpperCase()}${name.slice(1)}`;
}

function operationOf(name: Channel) {
  const { from, qos, retained } = CHANNELS[name];
  return {
    action: from === 'machine' ? 'send' : 'receive',
    channel: { $ref: `#/channels/${name}` },
    messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
    bindings: { mqtt: { qos, retain: retained, bindingVersion: '0.2.0' } },
  };
}

function messageOf(name: Channel) {
  const { title, schema } = CONTENTS[name];
  return {
    name,
    title,
    contentType: 'application/json',
    description: schema.description ?? `A grant or a close. ${grant.description} ${closeGrant.description}`,
    payload: { $ref: `#/components/schemas/${name}Envelope` },
    examples: EXAMPLES.filter(({ channel }) => channel === name).map(({ title: summary, mac, body }) => ({
      name,
      summary,
      payload: { mac, body },
    })),
  };
}

/** AsyncAPI has no word for JSON text inside JSON: what the body holds stands under `x-body`. */
function envelopeOf(name: Channel) {
  return {
    type: 'object',
    description: `At most ${MESSAGE_BYTES_MAX} bytes in all.`,
    properties: {
      mac: {
        type: 'string',
        pattern: '^[0-9a-f]{64}$',
        description: 'HMAC-SHA-256 with the machine’s key over topic, line feed and body, in UTF-8.',
      },
      body: {
        type: 'string',
        contentMediaType: 'application/json',
        description: `JSON text of the schema ${name}.`,
        'x-body': { $ref: `#/components/schemas/${name}` },
      },
    },
    required: ['mac', 'body'],
    additionalProperties: false,
  };
}
