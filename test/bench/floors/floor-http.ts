import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers every request with what `answer` makes of its path and body, and 500 where it fails. @returns the URL. */
export async function listen(answer: (path: string, body: string) => Promise<string>): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      answer(request.url ?? '', body).then(
        (text) => response.writeHead(200, { 'content-length': text.length }).end(text),
        () => response.writeHead(500, { 'content-length': 0 }).end(),
      );
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
