/** What the program declares, as the policy SDK would hand it to a policy at the first preview. */

import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import { unknownCheckingProxy, type PolicyResource } from "@pulumi/policy";
import * as vault from "@pulumi/vault";
import { Platform as PlatformComponent } from "../../components/platform";
import { declareTenants } from "../../components/tenant-list";
import type { Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { declared, type Declared } from "../../policy/declared";
import { equipped, neighbour, tenantOf } from "../components/fixtures";
import { graphOf, type Declared as Graphed } from "../components/graph";

export const platform = equipped(
  {},
  { guardrails: { registries: ["registry.example.com/"], rules: { privileged: "audit" } } },
);

/** One protected tenant, one whose name begins alike, and one that keeps its secrets in AWS. */
export const tenants: readonly Tenant[] = [
  tenantOf("sensitive", { pool: { name: "sensitive", own: true } }),
  tenantOf("standard", neighbour),
  tenantOf("standard", {
    name: "soylent",
    id: "6e5d4c3b-2a19-4f08-9e7d-5c4b3a291807",
    namespaces: [{ name: "tenant-soylent", key: "soylent", quota: tenantOf("standard").quota }],
    secrets: {
      engine: "aws-secrets-manager",
      names: ["database"],
      tokenTtl: 1,
      tokenMaxTtl: 1,
      boundCidrs: [],
    },
    podSecurity: "baseline",
  }),
];

/** The resources of the tenant list, as far as they are known at the first preview. */
export function listGraph(
  of: readonly Tenant[] = tenants,
  on: Platform = platform,
): Promise<PolicyResource[]> {
  return resources(() =>
    declareTenants(of, on, [
      new kubernetes.Provider("cluster", {}),
      new aws.Provider("account", { region: "eu-central-1" }),
      new vault.Provider("vault", {}),
    ]),
  );
}

/** The same of the platform. */
export function platformGraph(on: Platform = platform): Promise<PolicyResource[]> {
  const providers = () => [
    new kubernetes.Provider("cluster", {}),
    new aws.Provider("account", { region: "eu-central-1" }),
    new vault.Provider("vault", {}),
  ];
  return resources(
    () => new PlatformComponent("platform", { platform: on, facts: on }, { providers: providers() }),
  );
}

async function resources(declare: () => unknown): Promise<PolicyResource[]> {
  const graph = await graphOf(declare);
  return graph.filter(({ custom }) => custom).map(resource);
}

function resource({ type, name, props, opts }: Graphed): PolicyResource {
  return resourceOf(type, name, plain(props), opts.protect ?? false);
}

/** As the policy SDK hands properties to policies; it exports the function and leaves out its type. */
const withTraps = unknownCheckingProxy as (props: Record<string, unknown>) => Record<string, unknown>;

/** A resource of the list `sample` of this project, or of another program. */
export function resourceOf(
  type: string,
  name: string,
  props: Record<string, unknown>,
  protect = false,
  place = "sample::tenantry",
): PolicyResource {
  return {
    type,
    name,
    urn: `urn:pulumi:${place}::${type}::${name}`,
    props: withTraps(props),
    opts: {
      protect,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  };
}

export const asDeclared = (of: PolicyResource): Declared => declared(of);

/** How the engine tells a policy of a text that it does not know yet. */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function plain(props: Record<string, unknown>): Record<string, unknown> {
  const known = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if ("apply" in value) {
      return UNKNOWN_TEXT;
    }
    return Array.isArray(value)
      ? value.map(known)
      : Object.fromEntries(
          Object.entries(value)
            .filter(([, inner]) => inner !== undefined)
            .map(([key, inner]) => [key, known(inner)]),
        );
  };
  return known(props) as Record<string, unknown>;
}
