import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import { Placement } from "../../components/placement";
import { RuntimeClasses } from "../../components/runtime-classes";
import type { PlatformSpec } from "../../model/platform";
import { tier, tierNames } from "../../model/tiers";
import { platform } from "./fixtures";
import { dependencies, graphOf, type Declared } from "./graph";

type RuntimeHandlers = PlatformSpec["nodes"]["runtimeClasses"];

const provided = () => ({ providers: [new kubernetes.Provider("cluster", {})] });
const runtimes = (runtimeClasses: RuntimeHandlers) =>
  graphOf(
    () =>
      new RuntimeClasses(
        "runtime-classes",
        { platform: { ...platform, nodes: { ...platform.nodes, runtimeClasses } } },
        provided(),
      ),
  );

const ofKind = (graph: readonly Declared[], kind: string) =>
  graph.filter(({ type }) => type.endsWith(`:${kind}`));
const nameOf = ({ props }: Declared) => (props["metadata"] as { name: string }).name;
const specOf = ({ props }: Declared) => props["spec"] as Record<string, unknown>;

/** Every binding puts the policy of its own name into force, once that stands. */
function assertBound(graph: readonly Declared[], kind: string, count: number): void {
  const policies = ofKind(graph, kind);
  const bindings = ofKind(graph, `${kind}Binding`);
  assert.equal(policies.length, count);
  assert.deepEqual(bindings.map(nameOf), policies.map(nameOf));
  for (const [index, binding] of bindings.entries()) {
    assert.equal(specOf(binding)["policyName"], nameOf(binding));
    assert.deepEqual(dependencies(binding, graph), [policies[index]]);
  }
}

describe("the placement of tenants' pods", () => {
  it("is two policies in force, with no exception for anything (R38, R41)", async () => {
    const graph = await graphOf(() => new Placement("placement", provided()));
    assertBound(graph, "MutatingAdmissionPolicy", 2);
    for (const binding of ofKind(graph, "MutatingAdmissionPolicyBinding")) {
      assert.deepEqual(Object.keys(specOf(binding)), ["policyName"]);
    }
    for (const declared of graph.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))) {
      assert.equal(declared.opts.deleteBeforeReplace, true, declared.name);
    }
  });
});

describe("the sandboxed runtimes", () => {
  it("are a class a handler, which names no nodes (R42)", async () => {
    const graph = await runtimes({ gvisor: "runsc", kata: "kata-qemu" });
    assert.deepEqual(
      ofKind(graph, "RuntimeClass").map((made) => [made.name, nameOf(made), made.props["handler"]]),
      [
        ["runtime-gvisor", "tenant-gvisor", "runsc"],
        ["runtime-kata", "tenant-kata", "kata-qemu"],
      ],
    );
    for (const { props } of ofKind(graph, "RuntimeClass")) {
      assert.equal(props["scheduling"], undefined);
      assert.equal(props["overhead"], undefined);
    }
  });

  it("are nothing where the nodes bring none", async () => {
    assert.deepEqual(
      (await runtimes({})).filter(({ custom, type }) => custom && !type.startsWith("pulumi:")),
      [],
    );
  });

  it("are for sensitive tenants alone", () => {
    assert.deepEqual(
      tierNames.filter((name) => tier(name).runtimes.length > 0),
      ["sensitive"],
    );
  });
});
