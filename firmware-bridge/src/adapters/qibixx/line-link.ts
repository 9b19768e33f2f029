import type { ByteLink } from '../serial-link.js';
import { LineFramer } from './framing.js';

/** What a link tells the adapter that uses it. */
export interface LinkListener {
  opened(): void;
  line(text: string): void;
  garbage(detail: string): void;
  closed(reason: string): void;
}

/** Lines in both directions; otherwise as `ByteLink`. */
export interface LineLink {
  start(listener: LinkListener): void;
  write(line: string): void;
  drop(reason: string): void;
  settled(): void;
  stop(): Promise<void>;
}

/** The maker's USB units and Pi hats talk at this speed. */
export const QIBIXX_BAUD = 115_200;

export function linesOver(link: ByteLink): LineLink {
  let framer = new LineFramer();
  return {
    start: (listener) =>
      link.start({
        opened: () => {
          framer = new LineFramer();
          listener.opened();
        },
        bytes: (chunk) => {
          const current = framer;
          for (const frame of current.push(chunk)) {
            // A line may have closed the port: what came behind it belongs to nothing any more.
            if (framer !== current) return;
            if ('line' in frame) listener.line(frame.line);
            else listener.garbage(frame.garbage);
          }
        },
        closed: (reason) => {
          framer = new LineFramer();
          listener.closed(reason);
        },
      }),
    write: (line) => link.write(Buffer.from(`${line}\n`, 'latin1')),
    drop: (reason) => link.drop(reason),
    settled: () => link.settled(),
    stop: () => link.stop(),
  };
}
