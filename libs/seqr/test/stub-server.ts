import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server of this process that records what it is sent and answers as it is told. */
export interface StubServer {
  readonly endpoint: string;
  readonly requests: RecordedRequest[];
  stop(): Promise<void>;
}

export async function startStub(answer: RequestListener): Promise<StubServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(request, response);
    });
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}/soap/merchant/cashregister-2`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A reply as SEQR's server writes one. @param fields what stands in `return` */
export function envelope(operation: string, fields: string): string {
  return (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `<ns2:${operation}Response xmlns:ns2="http://external.interfaces.ers.seamless.com/">` +
    `<return>${fields}</return></ns2:${operation}Response></soap:Body></soap:Envelope>`
  );
}

/** Answers every request with one document, as SEQR's server would. */
export function always(text: string, status = 200): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'text/xml;charset=UTF-8' }).end(text);
  };
}
