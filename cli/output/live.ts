/** Progress for somebody at a terminal: the step at hand turns on the spot, with the resources of each tenant. */

import { log, spinner } from "@clack/prompts";
import pc from "picocolors";
import type { Progress } from "../../automation/progress";
import type { Output } from "./output";
import { factsInWords, planInWords, stepInWords } from "./words";

/** Tenants that fit on the line. */
const MOST_TENANTS = 4;

export function liveOutput(): Output {
  const { stderr: output } = process;
  const turning = spinner({ output });
  const steps: string[] = [];
  const done = new Map<string, number>();
  let at = "";
  let running = false;

  const draw = () => {
    const step = steps.at(-1) ?? "working";
    const counts = [...done].slice(-MOST_TENANTS).map(([tenant, count]) => `${tenant} ${count}`);
    const message = [step, at, counts.join(", ")].filter((part) => part !== "").join(pc.dim(" · "));
    if (running) {
      turning.message(message);
    } else {
      turning.start(message);
      running = true;
    }
  };
  const settle = (text?: string, failed = false) => {
    if (running) {
      running = false;
      if (text === undefined) {
        turning.clear();
      } else if (failed) {
        turning.error(text);
      } else {
        turning.stop(text);
      }
    } else if (text !== undefined) {
      (failed ? log.error : log.success)(text, { output });
    }
  };

  const watch = (progress: Progress) => {
    switch (progress.type) {
      case "step": {
        const words = stepInWords(progress);
        if (progress.status === "begun") {
          steps.push(words);
          return draw();
        }
        steps.pop();
        at = "";
        done.clear();
        const facts = progress.facts === undefined ? "" : pc.dim(` ${factsInWords(progress.facts)}`);
        settle(words + facts, progress.status === "failed");
        return steps.length > 0 ? draw() : undefined;
      }
      case "resource":
        if (progress.status === "done") {
          done.set(progress.tenant, (done.get(progress.tenant) ?? 0) + 1);
        }
        at = `${progress.component} of ${progress.tenant}`;
        return draw();
      case "plan":
        settle();
        return log.message(planInWords(progress.tenants), { output });
      case "note":
        settle();
        return log.warn(progress.message, { output });
      default:
        return undefined;
    }
  };
  return {
    watch,
    pause: () => settle(),
    end: (last, text) => {
      settle();
      if (last.type === "failure") {
        process.stderr.write(`${pc.red("failed")}: ${last.message}\n`);
      } else if (text !== "") {
        process.stdout.write(`${text}\n`);
      }
    },
  };
}
