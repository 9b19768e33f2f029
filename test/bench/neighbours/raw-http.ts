import { type Socket, connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const HEAD_END = '\r\n\r\n';

export interface Target {
  readonly url: string;
  /** PEM to trust, for https. */
  readonly ca?: string;
}

/**
 * One kept-alive connection that posts one request after the other, and does nothing it need not: whoever generates load
 * takes CPU from what is measured.
 */
export class RawConnection {
  private received = '';
  private taken: ((body: string) => void) | undefined;
  private failed: ((error: Error) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly host: string,
  ) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.take(chunk));
    socket.on('error', (error) => this.failed?.(error));
    socket.on('close', () => this.failed?.(new Error('the connection was closed')));
  }

  static open({ url, ca }: Target): Promise<RawConnection> {
    const { protocol, hostname, port, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const opened = (): void => {
        socket.off('error', reject);
        resolve(new RawConnection(socket, host));
      };
      const socket: Socket =
        protocol === 'https:'
          ? connectTls({ host: hostname, port: Number(port), ca, servername: hostname }, opened)
          : connect({ host: hostname, port: Number(port) }, opened);
      socket.once('error', reject);
    });
  }

  /** @throws Error for another status than 200. */
  post(path: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new Error('the connection was closed'));
      this.taken = resolve;
      this.failed = reject;
      this.socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${this.host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}${HEAD_END}${body}`,
      );
    });
  }

  close(): void {
    this.failed = undefined;
    this.socket.destroy();
  }

  /** The other side closes what it has not heard of for a while. */
  get isOpen(): boolean {
    return this.socket.writable;
  }

  private take(chunk: string): void {
    this.received += chunk;
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.received.slice(0, headEnd);
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (length === undefined) {
      this.failed?.(new Error(`a reply without its length: ${head}`));
      return;
    }
    const bodyEnd = headEnd + HEAD_END.length + Number(length);
    if (this.received.length < bodyEnd) return;
    const body = this.received.slice(headEnd + HEAD_END.length, bodyEnd);
    this.received = this.received.slice(bodyEnd);
    if (head.startsWith('HTTP/1.1 200')) this.taken?.(body);
    else this.failed?.(new Error(`${head.slice(0, 40)}: ${body.slice(0, 200)}`));
  }
}

/** Kept-alive connections for requests that come when they come. */
export class RawPool {
  private readonly idle: RawConnection[] = [];

  constructor(private readonly target: Target) {}

  async post(path: string, body: string): Promise<string> {
    const connection = this.kept() ?? (await RawConnection.open(this.target));
    const reply = await connection.post(path, body);
    this.idle.push(connection);
    return reply;
  }

  private kept(): RawConnection | undefined {
    for (let one = this.idle.pop(); one !== undefined; one = this.idle.pop()) if (one.isOpen) return one;
    return undefined;
  }

  close(): void {
    for (const connection of this.idle.splice(0)) connection.close();
  }
}
