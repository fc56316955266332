/** Whose program a stack is, where its tenants are read, and how policies meet the policy SDK. */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { pod } from "../../guardrails/examples";
import { quotaHard } from "../../model/quota";
import { isPartlyUnknown, UNKNOWN } from "../../policy/declared";
import { resourcePolicy, stackPolicy, type ResourceCheck } from "../../policy/check";
import { admissionAdvice } from "../../policy/checks/admission-advice";
import { admissionRules } from "../../policy/checks/admission-rules";
import { clusterCapacity } from "../../policy/checks/cluster-capacity";
import { policies } from "../../policy/policies";
import { setting, settingOf } from "../../policy/project";
import { equipped } from "../components/fixtures";
import { asDeclared, listGraph, platform, resourceOf, tenants, UNKNOWN_TEXT } from "./fixtures";

const urn = (place: string) => `urn:pulumi:${place}::a:b:C::name`;

describe("the setting of a stack", () => {
  it("is this project's platform, which has no tenants", () => {
    const { kind, tenants: found, platform: read } = settingOf(urn("platform::tenantry"));
    assert.deepEqual([kind, found, read.cluster.name], ["platform", [], "sandbox"]);
  });

  it("is a list of this project, with its own tenants", () => {
    const { kind, tenantWith, holderOf } = settingOf(urn("sample::tenantry"));
    assert.equal(kind, "list");
    assert.equal(tenantWith("5f0c1d3e-8a4b-4c6d-9e2f-1a2b3c4d5e6f")?.name, "acme");
    assert.equal(holderOf("tenant-hooli--dev")?.namespace.environment, "dev");
    assert.equal(holderOf("tenant-hooli"), undefined);
  });

  it("is somebody else's program, with the tenants of every list", () => {
    for (const place of ["sample::workload", "platform::workload"]) {
      const { kind, holderOf } = settingOf(urn(place));
      assert.deepEqual([kind, holderOf("tenant-acme")?.tenant.list], ["foreign", "sample"]);
    }
  });

  it("refuses a list whose files have faults", () => {
    assert.throws(() => settingOf(urn("absent::tenantry")), { name: "InputFaults" });
  });

  it("is read from the folder that the config names", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-policy-"));
    try {
      assert.throws(
        () => settingOf(urn("platform::other"), folder),
        /no Pulumi\.yaml in \S+; name the project's folder in .*\(project\) or in TENANTRY_PROJECT$/,
      );
      const file = path.join(__dirname, "..", "..", "stacks", "Pulumi.platform.yaml");
      const text = fs.readFileSync(file, "utf8").replace("tenantry:platform", "other:platform");
      fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: other\n");
      fs.writeFileSync(
        path.join(folder, "Pulumi.platform.yaml"),
        text.replace("name: sandbox", "name: elsewhere"),
      );
      assert.equal(settingOf(urn("platform::other"), folder).platform.cluster.name, "elsewhere");
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

function argsOf(resource: PolicyResource): ResourceValidationArgs {
  return {
    ...resource,
    provider: undefined,
    isType: () => false,
    asType: () => undefined,
    stackTags: new Map(),
    getConfig: <T extends object>() => ({}) as T,
    notApplicable: () => assert.fail("no policy says so"),
  };
}

describe("a policy, as the policy SDK calls it", () => {
  const check = (judge: ResourceCheck["judge"]): ResourceCheck => ({
    name: "check",
    description: "Something (R1).",
    about: (type) => type === "aws:kms/key:Key",
    judge,
  });

  it("reports each sentence, of resources that it is about", async () => {
    const policy = resourcePolicy(check(({ name }) => [`${name} once`, `${name} twice`]));
    assert.ok("validateResource" in policy && typeof policy.validateResource === "function");
    const said: string[] = [];
    await policy.validateResource(argsOf(resourceOf("aws:kms/key:Key", "key", {})), (text) =>
      said.push(text),
    );
    await policy.validateResource(argsOf(resourceOf("aws:s3/bucket:Bucket", "b", {})), (text) =>
      said.push(text),
    );
    assert.deepEqual(said, ["key once", "key twice"]);
  });

  it("sees what is unknown, and is not ended by it", () => {
    const { props } = asDeclared(
      resourceOf("a:b:C", "x", {
        known: ["a"],
        deep: { list: [{ id: UNKNOWN_TEXT }, 1] },
        gone: UNKNOWN_TEXT,
      }),
    );
    assert.deepEqual(props, { known: ["a"], deep: { list: [{ id: UNKNOWN }, 1] }, gone: UNKNOWN });
    assert.equal(isPartlyUnknown(props), true);
    assert.equal(isPartlyUnknown(props["known"]), false);
  });

  it("of a whole stack is about its own kind of stack", async () => {
    const policy = stackPolicy({
      name: "check",
      description: "Something (R1).",
      of: "list",
      judgeStack: (resources) => [`${resources.length} resources`],
    });
    assert.ok("validateStack" in policy);
    const said: string[] = [];
    for (const place of ["sample::tenantry", "platform::tenantry", "sample::workload"]) {
      const args = {
        ...argsOf(resourceOf("a:b:C", "x", {})),
        resources: [resourceOf("a:b:C", "x", {}, false, place)],
      };
      await policy.validateStack(args, (text) => said.push(text));
    }
    assert.deepEqual(said, ["1 resources"]);
  });

  it("never fails over values that are unknown, whichever they are", async () => {
    const list = await listGraph();
    for (const one of list) {
      for (const property of Object.keys(one.props)) {
        const spoilt = resourceOf(one.type, one.name, { ...plainOf(one), [property]: UNKNOWN_TEXT });
        for (const policy of policies) {
          if ("validateResource" in policy && typeof policy.validateResource === "function") {
            await policy.validateResource({ ...argsOf(spoilt) }, () => undefined);
          }
        }
      }
    }
  });
});

function plainOf({ type, props }: PolicyResource): Record<string, unknown> {
  const known = (value: unknown): unknown =>
    value === UNKNOWN
      ? UNKNOWN_TEXT
      : Array.isArray(value)
        ? value.map(known)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, known(inner)]))
          : value;
  return known(asDeclared(resourceOf(type, "x", props)).props) as Record<string, unknown>;
}

describe("admission at preview", () => {
  const held = (kind: "list" | "foreign" | "platform" = "foreign") => setting(kind, platform, tenants);
  const declaredPod = (namespace: string | undefined, parts: Parameters<typeof pod>[0], more: object = {}) =>
    asDeclared(
      resourceOf("kubernetes:core/v1:Pod", "web", {
        ...pod(parts),
        metadata: { name: "web", namespace },
        ...more,
      }),
    );
  const image = (name: string) => ({ container: { image: name } });

  it("lets a pod through that keeps the rules", () => {
    assert.deepEqual(admissionRules.judge(declaredPod("tenant-acme", {}), held()), []);
  });

  it("judges a namespace that nobody heard of as one without labels", () => {
    const [sentence = ""] = admissionRules.judge(
      declaredPod("elsewhere", image("evil.example.com/a")),
      held(),
    );
    assert.match(sentence, /^Pod web: /);
  });

  it("takes an object that names no namespace to be in the provider's", () => {
    const other = image("evil.example.com/a");
    assert.equal(admissionRules.judge(declaredPod(undefined, other), held()).length, 1);
    const inSystem = { ...declaredPod(undefined, other), defaultNamespace: "kube-system" };
    assert.deepEqual(admissionRules.judge(inSystem, held()), []);
  });

  it("sees a namespace as the program declares it", () => {
    const held1 = held();
    const own = (labels: object) =>
      asDeclared(
        resourceOf("kubernetes:core/v1:Namespace", "n", {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: "tenant-acme", labels },
        }),
      );
    const classed = (runtimeClassName: string) =>
      declaredPod("tenant-acme", { spec: { priorityClassName: runtimeClassName } });
    admissionRules.judge(own({ tenant: "x", "tenantry.dev/tier": "standard" }), held1);
    assert.deepEqual(admissionRules.judge(classed("tenant-standard"), held1), []);
    assert.equal(admissionRules.judge(classed("tenant-sensitive"), held1).length, 1);
    assert.deepEqual(admissionRules.judge(classed("tenant-sensitive"), held()), [], "by the tenant's file");
  });

  it("refuses what is wrong whatever the unknown value will be, and leaves the rest for when it is known", () => {
    const unknownImage = declaredPod("tenant-acme", image(UNKNOWN_TEXT));
    assert.deepEqual(admissionRules.judge(unknownImage, held()), []);
    const advice = admissionAdvice.judge(unknownImage, held());
    assert.equal(advice.length, 1);
    assert.match(
      advice[0] ?? "",
      /^Pod web: container app runs image \(not known yet\)\. .* It hangs on a value that is not known yet, and is judged again when it is\.$/,
    );
    const host = declaredPod("tenant-acme", { ...image(UNKNOWN_TEXT), spec: { nodeName: "node-1" } });
    assert.deepEqual(
      admissionRules.judge(host, held()).map((sentence) => sentence.split(". ")[0]),
      ["Pod web: it names node node-1"],
    );
  });

  it("passes over what is no object: a Helm release, a component", () => {
    const release = asDeclared(resourceOf("kubernetes:helm.sh/v3:Release", "r", { chart: "x" }));
    assert.deepEqual(admissionRules.judge(release, held()), []);
  });
});

