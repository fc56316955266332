/**
 * Fields that the sandbox's API server drops, because a feature is off or the definition lacks them: no example can show
 * there that a rule looks at them.
 */

import assert from "node:assert/strict";
import { asRequest, OTHER_NAMESPACE } from "../../guardrails/examples";
import { judgeOf } from "../../guardrails/preview";
import type { Document } from "../../guardrails/rule";
import { guardrails } from "../../guardrails/rules";
import { route, WITH_HOSTS } from "../../guardrails/rules/network/objects";
import { claim } from "../../guardrails/rules/storage/objects";
import { examplePlatform } from "./platform";

const platform = examplePlatform();
const judges = guardrails(platform).map((rule) => judgeOf(rule, platform));

function refusals(object: Document): string[] {
  return judges
    .map(({ judge }) => judge(asRequest({ what: "", object, namespace: WITH_HOSTS })))
    .flatMap((refusal) => refusal?.split(".")[0] ?? []);
}

describe("fields that the sandbox's API server drops", () => {
  it("are judged in a claim that is filled from another namespace", () => {
    const source = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "nightly" };
    assert.deepEqual(refusals(claim({ dataSourceRef: { ...source, namespace: OTHER_NAMESPACE } })), [
      "PersistentVolumeClaim data: the claim is filled from namespace tenant-other",
    ]);
    assert.deepEqual(refusals(claim({ dataSourceRef: { ...source, namespace: "tenant-example" } })), []);
  });

  it("are judged in a claim that is filled by the older field", () => {
    const named = (apiGroup: string | undefined, kind: string) =>
      refusals(claim({ dataSource: { apiGroup, kind, name: "all" } }));
    assert.deepEqual(named("example.com", "Importer"), [
      "PersistentVolumeClaim data: the claim is filled from kind Importer",
    ]);
    assert.deepEqual(named("example.com", "VolumeSnapshot"), [
      "PersistentVolumeClaim data: the claim is filled from kind VolumeSnapshot",
    ]);
    assert.deepEqual(named(undefined, "VolumeSnapshot"), [
      "PersistentVolumeClaim data: the claim is filled from kind VolumeSnapshot",
    ]);
    assert.deepEqual(named("snapshot.storage.k8s.io", "VolumeSnapshot"), []);
  });

  it("are judged in a route whose requests another tenant authorises", () => {
    const asking = (namespace: string) => [
      { type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: { name: "auth", namespace } } },
    ];
    const own = { name: "web", port: 80 };
    for (const rule of [
      { backendRefs: [own], filters: asking(OTHER_NAMESPACE) },
      { backendRefs: [{ ...own, filters: asking(OTHER_NAMESPACE) }] },
    ]) {
      assert.deepEqual(refusals(route(platform, { rules: [rule] })), [
        "HTTPRoute web: it leads to Service tenant-other/auth",
      ]);
    }
    assert.deepEqual(
      refusals(route(platform, { rules: [{ backendRefs: [own], filters: asking("tenant-example") }] })),
      [],
    );
  });
});
