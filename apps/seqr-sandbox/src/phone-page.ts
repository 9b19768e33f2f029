import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';

import { send } from './http.js';
import { projectFile } from './project-files.js';

const FILES = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/phone.css', 'phone.css', 'text/css; charset=utf-8'],
  ['/phone.js', 'phone.js', 'text/javascript; charset=utf-8'],
  ['/book.js', 'book.js', 'text/javascript; charset=utf-8'],
  ['/book-panels.js', 'book-panels.js', 'text/javascript; charset=utf-8'],
  ['/words.js', 'words.js', 'text/javascript; charset=utf-8'],
] as const;

/** The payer's phone in the browser: a few small files, nothing from anywhere else. */
export class PhonePage {
  private constructor(private readonly files: ReadonlyMap<string, { readonly type: string; readonly body: string }>) {}

  static async load(): Promise<PhonePage> {
    const read = FILES.map(async ([path, file, type]) => {
      const body = await readFile(projectFile(`apps/seqr-sandbox/phone/${file}`), 'utf8');
      return [path, { type, body }] as const;
    });
    return new PhonePage(new Map(await Promise.all(read)));
  }

  /** Sends the file at this path; false when there is none. */
  send(response: ServerResponse, path: string): boolean {
    const file = this.files.get(path);
    if (!file) return false;
    response.setHeader('Content-Security-Policy', "default-src 'self'; img-src data:; frame-ancestors 'none'");
    response.setHeader('X-Content-Type-Options', 'nosniff');
    send(response, 200, file.type, file.body);
    return true;
  }
}
