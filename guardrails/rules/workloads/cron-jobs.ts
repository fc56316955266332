/** Every Job that is kept is an object in the database that all tenants share, and its pods with it (R34). */

import { CRON_JOB } from "../../kinds";
import { workload } from "../../examples";
import { text, type Rule } from "../../rule";
import { workloadWith } from "./objects";

const FIELDS = ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"];
const MOST = 10;
const ENDLESS = 2_147_483_647;

function limit(object: string, field: string): string {
  return `${object}.spec.?${field}.orValue(1)`;
}

export const cronJobHistory: Rule = {
  name: "cron-jobs",
  requirements: ["R34"],
  matches: [{ kinds: [CRON_JOB], operations: ["CREATE", "UPDATE"] }],
  offences: FIELDS.map(
    (field) => `(${limit("object", field)} > ${MOST} &&
      (request.operation == "CREATE" || ${limit("object", field)} != ${limit("oldObject", field)})
      ? [${text(`${field} is `)} + string(int(${limit("object", field)}))] : [])`,
  ).join(" + "),
  why: "Jobs that are kept fill the database that all tenants share",
  cure: `Keep ${MOST} or fewer; logs tell of older ones`,
  examples: {
    passes: [
      {
        what: "every minute, with the usual history",
        object: workloadWith("CronJob", { schedule: "* * * * *" }),
      },
      {
        what: "as many as may be kept",
        object: workloadWith("CronJob", { successfulJobsHistoryLimit: MOST, failedJobsHistoryLimit: 0 }),
      },
    ],
    fails: [
      {
        what: "all that were ever run (A144)",
        object: workloadWith("CronJob", { schedule: "* * * * *", successfulJobsHistoryLimit: ENDLESS }),
        says: `successfulJobsHistoryLimit is ${ENDLESS}`,
      },
      {
        what: "all that failed",
        object: workloadWith("CronJob", { failedJobsHistoryLimit: MOST + 1 }),
        says: `failedJobsHistoryLimit is ${MOST + 1}`,
      },
      {
        what: "limits that are raised",
        before: workload("CronJob"),
        object: workloadWith("CronJob", { successfulJobsHistoryLimit: 100, failedJobsHistoryLimit: 100 }),
        says: "successfulJobsHistoryLimit is 100, failedJobsHistoryLimit is 100",
      },
    ],
  },
};