describe("the cluster's capacity", () => {
  const judge = async (capacity: object) => {
    const on = equipped({ capacity });
    const graph = await listGraph(tenants, on);
    return clusterCapacity.judgeStack(graph.map(asDeclared), setting("list", on, tenants));
  };
  const cpu = tenants.reduce((sum, { quota }) => sum + Number(quotaHard(quota)["requests.cpu"]), 0);
  const pods = tenants.reduce((sum, { quota }) => sum + quota.pods, 0);

  it("takes just what it holds", async () => {
    assert.deepEqual(await judge({ cpu, pods, memory: "1Ti" }), []);
    assert.deepEqual(await judge({}), []);
  });

  it("takes no more", async () => {
    assert.deepEqual(await judge({ cpu: cpu - 1, pods: pods - 1, memory: "1Gi" }), [
      `the tenants' quotas promise ${cpu} of cpu and the cluster has ${cpu - 1}; give tenants less, or state what was added (cluster.capacity)`,
      `the tenants' quotas promise ${tenants.reduce((sum, { quota }) => sum + Number.parseInt(quota.memory, 10), 0)}Gi of memory and the cluster has 1Gi; give tenants less, or state what was added (cluster.capacity)`,
      `the tenants' quotas promise ${pods} of pods and the cluster has ${pods - 1}; give tenants less, or state what was added (cluster.capacity)`,
    ]);
  });

  it("may be promised more than once", async () => {
    assert.deepEqual(await judge({ cpu: cpu / 2, overcommit: 2 }), []);
    assert.equal((await judge({ cpu: cpu / 2, overcommit: 1.99 })).length, 1);
  });
});
