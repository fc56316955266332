/** Ctrl-C: once ends a command gracefully, twice at once. */

import { exitCodes } from "../automation/outcome";

const CTRL_C = "\u0003";

/**
 * At a terminal Ctrl-C is read as a key. As a signal it would go to every process of the command, the engine too, which
 * is also told by the signal of the run: the engine counts two, drops what it is doing and leaves its state behind.
 */
export class Interrupts {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;

  constructor(private readonly tell: (message: string) => void) {
    process.on("SIGINT", this.stop).on("SIGTERM", this.stop);
    this.listen();
  }

  /** Leaves the keys to a question while it is asked. */
  async lend<T>(ask: () => Promise<T>): Promise<T> {
    this.deaf();
    try {
      return await ask();
    } finally {
      this.listen();
    }
  }

  off(): void {
    process.off("SIGINT", this.stop).off("SIGTERM", this.stop);
    this.deaf();
  }

  private listen(): void {
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(true).on("data", this.key).resume();
    }
  }

  private deaf(): void {
    if (process.stdin.isTTY) {
      process.stdin.off("data", this.key).setRawMode(false).pause();
    }
  }

  private readonly key = (typed: Buffer): void => {
    if (typed.toString().includes(CTRL_C)) {
      this.stop();
    }
  };

  private readonly stop = (): void => {
    if (this.signal.aborted) {
      process.exit(exitCodes.cancelled);
    }
    this.tell("ending gracefully; once more ends at once and may leave work half done");
    this.controller.abort();
  };
}
