/** What the examples' pipelines run, read out of their files as GitHub and GitLab would. */

import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

const EXAMPLES = path.join(__dirname, "..", "..", "examples");

export interface Job {
  readonly env: Readonly<Record<string, string>>;
  /** Lines for a shell, in their order; those of the set-up are left out. */
  readonly script: readonly string[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly "timeout-minutes"?: number;
        readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
        readonly environment?: string;
        readonly steps: readonly {
          readonly uses?: string;
          readonly run?: string;
          readonly if?: string;
          readonly with?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

export function read(file: string): string {
  return fs.readFileSync(path.join(EXAMPLES, file), "utf8");
}

export function githubWorkflow(): Workflow {
  return parse(read("github/tenants.yml")) as Workflow;
}

export function githubJob(name: string): Job {
  const { env, jobs } = githubWorkflow();
  const script = (jobs[name]?.steps ?? []).flatMap(({ run }) => run ?? []);
  return { env: own(env), script };
}

export type GitlabPipeline = Readonly<
  Record<
    string,
    {
      readonly script?: readonly string[];
      readonly timeout?: string;
      readonly resource_group?: string;
      readonly interruptible?: boolean;
      readonly environment?: string;
      readonly cache?: { readonly key: string; readonly paths: readonly string[]; readonly when: string };
      readonly artifacts?: { readonly paths: readonly string[] };
    }
  >
>;

export function gitlabPipeline(): GitlabPipeline {
  return parse(read("gitlab/.gitlab-ci.yml")) as GitlabPipeline;
}

export function gitlabJob(name: string): Job {
  const { [name]: job, variables } = gitlabPipeline();
  return { env: own(variables as Record<string, string>), script: job?.script ?? [] };
}

/** What the file itself sets; the rest comes from the forge's settings. */
function own(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !value.includes("${{")));
}
