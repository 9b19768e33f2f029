import {
  eventAck,
  machineEvent,
  machineEventBody,
  closeGrant,
  grant,
  MESSAGE_BYTES_MAX,
  presence,
  PROTOCOL_VERSION,
} from '../messages.js';
import { RULES } from '../rules.js';
import { CHANNELS, type Channel, topicOfAll } from '../topics.js';
import { EXAMPLE_KEY, EXAMPLES, type Example } from './example.js';
import { PICTURES } from './pictures.js';
import { type JsonSchema, rowsOf, schemaOf } from './schema-rows.js';

const CONTENT: Readonly<Record<Channel, string>> = {
  presence: '[Presence](#presence)',
  event: '[Event](#event)',
  command: '[Grant](#command-grant) or [Close](#command-close)',
  ack: '[Acknowledgement](#acknowledgement)',
};

/** docs/machine-link.md: all that somebody needs who builds a machine that speaks the link, from the schemas and rules alone. */
export function machineLinkPage(): string {
  return [
    '<!-- Made by `npm run docs:machine-link` from libs/machine-protocol. A test compares the two: change the code, then run it. -->',
    '',
    '# The machine link',
    '',
    `How a machine and the server talk, version ${PROTOCOL_VERSION}. For makers of machines: whoever keeps to this page can`,
    'sell through the server without any software of ours. The same for programs:',
    '[machine-link.asyncapi.json](machine-link.asyncapi.json). Whether a machine keeps to it, the conformance kit says:',
    '`npm run conformance -- --help`.',
    '',
    '- **Machine** is the software that speaks here: our bridge beside the machine, or a board in it.',
    '- Amounts are whole numbers of the currency’s smallest unit.',
    '- Presence says what is true now. A command asks for something, now or never. An event says what happened, and is kept',
    '  until the server has it. An acknowledgement says that it has.',
    '',
    '## Topics',
    '',
    '| Topic | From | QoS | Retained | Content |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(CHANNELS).map(([name, { from, qos, retained }]) => {
      const channel = name as Channel;
      const topic = topicOfAll(channel).replace('+', '<machineId>');
      return `| \`${topic}\` | ${from} | ${qos} | ${retained ? 'yes' : 'never'} | ${CONTENT[channel]} |`;
    }),
    '',
    'MQTT 3.1.1, over TLS where the network is not one’s own. The operator gives the machine id and, with it, the password for',
    'the broker, whose user name is the machine id; the broker lets a machine read and write its own topics only. The client id',
    'is `machine-<machineId>`: the broker disconnects the older of two connections with the same one.',
    '',
    'Machine and server both connect with a clean session. An empty retained payload on `presence` clears it and says nothing.',
    '',
    '## Envelope and MAC',
    '',
    'Every payload, the last will included, is one JSON object with exactly these two members:',
    '',
    '| Field | Type | Limits | Meaning |',
    '| --- | --- | --- | --- |',
    '| `mac` | string | 64 lower-case hexadecimal digits | HMAC-SHA-256 of topic, line feed and body |',
    '| `body` | string | | the message, as JSON text |',
    '',
    '```',
    'mac = hex(HMAC-SHA-256(key, topic + "\\n" + body))',
    '```',
    '',
    'over the UTF-8 bytes, with the whole topic that the message travels on, and `body` as it is after the envelope was',
    'parsed. There is no canonical form: the receiver computes the MAC over the body that came, and parses it only when the MAC',
    'is right. The key has 32 bytes and is the machine’s own; the operator gives it as 64 hexadecimal digits.',
    '',
    'When the key is changed, the server goes on with the previous key, for its own messages too, until the first message that',
    'the machine signs with the new one, and for ten minutes at most. A machine that is given a new key uses no other from then',
    'on.',
    '',
    `The whole payload has at most ${MESSAGE_BYTES_MAX.toLocaleString('en-US')} bytes.`,
    '',
    '## Rules',
    '',
    'Who keeps the rule stands behind its title.',
    '',
    ...Object.entries(RULES).map(([id, { title, keeper, text }]) => `- **${id} ${title}** (${keeper}). ${text}`),
    '',
    '## Messages',
    '',
    'Fields that are not marked may be left out; `null` is never the same as leaving out.',
    '',
    ...section('Presence', schemaOf(presence)),
    ...section('Command: grant', schemaOf(grant)),
    ...section('Command: close', schemaOf(closeGrant)),
    ...section('Event', withoutBody(schemaOf(machineEvent))),
    'and `body`, an object of one of these types:',
    '',
    ...machineEventBody.options.flatMap((option) => section(option.shape.type.value, schemaOf(option), '####')),
    ...section('Acknowledgement', schemaOf(eventAck)),
    '## Versions',
    '',
    `The version stands in the topics (\`v${PROTOCOL_VERSION}\`) and in each message. Within a version new optional fields and new`,
    'types of events may be added, and the meaning of an old one never changes: ignore fields that you do not know. What a',
    'machine may not send without breaking an older server needs another version, on topics of its own.',
    '',
    '## Pictures',
    '',
    ...PICTURES.flatMap(({ title, lines }) => [
      `### ${title}`,
      '',
      '```mermaid',
      'sequenceDiagram',
      ...lines.map((line) => `  ${line}`),
      '```',
      '',
    ]),
    '## Worked example',
    '',
    'Real bytes, to try one’s own code on. The key is',
    '',
    '```',
    EXAMPLE_KEY,
    '```',
    '',
    ...EXAMPLES.flatMap(exampleLines),
    'The MAC with OpenSSL, `topic` and `body` being shell variables:',
    '',
    '```',
    `printf '%s\\n%s' "$topic" "$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:${EXAMPLE_KEY}`,
    '```',
    '',
  ].join('\n');
}

function section(title: string, schema: JsonSchema, level = '###'): string[] {
  return [
    `${level} ${title}`,
    '',
    schema.description ?? '',
    '',
    '| Field | | Type | Limits | Meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rowsOf(schema).map(
      ({ name, isRequired, type, limits, meaning }) =>
        `| \`${name}\` | ${isRequired ? 'required' : ''} | ${type} | ${limits} | ${meaning} |`,
    ),
    '',
  ];
}

function withoutBody(schema: JsonSchema): JsonSchema {
  const { body: _, ...properties } = schema.properties ?? {};
  return { ...schema, properties };
}

function exampleLines({ title, topic, body, mac, payload }: Example): string[] {
  return [
    `### ${title}`,
    '',
    '| | |',
    '| --- | --- |',
    `| topic | \`${topic}\` |`,
    `| body | \`${body}\` |`,
    `| mac | \`${mac}\` |`,
    '',
    `The payload, ${Buffer.byteLength(payload)} bytes:`,
    '',
    '```json',
    payload,
    '```',
    '',
  ];
}
