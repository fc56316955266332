import assert from "node:assert/strict";
import { Ledger } from "../../proof/ledger";
import type { LiveKinds } from "../../proof/live/kubernetes";
import { judgePlatform } from "../../proof/live/platform";
import { platform } from "../components/fixtures";
import { changed, clusterOf, declared, sentences, without, type Json } from "./live";

const PSA = "pod-security.kubernetes.io";
const json = (value: unknown) => value as Json;

function judged(live: LiveKinds): string[] {
  const ledger = new Ledger();
  judgePlatform(platform, live, ledger);
  return sentences(ledger);
}

describe("the read-back of what tenants share on the cluster", () => {
  let live: LiveKinds;
  before(async () => {
    live = clusterOf(await declared([]));
  });
  const finds = (what: string, change: (live: LiveKinds) => LiveKinds, expected: string) =>
    it(`finds ${what}`, () => assert.deepEqual(judged(change(live)), [expected]));

  it("finds nothing amiss in what the platform declares", () => assert.deepEqual(judged(live), []));

  const CLASS = "(platform): fairness: PriorityClass tenant-standard";
  const priority = (change: (live: Json) => void) => (from: LiveKinds) =>
    changed(from, "priorityclasses", "tenant-standard", change);
  finds(
    "a priority class missing",
    (from) => without(from, "priorityclasses", "tenant-standard"),
    `${CLASS} is missing`,
  );
  finds(
    "a priority class above the platform",
    priority((of) => void (of["value"] = json(1_000_000_000))),
    `${CLASS} has the value 1000000000 instead of 1000`,
  );
  finds(
    "a priority class that pre-empts",
    priority((of) => void delete of["preemptionPolicy"]),
    `${CLASS} lets its pods push others off a node`,
  );
  finds(
    "a priority class for everybody",
    priority((of) => void (of["globalDefault"] = json(true))),
    `${CLASS} is the class of every pod that names none`,
  );
  for (const name of ["tenant-gateway", "observability", "velero"]) {
    const object = `(platform): namespace: Namespace ${name}`;
    finds(`no namespace ${name}`, (from) => without(from, "namespaces", name), `${object} is missing`);
  }
  const labelled = (name: string, label: string, value: unknown) => (from: LiveKinds) =>
    changed(from, "namespaces", name, ({ metadata }) => void (metadata!["labels"]![label] = json(value)));
  finds(
    "the gateway's namespace loosened",
    labelled("tenant-gateway", `${PSA}/enforce`, "privileged"),
    `(platform): namespace: Namespace tenant-gateway has label ${PSA}/enforce=privileged instead of baseline`,
  );
  finds(
    "observability held to an old version",
    labelled("observability", `${PSA}/enforce-version`, "v1.0"),
    `(platform): namespace: Namespace observability has label ${PSA}/enforce-version=v1.0 instead of v1.36`,
  );
  finds(
    "Velero's namespace without a level",
    labelled("velero", `${PSA}/enforce`, undefined),
    `(platform): namespace: Namespace velero has label ${PSA}/enforce=none instead of privileged`,
  );
});
