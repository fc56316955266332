/**
 * Who climbs from the provisioner's place, and with what: the documents that the program declares for a tenant, sent to
 * the API server whole or spoilt.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { NodePool } from "../../components/node-pool";
import { declareTenants } from "../../components/tenant-list";
import { readPlatform, readPlatformOutput, type Platform } from "../../model/platform";
import type { Tenant } from "../../model/tenant";
import { kubeconfigFor } from "../../sandbox/identity";
import { tenantOf } from "../components/fixtures";
import { graphOf, type Declared } from "../components/graph";
import { asServiceAccount, sandbox, standing } from "./fixture";
import { asker, type Answer, type Ask } from "./kubernetes";

export interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** The platform of the sandbox's stack, as its tenant lists see it. */
export function sandboxPlatform(): Platform {
  const { project, env } = sandbox();
  const file = path.join(project.directory, "stacks", "Pulumi.platform.yaml");
  const { config } = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const spec = readPlatform(config["tenantry:platform"]);
  return readPlatformOutput({ ...spec, clusterUid: "", vaultAddress: env["VAULT_ADDR"] });
}

/** Every document of a tenant, with nodes of its own, by kind and name. */
export async function documentsOf(tenant: Tenant): Promise<ReadonlyMap<string, Document>> {
  const platform = sandboxPlatform();
  const graph = await graphOf(async () => {
    new NodePool(tenant.name, { tenant, platform }, {});
    await declareTenants([tenant], platform, []);
  });
  const documents = await Promise.all(
    graph.filter(({ type, custom }) => custom && type.startsWith("kubernetes:")).map(documentOf),
  );
  return new Map(documents.map((document) => [`${document.kind} ${document.metadata.name}`, document]));
}

async function documentOf({ type, props }: Declared): Promise<Document> {
  const known = await new Promise<object>((resolve) => pulumi.output(props).apply(resolve));
  const [, apiVersion = "", kind = ""] = type.split(":");
  const document = { apiVersion: apiVersion.replace(/^core\//, ""), kind, ...known };
  return JSON.parse(JSON.stringify(document)) as Document;
}

/** The document with one field set to another value; undefined takes the field away. */
export function spoilt(document: Document, at: readonly (string | number)[], value: unknown): Document {
  const copy = structuredClone(document);
  const [last = "", ...outwards] = [...at].reverse();
  const inner = outwards
    .reverse()
    .reduce<Record<string, unknown>>(
      (field, key) => field[key] as Record<string, unknown>,
      copy as unknown as Record<string, unknown>,
    );
  inner[last] = value;
  return copy;
}

/** Where documents of its kind are. */
export function folderOf({ apiVersion, kind, metadata }: Document): string {
  const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const within = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${base}${within}/${kind.toLowerCase().replace(/y$/, "ie").replace(/ss$/, "sse")}s`;
}

/** Creates a document, or only asks whether it could. */
export function create(who: Ask, document: Document, query = "?dryRun=All"): Promise<Answer> {
  return who("POST", `${folderOf(document)}${query}`, document);
}

export interface Climbers {
  readonly provisioner: Ask;
  /** In the provisioner's group and in another. */
  readonly person: Ask;
  /** In the provisioner's group, and a master of the cluster: RBAC refuses it nothing, the guard stands alone. */
  readonly unbridled: Ask;
}

const GROUP = "tenantry:provisioners";

/** Those who climb, where the platform and the sample list stand. */
export async function climbers(): Promise<Climbers> {
  await standing();
  const member = (user: string, group: string) =>
    asker(kubeconfigFor(user, [GROUP, group], undefined, sandbox().dataDir));
  return {
    provisioner: await asServiceAccount("tenantry-system", "provisioner"),
    person: await member("pia@platform.example", "platform-team"),
    unbridled: await member("eve@platform.example", "system:masters"),
  };
}

/** A tenant with every plane in use, of no list of the ring. */
export function tenantWithAll(name: string, id: string, podCidr: string): Tenant {
  const { quota } = tenantOf("dedicated");
  return tenantOf("dedicated", {
    name,
    id,
    list: "climbing",
    namespaces: [{ name: `tenant-${name}`, key: name, quota }],
    network: {
      egress: [],
      names: [{ host: `api.${name}.example`, ports: [{ port: 443, protocol: "TCP" }] }],
      hosts: [`shop.${name}.example`],
      podCidr,
    },
  });
}

/** A refusal by the guard, and not by RBAC. */
export function byGuard(sentence: string): RegExp {
  return new RegExp(
    `'tenantry-provisioner' with binding 'tenantry-provisioner' denied request: .*: .*${sentence}`,
  );
}

/** A refusal by RBAC, and not by the guard. */
export function byRbac(verb: string, resource: string): RegExp {
  return new RegExp(`is forbidden: User "[^"]+" cannot ${verb} resource "${resource}"`);
}

/** Refused with that sentence, and nothing but 403: a typo would be 400, 404 or 422. */
export function assertRefused({ status, message }: Answer, sentence: RegExp): void {
  assert.match(message, sentence);
  assert.equal(status, 403, message);
}

export function assertAllowed({ status, message }: Answer): void {
  assert.ok(status >= 200 && status < 300, `${status} ${message}`);
}
