// A broker in a process of its own, the embedded one's without its accounts: the machines may share a connection.
import { type AddressInfo, createServer } from 'node:net';

import { Aedes } from 'aedes';

import { answering } from './answering.js';

const broker = await Aedes.createBroker();
const server = createServer((socket) => {
  socket.setNoDelay(true);
  broker.handle(socket);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
answering({ url: () => `mqtt://127.0.0.1:${port}` });
