/** Who is behind a command, for the audit log: a person at a terminal, or the run of a pipeline that somebody started. */

import * as os from "node:os";
import type { Environment } from "../../proof/connect";
import { engineEnvironment } from "../identity";
import type { Project } from "../workspace";

/** A PROV-O agent. */
export type Agent =
  | { readonly "@type": "prov:Person"; readonly name: string }
  | {
      readonly "@type": "prov:SoftwareAgent";
      /** Address of the pipeline's run, where people can read what it did. */
      readonly "@id": string;
      readonly "prov:actedOnBehalfOf": { readonly "@type": "prov:Person"; readonly name: string };
    };

/**
 * @param actor whom to name; default: who started the pipeline of GitHub or GitLab, else the user and host of this
 * process. A name is what the caller's surroundings say and proves nothing: what the servers let happen is proven by
 * their own audit logs.
 */
export function agentOf(environment: Environment, actor?: string): Agent {
  const run = pipelineRun(environment);
  const name = actor ?? run?.actor ?? `${userName(environment)}@${os.hostname()}`;
  const person = { "@type": "prov:Person", name } as const;
  return run === undefined
    ? person
    : { "@type": "prov:SoftwareAgent", "@id": run.url, "prov:actedOnBehalfOf": person };
}

/** The person who runs a command, by name. */
export function runnerOf(options: Project & { readonly actor?: string }): string {
  const agent = agentOf(engineEnvironment(options), options.actor);
  return agent["@type"] === "prov:Person" ? agent.name : agent["prov:actedOnBehalfOf"].name;
}

function pipelineRun(environment: Environment): { url: string; actor: string } | undefined {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id,
    GITHUB_ACTOR: githubActor,
    CI_JOB_URL: job,
    GITLAB_USER_LOGIN: gitlabActor,
  } = environment;
  if (server !== undefined && repository !== undefined && id !== undefined) {
    return { url: `${server}/${repository}/actions/runs/${id}`, actor: githubActor ?? "unknown" };
  }
  return job === undefined ? undefined : { url: job, actor: gitlabActor ?? "unknown" };
}

/** Containers often run under a number that no table gives a name. */
function userName(environment: Environment): string {
  try {
    return os.userInfo().username;
  } catch {
    return environment["USER"] ?? String(process.getuid?.() ?? "unknown");
  }
}
