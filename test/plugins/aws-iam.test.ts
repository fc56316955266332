import assert from "node:assert/strict";
import { iamPolicy } from "../../sandbox/plugins/aws/iam-policy";
import { iamRole } from "../../sandbox/plugins/aws/iam-role";
import { asked, CALL } from "./aws-sent";

const ARN = "arn:aws:iam::000000000000:policy/acme";
const DOCUMENT = (action: string): string => JSON.stringify({ Statement: [{ Action: action }] });

describe("aws plugin: managed policies", () => {
  const policyWith = (versions: string[]) =>
    asked({
      GetPolicy: () => ({
        Policy: { Arn: ARN, PolicyName: "acme", DefaultVersionId: versions[0], Path: "/" },
      }),
      GetPolicyVersion: () => ({ PolicyVersion: { Document: encodeURIComponent(DOCUMENT("a:B")) } }),
      ListPolicyVersions: () => ({
        Versions: versions.map((VersionId, index) => ({ VersionId, IsDefaultVersion: index === 0 })),
      }),
    });
  const change = async (versions: string[]) => {
    const { account, requests } = policyWith(versions);
    const old = { name: "acme", path: "/", policy: DOCUMENT("a:A") };
    const state = await iamPolicy(account).update(CALL, ARN, old, old, { ...old, policy: DOCUMENT("a:B") });
    return { state, requests };
  };

  it("make a changed document the default version", async () => {
    const { state, requests } = await change(["v1"]);
    const created = requests.find(([name]) => name === "CreatePolicyVersion")?.[1];
    assert.deepEqual(created, { PolicyArn: ARN, PolicyDocument: DOCUMENT("a:B"), SetAsDefault: true });
    assert.equal(state["policy"], DOCUMENT("a:B"));
    assert.equal(requests.filter(([name]) => name === "DeletePolicyVersion").length, 0);
  });

  it("drop the oldest of five versions first, and never the default", async () => {
    const dropped = async (versions: string[]) => {
      const { requests } = await change(versions);
      const names = requests.map(([name]) => name);
      assert.ok(names.indexOf("DeletePolicyVersion") < names.indexOf("CreatePolicyVersion"));
      return requests
        .filter(([name]) => name === "DeletePolicyVersion")
        .map(([, input]) => input["VersionId"]);
    };
    assert.deepEqual(await dropped(["v11", "v10", "v9", "v8", "v7"]), ["v7"]);
    assert.deepEqual(await dropped(["v2", "v10", "v11", "v9", "v8"]), ["v8"]);
  });

  it("go with all their versions", async () => {
    const { account, requests } = policyWith(["v3", "v2", "v1"]);
    await iamPolicy(account).delete(CALL, ARN, {});
    assert.deepEqual(
      requests.map(([name, { VersionId }]) => [name, VersionId]),
      [
        ["ListPolicyVersions", undefined],
        ["DeletePolicyVersion", "v1"],
        ["DeletePolicyVersion", "v2"],
        ["DeletePolicy", undefined],
      ],
    );
  });
});

describe("aws plugin: permissions boundaries", () => {
  const trust = DOCUMENT("sts:AssumeRole");
  const roleWith = (boundary?: string) =>
    asked({
      GetRole: () => ({
        Role: {
          RoleName: "acme",
          Path: "/",
          AssumeRolePolicyDocument: encodeURIComponent(trust),
          ...(boundary && { PermissionsBoundary: { PermissionsBoundaryArn: boundary } }),
        },
      }),
    });
  const old = { name: "acme", assumeRolePolicy: trust, path: "/", maxSessionDuration: 3600 };
  const boundaryRequests = async (from: string | undefined, to: string | undefined) => {
    const { account, requests } = roleWith(to);
    const state = { ...old, permissionsBoundary: from };
    const reached = await iamRole(account).update(CALL, "acme", state, state, {
      ...old,
      ...(to && { permissionsBoundary: to }),
    });
    assert.equal(reached["permissionsBoundary"] ?? "", to ?? "");
    return requests.filter(([name]) => name.includes("Boundary"));
  };

  it("are given with the role", async () => {
    const { account, requests } = roleWith(ARN);
    const { state } = await iamRole(account).create(CALL, { ...old, permissionsBoundary: ARN });
    assert.equal(requests[0]?.[1]["PermissionsBoundary"], ARN);
    assert.equal(state["permissionsBoundary"], ARN);
  });

  it("are changed and taken away in place", async () => {
    const put = { RoleName: "acme", PermissionsBoundary: "arn:other" };
    assert.deepEqual(await boundaryRequests(ARN, "arn:other"), [["PutRolePermissionsBoundary", put]]);
    const gone = { RoleName: "acme" };
    assert.deepEqual(await boundaryRequests(ARN, undefined), [["DeleteRolePermissionsBoundary", gone]]);
  });

  it("show as drift where somebody took one away", async () => {
    const { account } = roleWith();
    const known = { ...old, permissionsBoundary: ARN };
    const found = await iamRole(account).read(CALL, "acme", known, known);
    assert.equal(found?.state["permissionsBoundary"], "");
  });
});
