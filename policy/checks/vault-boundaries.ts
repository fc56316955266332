/** Whatever is declared in Vault lies in the namespace of one tenant and opens that tenant's secrets alone (R60-R62). */

import { isDeepStrictEqual } from "node:util";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import { policiesOf, vaultLogin, vaultRoles, type VaultRules } from "../../model/vault";
import type { ResourceCheck } from "../check";
import { at, inWords, listAt, textAt, UNKNOWN, type Declared, type Properties } from "../declared";
import { ownersOf } from "../owners";
import type { Setting } from "../project";

const NAMESPACE = "vault:index/namespace:Namespace";
const POLICY = "vault:index/policy:Policy";
const APP_ROLE = "vault:appRole/authBackendRole:AuthBackendRole";
const LOGIN = "vault:kubernetes/authBackendRole:AuthBackendRole";

export const vaultBoundaries: ResourceCheck = {
  name: "vault-boundaries",
  description:
    "Everything in Vault lies in a tenant's own namespace, and its logins open that tenant's secrets alone (R60-R62).",
  about: (type) => type.startsWith("vault:"),
  judge: (resource, setting) => {
    const { type, name, props } = resource;
    const path = at(props, type === NAMESPACE ? "path" : "namespace");
    if (path === UNKNOWN) {
      return [];
    }
    const tenant = ownersOf(setting).vaultNamespaces.get(inWords(path, ""));
    if (tenant === undefined) {
      return strangerFaults(resource, setting);
    }
    const inner = type === NAMESPACE ? at(props, "namespace") : undefined;
    return [
      ...(inner === undefined ? [] : [`lies inside the namespace ${inWords(inner)}`]),
      ...faultsIn(type, props, tenant),
    ].map((fault) => `${name} of tenant ${tenant.name}: ${fault}`);
  },
};

/** The platform keeps its own things in Vault's own namespace; a tenant list has none there. */
function strangerFaults({ type, name, props }: Declared, { kind }: Setting): string[] {
  const where = textAt(props, type === NAMESPACE ? "path" : "namespace");
  return kind === "list"
    ? [
        `${name}: ${where === undefined ? "lies outside every Vault namespace" : `the Vault namespace ${where} is no tenant's of this list`}; put it into its tenant's`,
      ]
    : [];
}

function faultsIn(type: string, props: Properties, tenant: Tenant): string[] {
  switch (type) {
    case POLICY:
      return policyFaults(props, tenant);
    case APP_ROLE:
      return appRoleFaults(props, tenant);
    case LOGIN:
      return loginFaults(props, tenant);
    default:
      return [];
  }
}

/** A policy of the model says what the model says; any other reaches secrets and nothing else. */
function policyFaults(props: Properties, tenant: Tenant): string[] {
  const [name, document] = [textAt(props, "name") ?? "", textAt(props, "policy")];
  if (document === undefined) {
    return [];
  }
  const rules = rulesOf(document);
  const declared = policiesOf(tenant)[name];
  if (rules === undefined) {
    return [`Vault policy ${name} is not JSON, so that nobody here can judge it; write it as JSON`];
  }
  const beyond = Object.entries(rules).filter(
    ([path, { capabilities }]) => !isWithin(path, capabilities, declared),
  );
  return beyond.map(
    ([path, { capabilities = [] }]) =>
      `Vault policy ${name} gives ${capabilities.join(", ")} on ${path}, which is not the tenant's secrets`,
  );
}

function rulesOf(document: string): VaultRules | undefined {
  try {
    return (JSON.parse(document) as { path?: VaultRules }).path;
  } catch {
    return undefined;
  }
}

function isWithin(
  path: string,
  capabilities: readonly string[] = [],
  declared: VaultRules | undefined,
): boolean {
  if (declared !== undefined) {
    const allowed: readonly string[] = declared[path]?.capabilities ?? [];
    return capabilities.every((capability) => allowed.includes(capability));
  }
  return (
    /^kv\/(data|metadata|delete|undelete)\/[^+]*$/.test(path) &&
    !path.includes("..") &&
    capabilities.every((capability) => !["sudo", "root"].includes(capability))
  );
}

function appRoleFaults(props: Properties, tenant: Tenant): string[] {
  const role = textAt(props, "roleName") ?? "";
  const policy = (vaultRoles as Readonly<Record<string, string>>)[role];
  const cidrs = [listAt(props, "tokenBoundCidrs"), listAt(props, "secretIdBoundCidrs")];
  return [
    ...tokenFaults(props, tenant, policy === undefined ? Object.keys(policiesOf(tenant)) : [policy]),
    ...(at(props, "secretIdNumUses") === 1 ? [] : ["secret ids are good for more than one login"]),
    ...(cidrs.every((bound) => isDeepStrictEqual(bound, tenant.secrets.boundCidrs))
      ? []
      : ["logins are not bound to the networks of the tenant's file (secrets.boundCidrs)"]),
  ].map((fault) => `AppRole ${role}: ${fault}`);
}

function loginFaults(props: Properties, tenant: Tenant): string[] {
  const role = textAt(props, "roleName") ?? "";
  const accounts = listAt(props, "boundServiceAccountNames");
  const within = listAt(props, "boundServiceAccountNamespaces");
  const namespace = tenant.namespaces.find((one) => vaultLogin(one).role === role);
  const own = tenant.namespaces.map(({ name }) => name);
  const allowed = namespace === undefined ? own : [namespace.name];
  const policies = namespace === undefined ? Object.keys(policiesOf(tenant)) : [vaultLogin(namespace).policy];
  return [
    ...(isDeepStrictEqual(accounts, [names.SECRET_READER])
      ? []
      : [
          `takes the ServiceAccounts ${accounts.map((one) => inWords(one)).join(", ")} instead of ${names.SECRET_READER}`,
        ]),
    ...(within.length > 0 && within.every((one) => typeof one === "string" && allowed.includes(one))
      ? []
      : [
          `takes ServiceAccounts of ${within.map((one) => inWords(one)).join(", ")} instead of ${allowed.join(", ")}`,
        ]),
    ...tokenFaults(props, tenant, policies),
  ].map((fault) => `Vault login ${role}: ${fault}`);
}

/** What every token of a tenant is held to. */
function tokenFaults(props: Properties, { secrets }: Tenant, policies: readonly string[]): string[] {
  const carried = listAt(props, "tokenPolicies");
  const lasts = (field: string, most: number) => {
    const seconds = at(props, field);
    return typeof seconds === "number" && seconds > 0 && seconds <= most
      ? []
      : [`${field} is ${inWords(seconds, "Vault's own")} instead of at most ${most} seconds`];
  };
  return [
    ...(carried.every((policy) => typeof policy === "string" && policies.includes(policy))
      ? []
      : [
          `carries the policies ${carried.map((one) => inWords(one)).join(", ")} instead of ${policies.join(", ")}`,
        ]),
    ...(at(props, "tokenNoDefaultPolicy") === true ? [] : ["carries Vault's default policy besides"]),
    ...lasts("tokenTtl", secrets.tokenTtl),
    ...lasts("tokenMaxTtl", secrets.tokenMaxTtl),
  ];
}
