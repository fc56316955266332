/** The API server's own judgement of every Karpenter document that is declared, without making a node. */

import assert from "node:assert/strict";
import { NodePool } from "../../components/node-pool";
import { NodePools } from "../../components/node-pools";
import { tierNames, type TierName } from "../../model/tiers";
import { tenantOf } from "../components/fixtures";
import { graphOf } from "../components/graph";
import { platformWith } from "../components/nodes";
import { asGroup, ask } from "./fixture";
import type { Answer, Ask } from "./kubernetes";

interface Document {
  readonly apiVersion: string;
  readonly kind: "EC2NodeClass" | "NodePool";
  readonly metadata: { readonly name: string };
  readonly spec: Record<string, unknown>;
}

const PLURALS = { EC2NodeClass: "ec2nodeclasses", NodePool: "nodepools" };

/** Applies a document as administrator, without keeping it, as the provider does. A field that is unknown is refused. */
function apply({ apiVersion, kind, metadata, spec }: Document): Promise<Answer> {
  const query = "dryRun=All&fieldManager=test&force=true&fieldValidation=Strict";
  return ask(
    "PATCH",
    `/apis/${apiVersion}/${PLURALS[kind]}/${metadata.name}?${query}`,
    { apiVersion, kind, metadata, spec },
    { "content-type": "application/apply-patch+yaml" },
  );
}

/** The same document with a value of its spec set to another. */
function spoilt(document: Document, path: readonly string[], value: unknown): Document {
  const copy = structuredClone(document);
  const [last = "", ...outwards] = [...path].reverse();
  const inner = outwards
    .reverse()
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy.spec);
  inner[last] = value;
  return copy;
}

describe("the Karpenter documents on the API server", () => {
  let documents: Document[];
  const find = (kind: Document["kind"], name: string) => {
    const found = documents.find((document) => document.kind === kind && document.metadata.name === name);
    assert.ok(found, `${kind} ${name}`);
    return found;
  };

  before(async () => {
    const platform = platformWith("karpenter", { images: { sensitive: "ami-0123456789abcdef0" } });
    const owners: [TierName, string][] = tierNames.map((tierName) => [tierName, `dry-run-${tierName}`]);
    const graph = await graphOf(() => {
      new NodePools("node-pools", { platform }, {});
      for (const [tierName, name] of owners) {
        const tenant = tenantOf(tierName, { name, pool: { name: "dedicated", own: true } });
        new NodePool(name, { tenant, platform }, {});
      }
    });
    documents = graph
      .filter(({ type }) => type.startsWith("kubernetes:karpenter"))
      .map(({ props }) => props as unknown as Document);
  });

  it("are all accepted", async () => {
    assert.equal(documents.length, 8);
    for (const document of documents) {
      const { status, message, body } = await apply(document);
      assert.ok(status === 200 || status === 201, `${document.metadata.name}: ${message}`);
      // Nothing that was declared is left out.
      const kept = (body as { spec: Record<string, unknown> }).spec;
      assert.deepEqual({ ...kept, ...document.spec }, kept, document.metadata.name);
    }
  });

  const twins: [Document["kind"], string[], unknown, RegExp][] = [
    [
      "EC2NodeClass",
      ["amiSelectorTerms"],
      [{ alias: "al2023" }],
      /'alias' is improperly formatted, must match the format 'family@version'/,
    ],
    [
      "EC2NodeClass",
      ["metadataOptions", "httpPutResponseHopLimit"],
      65,
      /httpPutResponseHopLimit: Invalid value: 65: .*should be less than or equal to 64/,
    ],
    ["EC2NodeClass", ["role"], "", /role: Invalid value: "": role cannot be empty/],
    ["EC2NodeClass", ["swap"], 8, /\.spec\.swap: field not declared in schema/],
    ["NodePool", ["template", "spec", "expireAfter"], "2w", /expireAfter: Invalid value: "2w"/],
    [
      "NodePool",
      ["template", "metadata", "labels"],
      { "karpenter.sh/tenant": "acme" },
      /label domain "karpenter.sh" is restricted/,
    ],
    [
      "NodePool",
      ["template", "spec", "taints"],
      [{ key: "tenant-tier", value: "standard", effect: "NO_SCHEDULE" }],
      /effect: Unsupported value: "NO_SCHEDULE"/,
    ],
    ["NodePool", ["limits"], { cpu: "many" }, /limits.cpu: Invalid value: "many"/],
  ];
  for (const [kind, path, value, sentence] of twins) {
    it(`are refused with ${kind} ${path.join(".")}: ${JSON.stringify(value)}`, async () => {
      const { status, message } = await apply(spoilt(find(kind, "tenants-standard"), path, value));
      // The server has no code of its own for an unknown field: it says 500.
      assert.ok(status >= 400, String(status));
      assert.match(message, sentence);
    });
  }
});

/** Why a node that tells lies about itself gets no pods of another tier: labels are its own to write, taints are not. */
describe("the kubelet of a standard node in an attacker's hands", () => {
  const OWN = "/api/v1/nodes/standard-1";
  let kubelet: Ask;
  const patch = (node: string, change: unknown) => kubelet("PATCH", `${node}?dryRun=All`, change);
  const labelled = (labels: Record<string, string>) => ({ metadata: { labels } });

  before(async () => {
    kubelet = await asGroup("system:node:standard-1", "system:nodes");
  });

  it("may call its node sensitive: a risk that stays", async () => {
    const { status, body } = await patch(OWN, labelled({ "tenant-tier": "sensitive" }));
    assert.equal(status, 200);
    const { metadata, spec } = body as {
      metadata: { labels: Record<string, string> };
      spec: { taints: unknown };
    };
    assert.equal(metadata.labels["tenant-tier"], "sensitive");
    assert.deepEqual(spec.taints, [{ key: "tenant-tier", value: "standard", effect: "NoSchedule" }]);
  });

  const refused: [string, () => Promise<Answer>, RegExp][] = [
    [
      "take its taint away",
      () => patch(OWN, { spec: { taints: [] } }),
      /node "standard-1" is not allowed to modify taints/,
    ],
    [
      "call another node sensitive",
      () => patch("/api/v1/nodes/standard-2", labelled({ "tenant-tier": "sensitive" })),
      /node "standard-1" is not allowed to modify node "standard-2"/,
    ],
    [
      "come again without its taint",
      () => kubelet("DELETE", `${OWN}?dryRun=All`),
      /User "system:node:standard-1" cannot delete resource "nodes"/,
    ],
    [
      "write a protected label (attack A094)",
      () => patch(OWN, labelled({ "node-restriction.kubernetes.io/tenant-tier": "sensitive" })),
      /is not allowed to modify labels: node-restriction.kubernetes.io\/tenant-tier/,
    ],
  ];
  for (const [what, attempt, sentence] of refused) {
    it(`may not ${what}`, async () => {
      const { status, message } = await attempt();
      assert.equal(status, 403, message);
      assert.match(message, sentence);
    });
  }
});
