import assert from "node:assert/strict";
import type { RunFailure } from "../../automation/outcome";
import { refuseReturns, returningObjects } from "../../automation/leaving/returns";
import { fakeCluster } from "./fake-cluster";

const into = (name: string, namespace: string, spec: Record<string, unknown>) => ({
  metadata: { name, namespace },
  spec,
});

describe("what would bring a namespace back (A245, F82)", () => {
  const live = fakeCluster({
    "/apis/argoproj.io/v1alpha1/applications": [
      into("acme", "argocd", { destination: { namespace: "tenant-acme" } }),
      into("globex", "argocd", { destination: { namespace: "tenant-globex" } }),
      into("inner", "tenant-acme", { destination: { namespace: "tenant-acme" } }),
      into("nowhere", "argocd", {}),
    ],
    "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations": [
      into("acme", "flux-system", { targetNamespace: "tenant-acme--prod" }),
      into("all", "flux-system", {}),
    ],
  });

  it("is every reconciler outside that points at it", async () => {
    assert.deepEqual(await returningObjects(live, ["tenant-acme", "tenant-acme--prod"]), [
      "Application argocd/acme",
      "Kustomization flux-system/acme",
    ]);
  });

  it("is refused by name", () =>
    assert.rejects(refuseReturns(live, ["tenant-acme"]), (error: RunFailure) => {
      assert.equal(error.kind, "resource");
      assert.match(
        error.message,
        /these would bring tenant-acme back: Application argocd\/acme; remove them without/,
      );
      return true;
    }));

  it("is nothing where there is no GitOps", () => refuseReturns(fakeCluster({}), ["tenant-acme"]));
});
