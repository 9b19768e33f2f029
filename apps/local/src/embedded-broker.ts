import { type Server, type Socket, createServer } from 'node:net';

import { Aedes, type Client } from 'aedes';

import { isPassword } from '#fleet/link/credentials.js';
import { SERVER_USER, mayRead, maySubscribe, mayWrite } from '#machine-protocol/access.js';
import { equalSecrets } from '#platform/keys.js';

export interface EmbeddedBroker {
  readonly url: string;
  stop(): Promise<void>;
}

export interface EmbeddedBrokerOptions {
  /** On loopback; 0 for any. */
  readonly port: number;
  readonly serverPassword: string;
  /** Of these machines, those that may come in, with the hashes of their passwords. */
  readonly hashesOf: (machineIds: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;
}

/** A machine whose credentials were taken away is out within this time. */
const LOOK_AGAIN_MS = 2_000;

/** Who a client was found to be. A machine stays for as long as this hash of its password counts. */
interface Admitted {
  readonly user: string;
  readonly hash?: string;
}

/** An MQTT 3.1.1 broker for one computer: on loopback, with the same rules as the brokers for more. */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const admitted = new Map<Client, Admitted>();
  const userOf = (client: Client | null) => (client === null ? undefined : admitted.get(client)?.user);
  const broker = await Aedes.createBroker({
    preConnect: (_, packet, done) => {
      const { username } = packet;
      // As Mosquitto's use_username_as_clientid: nobody takes over a connection but the machine itself.
      if (username !== undefined && username !== SERVER_USER) packet.clientId = username;
      done(null, true);
    },
    authenticate: (client, username, password, answer) => {
      admit(options, username, password?.toString()).then(
        (found) => {
          if (found !== undefined) admitted.set(client, found);
          answer(null, found !== undefined);
        },
        // The database is away: nobody new comes in until it is back.
        () => answer(null, false),
      );
    },
    authorizePublish: (client, packet, done) => {
      done(mayWrite(userOf(client), packet.topic) ? null : new Error('not allowed to publish this'));
    },
    authorizeSubscribe: (client, subscription, done) => {
      done(null, maySubscribe(userOf(client), subscription.topic) ? subscription : null);
    },
    authorizeForward: (client, packet) => (mayRead(userOf(client), packet.topic) ? packet : null),
  });
  broker.on('clientDisconnect', (client) => admitted.delete(client));
  const watching = setInterval(() => void putOut(options, admitted), LOOK_AGAIN_MS);

  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `mqtt://127.0.0.1:${bound}`,
    stop: async () => {
      clearInterval(watching);
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function admit(
  { serverPassword, hashesOf }: EmbeddedBrokerOptions,
  user: string | undefined,
  password: string | undefined,
): Promise<Admitted | undefined> {
  if (user === undefined || password === undefined) return undefined;
  if (user === SERVER_USER) return equalSecrets(serverPassword, password) ? { user } : undefined;
  const hash = (await hashesOf([user])).get(user)?.find((one) => isPassword(password, one));
  return hash === undefined ? undefined : { user, hash };
}

/** Ends the connections of machines whose credentials do not count any more. */
async function putOut({ hashesOf }: EmbeddedBrokerOptions, admitted: Map<Client, Admitted>): Promise<void> {
  const machines = [...admitted].flatMap(([client, { user, hash }]) => {
    if (client.closed) admitted.delete(client);
    return client.closed || hash === undefined ? [] : { client, user, hash };
  });
  if (machines.length === 0) return;
  // While the database is away, whoever is in stays in.
  const valid = await hashesOf(machines.map(({ user }) => user)).catch(() => undefined);
  if (valid === undefined) return;
  for (const { client, user, hash } of machines) {
    if (valid.get(user)?.includes(hash) !== true) client.close();
  }
}
