/** Progress for somebody at a terminal: the step at hand turns on the spot, with the resources of each tenant. */

import type { Progress } from "../../automation/progress";
import { onError } from "./colors";
import type { Output } from "./output";
import { Spinner } from "./spinner";
import { factsInWords, planInWords, stepInWords } from "./words";

/** Tenants that fit on the line. */
const MOST_TENANTS = 4;

export function liveOutput(): Output {
  const spinner = new Spinner(process.stderr);
  const steps: string[] = [];
  const done = new Map<string, number>();
  let at = "";

  const draw = () => {
    const step = steps.at(-1) ?? "working";
    const counts = [...done].slice(-MOST_TENANTS).map(([tenant, count]) => `${tenant} ${count}`);
    spinner.turn([step, at, counts.join(", ")].filter((part) => part !== "").join(" · "));
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
        const facts = progress.facts === undefined ? "" : onError.dim(` ${factsInWords(progress.facts)}`);
        spinner.settle(
          `${progress.status === "failed" ? onError.red("✘") : onError.green("✔")} ${words}${facts}`,
        );
        return steps.length > 0 ? draw() : undefined;
      }
      case "resource":
        if (progress.status === "done") {
          done.set(progress.tenant, (done.get(progress.tenant) ?? 0) + 1);
        }
        at = `${progress.component} of ${progress.tenant}`;
        return draw();
      case "plan":
        return spinner.settle(planInWords(progress.tenants).replace(/^/gm, "  "));
      case "note":
        return spinner.settle(`${onError.yellow("note")}: ${progress.message}`);
      default:
        return undefined;
    }
  };
  return {
    watch,
    pause: () => spinner.settle(),
    end: (last, text) => {
      spinner.settle();
      if (last.type === "failure") {
        process.stderr.write(`${onError.red("failed")}: ${last.message}\n`);
      } else if (text !== "") {
        process.stdout.write(`${text}\n`);
      }
    },
  };
}
