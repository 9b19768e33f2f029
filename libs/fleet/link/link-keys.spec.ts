import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { linkKey, open, sign } from '#machine-protocol/signature.js';
import { topicOf } from '#machine-protocol/topics.js';

import { LinkKeys, NoLinkError } from './link-keys.js';

const OLD = '11'.repeat(32);
const NEW = '22'.repeat(32);
const TOPIC = topicOf('machine-1', 'event');

function setUp(...keys: string[]) {
  const book = { keys, looks: 0, now: 0 };
  const store = {
    keysOf: () => {
      book.looks += 1;
      return Promise.resolve([...book.keys]);
    },
    endPrevious: async () => {
      book.keys = book.keys.slice(-1);
    },
  };
  const links = new LinkKeys(store, () => book.now);
  const opened = (key: string) => links.open('machine-1', 'event', Buffer.from(sign(TOPIC, 'text', linkKey(key))));
  return { book, links, opened };
}

it('looks a key up once for many messages', async () => {
  const { book, opened } = setUp(OLD);
  for (let count = 0; count < 5; count += 1) expect((await opened(OLD)).body).toBe('text');
  expect(book.looks).toBe(1);
});

it('forgets a revoked key within ten seconds', async () => {
  const { book, opened } = setUp(OLD);
  await opened(OLD);
  book.keys = [];
  book.now = 10_000;
  await expect(opened(OLD)).rejects.toThrow(ProtocolError);
});

it('understands a machine with a new key at once', async () => {
  const { book, opened } = setUp(OLD);
  await opened(OLD);
  book.keys = [OLD, NEW];
  book.now = 1_000;
  const { key } = await opened(NEW);
  expect(key.equals(linkKey(NEW))).toBe(true);
});

it('goes on with the old of two keys until the machine uses the new one, which ends it', async () => {
  const { book, links, opened } = setUp(OLD, NEW);
  const command = topicOf('machine-1', 'command');
  const isSignedWith = async (key: string) =>
    (await links.sign('machine-1', 'command', 'text')) === sign(command, 'text', linkKey(key));
  await opened(OLD);
  expect(await isSignedWith(OLD)).toBe(true);
  await opened(NEW);
  expect(await isSignedWith(NEW)).toBe(true);
  expect(book.keys).toEqual([NEW]);
  await expect(opened(OLD)).rejects.toThrow('MAC');
});

it('looks no more than once a second for a stranger', async () => {
  const { book, opened } = setUp(OLD);
  for (; book.now < 2_000; book.now += 100) await expect(opened(NEW)).rejects.toThrow('MAC');
  expect(book.looks).toBe(2);
});

it('signs with the first of the keys, as they are now', async () => {
  const { book, links } = setUp(NEW);
  const command = topicOf('machine-1', 'command');
  const key = async () =>
    open(command, Buffer.from(await links.sign('machine-1', 'command', 'text')), [linkKey(OLD), linkKey(NEW)]).key;
  expect((await key()).equals(linkKey(NEW))).toBe(true);
  book.keys = [OLD, NEW];
  expect((await key()).equals(linkKey(OLD))).toBe(true);
});

it('commands no machine that has no key', async () => {
  const { links } = setUp();
  await expect(links.sign('machine-1', 'command', 'text')).rejects.toThrow(NoLinkError);
});
