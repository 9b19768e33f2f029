/** The limits of `serial` in the machine protocol: 20 lines of 120 characters hold a whole vend. */
const LINES_MAX = 20;
const LENGTH_MAX = 120;

/** The last lines of the serial link, kept until an event takes them along as its evidence. */
export class Transcript {
  private lines: string[] = [];

  sent(line: string): void {
    this.add(`> ${line}`);
  }

  received(line: string): void {
    this.add(`< ${line}`);
  }

  private add(line: string): void {
    this.lines.push(line.slice(0, LENGTH_MAX));
    if (this.lines.length > LINES_MAX) this.lines.shift();
  }

  take(): string[] {
    const taken = this.lines;
    this.lines = [];
    return taken;
  }
}
