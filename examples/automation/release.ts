/** A release of many lists from a pipeline of one's own: every plan first, nothing applied where one is refused. */

import { preview, RunFailure, up, type Progress } from "tenantry/automation";

const [, , ...lists] = process.argv;

function tell(list: string) {
  return (progress: Progress) => {
    if (progress.type === "step" && progress.status !== "begun") {
      console.error(`${list}: ${progress.tenant ?? ""} ${progress.step}: ${progress.status}`);
    }
  };
}

async function release(): Promise<void> {
  for (const stack of lists) {
    const { tenants } = await preview({ stack });
    console.log(stack, tenants);
  }
  for (const stack of lists) {
    await up({ stack, watch: tell(stack) });
  }
}

release().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof RunFailure ? error.exitCode : 1;
});
