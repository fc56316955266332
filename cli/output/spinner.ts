/**
 * One line that turns on the spot until it is settled. It reads no keys: a spinner that does would take Ctrl-C for
 * itself and end the process, with the engine at work.
 */

import type { WriteStream } from "node:tty";

const FRAMES = ["◒", "◐", "◓", "◑"];
const INTERVAL_MS = 120;
/** Where a terminal does not say. */
const USUAL_COLUMNS = 80;
const CLEAR_LINE = "\r\u001b[2K";

export class Spinner {
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;
  private message = "";

  constructor(private readonly output: WriteStream) {}

  /** Shows the message, in place of the one before. */
  turn(message: string): void {
    this.message = message;
    this.timer ??= setInterval(() => this.draw(), INTERVAL_MS).unref();
    this.draw();
  }

  /** Takes the line away, and leaves a lasting one in its place. */
  settle(line?: string): void {
    if (this.timer !== undefined) {
      clearInterval(this.timer);
      this.timer = undefined;
      this.output.write(CLEAR_LINE);
    }
    if (line !== undefined) {
      this.output.write(`${line}\n`);
    }
  }

  private draw(): void {
    const frame = FRAMES[this.frame++ % FRAMES.length] ?? "";
    // A line that wraps could not be taken away again.
    const room = Math.max(0, (this.output.columns || USUAL_COLUMNS) - frame.length - 2);
    this.output.write(`${CLEAR_LINE}${frame} ${this.message.slice(0, room)}`);
  }
}
