import assert from "node:assert/strict";
import { IAMClient } from "@aws-sdk/client-iam";
import type { LiveServers } from "../../automation/live-servers";
import { sweepReferences } from "../../automation/leaving/references";
import type { RunFailure } from "../../automation/outcome";
import { tenantOf } from "../components/fixtures";
import { fakeCluster, type FakeObject } from "./fake-cluster";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const PROJECTS = "/apis/argoproj.io/v1alpha1/appprojects";
const acme = tenantOf("standard");

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function binding(name: string, subjects: Subject[] | undefined, more: object = {}): FakeObject {
  return { metadata: { name, namespace: "some-team", ...more }, subjects } as FakeObject;
}

function servers(found: {
  roleBindings?: FakeObject[];
  clusterRoleBindings?: FakeObject[];
  projects?: FakeObject[];
  roles?: { RoleName: string; AssumeRolePolicyDocument: string }[];
}): LiveServers {
  const cluster = fakeCluster({
    [`${RBAC}/rolebindings`]: found.roleBindings ?? [],
    [`${RBAC}/clusterrolebindings`]: found.clusterRoleBindings ?? [],
    ...(found.projects && { [PROJECTS]: found.projects }),
  });
  const iam = { send: () => Promise.resolve({ Roles: found.roles ?? [] }) };
  // The paginator asks whether it was given a client of the right kind.
  Object.setPrototypeOf(iam, IAMClient.prototype);
  return { provisioner: { cluster }, operator: { cluster, aws: { iam } } } as unknown as LiveServers;
}

const trust = (subject: string) =>
  encodeURIComponent(JSON.stringify({ Condition: { StringEquals: { sub: subject } } }));

async function naming(found: Parameters<typeof servers>[0]): Promise<string> {
  try {
    await sweepReferences(acme, servers(found));
  } catch (error) {
    assert.equal((error as RunFailure).kind, "resource");
    return (error as RunFailure).message;
  }
  assert.fail("nothing was found");
}

describe("who still names a tenant that leaves (A239)", () => {
  for (const [what, subject] of [
    ["a group of its people", { kind: "Group", name: "acme-admins" }],
    ["one of its people", { kind: "User", name: "carol" }],
    ["a ServiceAccount of its namespace", { kind: "ServiceAccount", name: "ci", namespace: "tenant-acme" }],
    ["all ServiceAccounts of its namespace", { kind: "Group", name: "system:serviceaccounts:tenant-acme" }],
    ["such an account as a user", { kind: "User", name: "system:serviceaccount:tenant-acme:ci" }],
  ] as const) {
    it(`is a binding of ${what}`, async () => {
      assert.match(
        await naming({ roleBindings: [binding("theirs", [subject])] }),
        /these still name acme: rolebindings some-team\/theirs; remove them/,
      );
      assert.match(
        await naming({ clusterRoleBindings: [binding("wide", [subject], { namespace: undefined })] }),
        /these still name acme: clusterrolebindings wide;/,
      );
    });
  }

  it("is a project of Argo CD by its groups or its destinations", async () => {
    const project = (name: string, spec: Record<string, unknown>) => ({
      metadata: { name, namespace: "argocd" },
      spec,
    });
    const message = await naming({
      projects: [
        project("groups", { roles: [{ groups: ["acme-devs"] }] }),
        project("destinations", { destinations: [{ namespace: "tenant-acme" }] }),
        project("other", {
          roles: [{ groups: ["others"] }, {}],
          destinations: [{ namespace: "tenant-globex" }],
        }),
      ],
    });
    assert.match(message, /acme: AppProject argocd\/groups, AppProject argocd\/destinations; remove/);
  });

  it("is an IAM role that trusts its accounts, but for its own", async () => {
    const message = await naming({
      roles: [
        {
          RoleName: `tenantry-${acme.id}-workload`,
          AssumeRolePolicyDocument: trust("system:serviceaccount:tenant-acme:workload"),
        },
        { RoleName: "shared", AssumeRolePolicyDocument: trust("system:serviceaccount:tenant-acme:ci") },
        {
          RoleName: "neighbours",
          AssumeRolePolicyDocument: trust("system:serviceaccount:tenant-acme-eu:ci"),
        },
      ],
    });
    assert.match(message, /these still name acme: the trust of IAM role shared; remove/);
  });

  it("is all of them at once", async () => {
    const message = await naming({
      roleBindings: [binding("one", [{ kind: "Group", name: "acme-admins" }])],
      clusterRoleBindings: [binding("two", [{ kind: "Group", name: "acme-devs" }], { namespace: undefined })],
    });
    assert.match(message, /rolebindings some-team\/one, clusterrolebindings two;/);
  });

  it("is nobody else, and what was asked is told", async () => {
    const marks = { labels: { "tenantry.dev/list": "sample", tenant: "another" } };
    const looks = await sweepReferences(
      acme,
      servers({
        roleBindings: [
          binding("empty", undefined),
          binding("others", [
            { kind: "Group", name: "acme-admins-eu" },
            { kind: "ServiceAccount", name: "carol", namespace: "tenant-acme-eu" },
          ]),
          binding("granted by another tenant's file", [{ kind: "Group", name: "acme-admins" }], marks),
        ],
        roles: [
          { RoleName: "other", AssumeRolePolicyDocument: trust("system:serviceaccount:velero:velero") },
        ],
      }),
    );
    assert.deepEqual(
      looks.map(({ asked, answered }) => [asked, answered]),
      [
        [`GET ${RBAC}/rolebindings`, "none of 3 names the tenant"],
        [`GET ${RBAC}/clusterrolebindings`, "none of 0 names the tenant"],
        [`GET ${PROJECTS}`, "no such kind here"],
        ["iam:ListRoles", "none of 1 names the tenant"],
      ],
    );
  });
});
