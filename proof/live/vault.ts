/** Judges the live Vault: the tenant's namespace, its store, what its logins may do. */

import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { presenceOf } from "../../model/lifecycle";
import * as names from "../../model/names";
import type { Tenant } from "../../model/tenant";
import { policiesOf, vaultRoles } from "../../model/vault";
import { missing, type Reader } from "../reader";
import type { Ledger } from "../ledger";

const mounts = z.object({
  data: z.record(
    z.string(),
    z.object({ type: z.string(), options: z.record(z.string(), z.string()).nullish() }),
  ),
});
const policy = z.object({ data: z.object({ policy: z.string() }) });
const role = z.object({
  data: z.object({
    token_policies: z.array(z.string()),
    token_no_default_policy: z.boolean(),
    token_ttl: z.number(),
    token_max_ttl: z.number(),
    token_period: z.number(),
    token_bound_cidrs: z.array(z.string()).nullish(),
    bind_secret_id: z.boolean(),
    secret_id_num_uses: z.number(),
    secret_id_ttl: z.number(),
    secret_id_bound_cidrs: z.array(z.string()).nullish(),
  }),
});

const auths = z.object({ data: z.record(z.string(), z.unknown()) });
const keys = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** What is mounted in a namespace: our store, and what every namespace is born with and cannot lose. */
const MOUNTS = [`${names.VAULT_KV_MOUNT}/`, "cubbyhole/", "identity/", "sys/"];

/** The ways in that a namespace has: our logins, and the tokens that every namespace is born with. */
const WAYS_IN = [`${names.VAULT_APPROLE_MOUNT}/`, `${names.VAULT_KUBERNETES_MOUNT}/`, "token/"];

/** Policies that Vault brings along; no login of ours carries either. */
const BUILT_IN = ["default", "root"];

/** Of an environment that is no more: the engine removes it after the read-back, and no login that is judged carries it. */
const FORMER = /^tenant-read-[a-z0-9-]+$/;

/** Seconds in a day: no secret id may wait longer. */
const DAY = 86_400;

/** @param vault reads inside the tenant's namespace. */
export async function judgeVault(tenant: Tenant, vault: Reader, ledger: Ledger): Promise<void> {
  const { expect } = ledger.bench(tenant.name, "vault");
  const at = names.vaultNamespace(tenant.id);

  const mounted = await vault.get("sys/mounts").then((answer) => mounts.parse(answer), missing);
  expect(`namespace ${at}`, mounted !== undefined, "is missing");
  if (mounted === undefined) {
    return;
  }
  const foreign = Object.keys(mounted.data).filter((mount) => !MOUNTS.includes(mount));
  expect(`namespace ${at}`, foreign.length === 0, `has mounts that are not declared: ${foreign.join(", ")}`);
  const kv = mounted.data[`${names.VAULT_KV_MOUNT}/`];
  expect(
    `mount ${at}/${names.VAULT_KV_MOUNT}`,
    kv?.type === "kv" && kv.options?.["version"] === "2",
    "is missing or no KV version 2",
  );

  const ways = Object.keys(auths.parse(await vault.get("sys/auth")).data);
  const otherWays = ways.filter((way) => !WAYS_IN.includes(way));
  expect(
    `namespace ${at}`,
    otherWays.length === 0,
    `takes logins that are not declared, by ${otherWays.join(", ")}`,
  );
  const approles = await vault
    .get(`auth/${names.VAULT_APPROLE_MOUNT}/role?list=true`)
    .then((answer) => keys.parse(answer), missing);
  const others = (approles?.data.keys ?? []).filter((name) => !Object.keys(vaultRoles).includes(name));
  expect(`namespace ${at}`, others.length === 0, `has AppRoles that are not declared: ${others.join(", ")}`);

  const { runs } = presenceOf(tenant);
  const policies = policiesOf(tenant);
  const written = await vault.get("sys/policies/acl?list=true").then((answer) => keys.parse(answer), missing);
  const otherPolicies = (written?.data.keys ?? []).filter(
    (name) => ![...Object.keys(policies), ...BUILT_IN].includes(name) && !FORMER.test(name),
  );
  expect(
    `namespace ${at}`,
    otherPolicies.length === 0,
    `has policies that are not declared: ${otherPolicies.join(", ")}`,
  );
  for (const [name, rules] of Object.entries(runs ? policies : {})) {
    const live = await vault.get(`sys/policies/acl/${name}`).then((answer) => policy.parse(answer), missing);
    const text = live?.data.policy ?? "";
    expect(
      `policy ${at}/${name}`,
      sameDocument(text, { path: rules }),
      live === undefined ? "is missing" : "allows something else than declared",
    );
  }
  for (const [name, carried] of Object.entries(runs ? vaultRoles : {})) {
    const object = `AppRole ${at}/${name}`;
    const live = await vault
      .get(`auth/${names.VAULT_APPROLE_MOUNT}/role/${name}`)
      .then((answer) => role.parse(answer), missing);
    expect(object, live !== undefined, "is missing");
    if (live !== undefined) {
      const { data } = live;
      const { tokenTtl, tokenMaxTtl, boundCidrs } = tenant.secrets;
      expect(
        object,
        isDeepStrictEqual(data.token_policies, [carried]) && data.token_no_default_policy,
        `carries the policies ${[...data.token_policies, ...(data.token_no_default_policy ? [] : ["default"])].join(", ") || "none"} instead of ${carried}`,
      );
      expect(
        object,
        data.token_ttl === tokenTtl && data.token_max_ttl === tokenMaxTtl,
        `gives tokens of ${data.token_ttl} s, at most ${data.token_max_ttl} s, instead of ${tokenTtl} s, at most ${tokenMaxTtl} s`,
      );
      expect(object, data.token_period === 0, "gives tokens that can be renewed for ever");
      expect(object, data.bind_secret_id, "takes logins without a secret id");
      expect(
        object,
        data.secret_id_num_uses === 1,
        `takes a secret id ${data.secret_id_num_uses || "any number of"} times instead of once`,
      );
      expect(
        object,
        data.secret_id_ttl > 0 && data.secret_id_ttl <= DAY,
        `lets a secret id wait ${data.secret_id_ttl === 0 ? "for ever" : `${data.secret_id_ttl} s`}, more than ${DAY} s`,
      );
      const bound = [data.token_bound_cidrs, data.secret_id_bound_cidrs].every((cidrs) =>
        isDeepStrictEqual([...(cidrs ?? [])].sort(), [...boundCidrs].sort()),
      );
      expect(object, bound, "takes logins from other networks than declared");
    }
  }
}

/** A key that stands twice counts once to JSON and twice to Vault, so that the length must be right too. */
function sameDocument(text: string, declared: unknown): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return (
      isDeepStrictEqual(document, JSON.parse(JSON.stringify(declared))) &&
      text.replace(/\s/g, "").length === JSON.stringify(document).length
    );
  } catch {
    return false;
  }
}
