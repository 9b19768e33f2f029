import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { parseXml, textAt, type XmlElement } from '../xml.js';

export interface SoapAnswer {
  readonly status: number;
  readonly text: string;
  /** The child of the reply's Body. */
  readonly message: XmlElement;
  readonly resultCode: string | undefined;
  readonly faultString: string | undefined;
}

/** Posts one SOAP request as it is. */
export async function postSoap(url: string, body: string, headers: Record<string, string> = {}): Promise<SoapAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: '""', ...headers },
    body,
  });
  const text = await response.text();
  const message = parseXml(text).children[0]?.children[0];
  if (!message) throw new Error('the reply has no message');
  const resultCode = textAt(message, 'return/resultCode');
  return { status: response.status, text, message, resultCode, faultString: textAt(message, 'faultstring') };
}

/** Calls the control interface. */
export async function control(url: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/sandbox/${path}`, {
    method,
    ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

export interface ReceivedCall {
  readonly path: string;
  readonly method: string;
  readonly body: string;
}

/** A merchant's web server: keeps what it receives and answers as it is told. */
export async function startMerchant(answer: (call: ReceivedCall) => { status: number; body?: string } | 'silence') {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const call = { path: request.url ?? '', method: request.method ?? '', body: await readText(request) };
      calls.push(call);
      server.emit('call');
      const told = answer(call);
      if (told !== 'silence') {
        response.writeHead(told.status, { 'Content-Type': 'application/json' }).end(told.body ?? '');
      }
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    /** Resolves when so many calls have come in. */
    received: async (count: number) => {
      while (calls.length < count) await once(server, 'call');
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
