import assert from "node:assert/strict";
import { nodeGroup, NODE_GROUP_SCHEMA } from "../../sandbox/plugins/aws/eks-node-group";
import { configChange, creation, versionChange } from "../../sandbox/plugins/aws/eks-node-group-requests";
import {
  POD_IDENTITY_SCHEMA,
  podIdentityAssociation,
} from "../../sandbox/plugins/aws/eks-pod-identity-association";
import { UNKNOWN } from "../../sandbox/plugins/protocol";
import { checkInputs } from "../../sandbox/plugins/schema/check";
import { difference } from "../../sandbox/plugins/schema/difference";
import { asked, CALL } from "./aws-sent";

const ARN = "arn:aws:eks:eu-west-1:000000000000:podidentityassociation/c/a-1";

describe("aws plugin: pod identity associations", () => {
  const inputs = { clusterName: "c", namespace: "n", serviceAccount: "s", roleArn: "arn:r" };
  const live = { ...inputs, associationId: "a-1", associationArn: ARN, tags: { a: "1" } };
  const describes = { DescribePodIdentityAssociation: () => ({ association: live }) };

  it("are for one service account for life, and for any role", () => {
    const wanted = { clusterName: "d", namespace: "m", serviceAccount: "t", roleArn: "arn:s" };
    const { changed, replaces } = difference(POD_IDENTITY_SCHEMA, inputs, wanted);
    assert.equal(changed.size, 4);
    assert.deepEqual(replaces.sort(), ["clusterName", "namespace", "serviceAccount"]);
  });

  it("are known by EKS's own id", async () => {
    const { account, requests } = asked({
      ...describes,
      CreatePodIdentityAssociation: () => ({ association: live }),
    });
    const { id, state } = await podIdentityAssociation(account).create(CALL, {
      ...inputs,
      tagsAll: { a: "1" },
    });
    assert.equal(id, "a-1");
    assert.deepEqual([state["associationArn"], state["tagsAll"]], [ARN, { a: "1" }]);
    assert.deepEqual(requests[0]?.[1]["tags"], { a: "1" });
  });

  it("change their role in place", async () => {
    const { account, requests } = asked(describes);
    const wanted = { ...inputs, roleArn: "arn:s" };
    await podIdentityAssociation(account).update(CALL, "a-1", live, inputs, wanted);
    const [name, sent] = requests[0] ?? [];
    assert.equal(name, "UpdatePodIdentityAssociation");
    assert.deepEqual(
      [sent?.["associationId"], sent?.["clusterName"], sent?.["roleArn"]],
      ["a-1", "c", "arn:s"],
    );
  });

  it("are imported by cluster and id", async () => {
    const { account, requests } = asked(describes);
    const found = await podIdentityAssociation(account).read(CALL, "c,a-1");
    assert.deepEqual(requests[0]?.[1], { clusterName: "c", associationId: "a-1" });
    assert.equal(found?.id, "a-1");
    await assert.rejects(
      podIdentityAssociation(account).read(CALL, "a-1"),
      /wrong format of import ID \(a-1\), use: 'cluster-name,association-id'/,
    );
  });
});

