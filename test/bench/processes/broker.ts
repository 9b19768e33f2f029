// A broker in a process of its own, the embedded one's without its accounts: the machines may share a connection.
import { type AddressInfo, createServer } from 'node:net';
import { Readable } from 'node:stream';

import { Aedes } from 'aedes';

import { answering } from './answering.js';

/** What aedes keeps its messages in; it has no type of its own there. */
interface Persistence {
  storeRetained(packet: { readonly topic: string }): Promise<void>;
  createRetainedStreamCombi(filters: readonly string[]): Readable;
}

const broker = await Aedes.createBroker();
findRetainedByName((broker as Aedes & { persistence: Persistence }).persistence);
const server = createServer((socket) => {
  socket.setNoDelay(true);
  broker.handle(socket);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
answering({ url: () => `mqtt://127.0.0.1:${port}` });

/**
 * For each subscription aedes compares every retained message with the filter: with ten thousand machines that is two hundred
 * million comparisons, and nine tenths of the time in which they connect. No machine's own topics are retained, and what has
 * no wildcard can be looked up.
 */
function findRetainedByName(persistence: Persistence): void {
  const retained = new Set<string>();
  const store = persistence.storeRetained.bind(persistence);
  const search = persistence.createRetainedStreamCombi.bind(persistence);
  persistence.storeRetained = (packet) => {
    retained.add(packet.topic);
    return store(packet);
  };
  persistence.createRetainedStreamCombi = (filters) =>
    filters.some((filter) => /[+#]/.test(filter) || retained.has(filter)) ? search(filters) : Readable.from([]);
}
