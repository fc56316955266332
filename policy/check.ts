/** What a policy of the pack is, before the policy SDK sees it. */

import type { Policies, PolicyConfigSchema } from "@pulumi/policy";
import { declared, type Declared } from "./declared";
import { settingOf, type Setting } from "./project";

type PackPolicy = Policies[number];

interface Check {
  /** Kebab-case; what `--policy-pack-config` calls it. */
  readonly name: string;
  /** One sentence, with the rows of the requirements that it answers. */
  readonly description: string;
  /** Whether it tells only, unless the pack's config says otherwise. */
  readonly advisory?: true;
}

/** Judges each resource by itself, before it is made. */
export interface ResourceCheck extends Check {
  /** Whether it looks at resources of a type. */
  readonly about: (type: string) => boolean;
  /** What is wrong with the resource, a sentence each. */
  readonly judge: (resource: Declared, setting: Setting) => readonly string[];
}

/** Judges all resources of a stack of this project together: what is missing, and what two of them share. */
export interface StackCheck extends Check {
  /** Whether it looks at a stack: the platform, or a tenant list. */
  readonly of: "platform" | "list";
  /** What is wrong with the stack, a sentence each. */
  readonly judgeStack: (resources: readonly Declared[], setting: Setting) => readonly string[];
}

interface Config {
  /** Folder of the project whose tenants and platform are meant. */
  readonly project?: string;
}

const configSchema: PolicyConfigSchema = {
  properties: {
    project: {
      type: "string",
      description:
        "Folder of the Tenantry project; default: the one that holds the pack, or the current one.",
    },
  },
};

/** The check as the policy SDK takes it. */
export function resourcePolicy(check: ResourceCheck): PackPolicy {
  return {
    ...common(check),
    validateResource: (args, report) => {
      if (check.about(args.type)) {
        const setting = settingOf(args.urn, args.getConfig<Config>().project);
        check.judge(declared(args), setting).forEach((sentence) => report(sentence));
      }
    },
  };
}

/** The check as the policy SDK takes it. Stacks of other programs are none of its business. */
export function stackPolicy(check: StackCheck): PackPolicy {
  return {
    ...common(check),
    validateStack: (args, report) => {
      const setting = settingOf(args.resources[0]?.urn ?? "", args.getConfig<Config>().project);
      if (setting.kind === check.of) {
        check.judgeStack(args.resources.map(declared), setting).forEach((sentence) => report(sentence));
      }
    },
  };
}

function common({ name, description, advisory }: Check) {
  return { name, description, configSchema, ...(advisory && { enforcementLevel: "advisory" as const }) };
}