describe("aws plugin: node groups", () => {
  const inputs = {
    clusterName: "c",
    nodeGroupName: "g",
    nodeRoleArn: "arn:r",
    subnetIds: ["subnet-1", "subnet-2"],
    scalingConfig: { desiredSize: 1, maxSize: 2, minSize: 0 },
    labels: { tenant: "a" },
    taints: [{ key: "tenant", value: "a", effect: "NO_SCHEDULE" }],
    launchTemplate: { id: "lt-1", version: "1" },
  };
  const state = { ...inputs, launchTemplate: { id: "lt-1", name: "nodes", version: "1" } };
  const { account } = asked({});
  const diff = async (wanted: Record<string, unknown>) => {
    const result = await nodeGroup(account).diff(CALL, "c:g", inputs, state, { ...inputs, ...wanted }, []);
    return {
      changed: Object.keys(result.detailed),
      replaces: result.replaces,
      first: result.deleteBeforeReplace,
    };
  };

  it("are replaced for what EKS fixes, the old one first where it bears the same name", async () => {
    const fixed = {
      capacityType: "SPOT",
      instanceTypes: ["m6i.large"],
      nodeRoleArn: "arn:s",
      subnetIds: ["x"],
    };
    const { replaces, first } = await diff(fixed);
    assert.deepEqual([...replaces].sort(), Object.keys(fixed).sort());
    assert.equal(first, true);
  });

  it("are changed in place for sizes, labels and taints", async () => {
    const wanted = { scalingConfig: { desiredSize: 2, maxSize: 2, minSize: 0 }, labels: {}, taints: [] };
    const { changed, replaces } = await diff(wanted);
    assert.deepEqual(changed.sort(), ["labels.tenant", "scalingConfig", "taints"]);
    assert.deepEqual(replaces, []);
  });

  const templates: [string, unknown, string[], string[]][] = [
    ["the name that AWS adds", { id: "lt-1", version: "1" }, [], []],
    ["the same by its name", { name: "nodes", version: "1" }, [], []],
    ["another version", { id: "lt-1", version: "2" }, ["launchTemplate"], []],
    ["a version not known yet", { id: "lt-1", version: UNKNOWN }, ["launchTemplate"], []],
    ["another template", { id: "lt-2", version: "1" }, ["launchTemplate"], ["launchTemplate"]],
    ["a template not known yet", { id: UNKNOWN, version: "1" }, ["launchTemplate"], ["launchTemplate"]],
    ["none any more", undefined, ["launchTemplate"], ["launchTemplate"]],
  ];
  for (const [what, launchTemplate, changed, replaces] of templates) {
    it(`with a template see ${replaces.length > 0 ? "a replacement" : changed.length > 0 ? "a change" : "no change"} in ${what}`, async () => {
      const result = await diff({ launchTemplate });
      assert.deepEqual([result.changed, result.replaces], [changed, replaces]);
    });
  }

  it("do not mind the order of subnets and taints", async () => {
    assert.deepEqual((await diff({ subnetIds: ["subnet-2", "subnet-1"] })).changed, []);
  });

  it("are asked for in EKS's words", () => {
    const sent = creation({
      ...inputs,
      launchTemplate: { name: "nodes", version: "1" },
      tagsAll: { a: "1" },
    });
    assert.deepEqual([sent.nodegroupName, sent.nodeRole, sent.subnets], ["g", "arn:r", inputs.subnetIds]);
    assert.deepEqual([sent.taints, sent.tags], [inputs.taints, { a: "1" }]);
    assert.deepEqual(sent.launchTemplate, { name: "nodes", version: "1" });
  });

  it("send what changed of labels and taints", () => {
    const old = {
      labels: { a: "1", b: "1" },
      taints: [...inputs.taints, { key: "x", effect: "NO_EXECUTE" }],
    };
    const wanted = { labels: { a: "2" }, taints: [{ key: "tenant", value: "b", effect: "NO_SCHEDULE" }] };
    const sent = configChange({ state: old, inputs: wanted, changed: new Set(["labels", "taints"]) });
    assert.deepEqual(sent?.labels, { addOrUpdateLabels: { a: "2" }, removeLabels: ["b"] });
    assert.deepEqual(sent?.taints, {
      addOrUpdateTaints: wanted.taints,
      removeTaints: [{ key: "x", value: "", effect: "NO_EXECUTE" }],
    });
    assert.equal(versionChange({ state: old, inputs: wanted, changed: new Set(["labels"]) }), undefined);
  });

  it("name a template by its id alone in an update", () => {
    const wanted = { launchTemplate: { id: "lt-1", name: "nodes", version: "2" } };
    const sent = versionChange({ state, inputs: wanted, changed: new Set(["launchTemplate"]) });
    assert.deepEqual(sent, { force: false, launchTemplate: { id: "lt-1", version: "2" } });
  });

  it("refuse names that are too long and sizes of nought", () => {
    const wrong = {
      ...inputs,
      nodeGroupName: "g".repeat(64),
      scalingConfig: { maxSize: 0 },
      capacityType: "X",
    };
    const { failures } = checkInputs(NODE_GROUP_SCHEMA, CALL.urn, {}, wrong);
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "capacityType",
      "nodeGroupName",
      "scalingConfig",
    ]);
  });

  it("refuse an id that names no cluster", async () => {
    await assert.rejects(nodeGroup(account).read(CALL, "g"), /expected cluster-name:node-group-name/);
  });

  it("lose their tags one by one", async () => {
    const { account: live, requests } = asked({
      DescribeNodegroup: () => ({
        nodegroup: { clusterName: "c", nodegroupName: "g", nodegroupArn: "arn:g" },
      }),
      ListTagsForResource: () => ({ tags: { c: "3" } }),
    });
    const old = { ...state, arn: "arn:g", tags: { a: "1", b: "2" }, tagsAll: { a: "1", b: "2" } };
    const wanted = { ...inputs, tags: { c: "3" }, tagsAll: { c: "3" } };
    const reached = await nodeGroup(live).update(CALL, "c:g", old, inputs, wanted);
    assert.deepEqual(requests.slice(0, 3), [
      ["UntagResource", { resourceArn: "arn:g", tagKeys: ["a"] }],
      ["UntagResource", { resourceArn: "arn:g", tagKeys: ["b"] }],
      ["TagResource", { resourceArn: "arn:g", tags: { c: "3" } }],
    ]);
    assert.deepEqual(reached["tagsAll"], { c: "3" });
  });
});
