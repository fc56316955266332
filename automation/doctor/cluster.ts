/** Doctor: the cluster, its clock, and whether it knows what the platform's settings need of it. */

import { z } from "zod";
import type { Platform } from "../../model/platform";
import { accepted, type Cluster } from "../cluster";
import { failure, ok, warning, type Check } from "./check";
import { isBefore } from "./tools";

/** The first with MutatingAdmissionPolicy in its stable version. */
const FLOOR = "1.36";
/** Seconds by which clocks may differ: tokens and break-glass grants count them. */
const SKEW_S = 30;

const CURE = "check KUBECONFIG and that the cluster runs: kubectl get --raw /readyz";
const version = z.object({ gitVersion: z.string() });
const namespace = z.object({ metadata: z.object({ uid: z.string() }) });

export const clusterCheck: Check = {
  name: "cluster",
  cure: CURE,
  examine: async (patient) => {
    const cluster = await patient.cluster();
    const { gitVersion } = version.parse(
      accepted("say its version", await cluster.request("GET", "/version")),
    );
    if (isBefore(gitVersion, FLOOR)) {
      const cure = `upgrade the API server to ${FLOOR}: MutatingAdmissionPolicy is stable from there on`;
      return failure(`${cluster.address} runs ${gitVersion}`, cure);
    }
    const { metadata } = namespace.parse(
      accepted("read kube-system", await cluster.request("GET", "/api/v1/namespaces/kube-system")),
    );
    const { clusterUid } = await patient.platform();
    return metadata.uid === clusterUid
      ? ok(`${cluster.address} runs ${gitVersion} and is the platform's`)
      : failure(
          `${cluster.address} has the UID ${metadata.uid}, and the platform stack was run on ${clusterUid}`,
          "set KUBECONFIG to the right cluster, or run the platform stack on this one first",
        );
  },
};

export const clockCheck: Check = {
  name: "clock",
  cure: CURE,
  examine: async (patient) => {
    const cluster = await patient.cluster();
    const asked = Date.now();
    const { date } = await cluster.request("GET", "/version");
    return judgeClock(date, asked, Date.now());
  },
};

/** @param asked when the request was sent and @param answered when its answer was there: the server read its clock between. */
export function judgeClock(date: string | undefined, asked: number, answered: number) {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) {
    return warning("the API server does not say what time it has", "compare both clocks: date -u");
  }
  // The header counts whole seconds.
  const skew = Math.max(0, asked - theirs - 1000, theirs - answered) / 1000;
  const words = `${Math.round(skew)} s between this machine and the API server`;
  return skew > SKEW_S
    ? failure(words, "set the clock by NTP: tokens and grants end by the server's")
    : ok(words);
}

/** By API group, what it is for and where it comes from. */
interface Definition {
  readonly path: string;
  readonly kind: string;
  readonly cure: string;
}

export const definitionsCheck: Check = {
  name: "definitions",
  cure: CURE,
  examine: async (patient) => {
    const [platform, cluster] = [await patient.platform(), await patient.cluster()];
    const needed = definitionsOf(platform);
    const absent: Definition[] = [];
    for (const definition of needed) {
      if (!(await serves(cluster, definition))) {
        absent.push(definition);
      }
    }
    return absent.length === 0
      ? ok(needed.map(({ kind }) => kind).join(", "))
      : failure(
          `the cluster does not know ${absent.map(({ path, kind }) => `${path.slice(6)} ${kind}`).join(", ")}`,
          [...new Set(absent.map(({ cure }) => cure))].join("; "),
        );
  },
};

/** What the platform's settings need besides Kubernetes itself. */
export function definitionsOf({ cluster, guardrails, nodes }: Platform): Definition[] {
  const when = (needed: boolean, path: string, kind: string, cure: string): Definition[] =>
    needed ? [{ path: `/apis/${path}`, kind, cure }] : [];
  const { cni, gateway, externalSecrets, adminNetworkPolicy } = cluster;
  const admission = "admissionregistration.k8s.io/v1";
  const upgrade = `upgrade the API server to ${FLOOR}`;
  const walls = { none: "", AdminNetworkPolicy: "v1alpha1", ClusterNetworkPolicy: "v1alpha2" };
  return [
    ...when(true, admission, "ValidatingAdmissionPolicy", upgrade),
    ...when(true, admission, "MutatingAdmissionPolicy", upgrade),
    ...when(true, "velero.io/v1", "BackupStorageLocation", "install Velero"),
    ...when(externalSecrets, "external-secrets.io/v1", "SecretStore", "install External Secrets"),
    ...when(nodes.engine === "karpenter", "karpenter.sh/v1", "NodePool", "install Karpenter"),
    ...when(
      gateway.api === "gateway-api",
      "gateway.networking.k8s.io/v1",
      "Gateway",
      "install the Gateway API",
    ),
    ...when(cni === "cilium", "cilium.io/v2", "CiliumNetworkPolicy", "install Cilium"),
    ...when(
      cni === "calico-enterprise",
      "projectcalico.org/v3",
      "NetworkPolicy",
      "install Calico Enterprise",
    ),
    ...when(
      adminNetworkPolicy !== "none",
      `policy.networking.k8s.io/${walls[adminNetworkPolicy]}`,
      adminNetworkPolicy,
      "install the network policy API",
    ),
    ...when(guardrails.engine === "kyverno", "kyverno.io/v1", "ClusterPolicy", "install Kyverno"),
    ...when(
      guardrails.engine === "gatekeeper",
      "templates.gatekeeper.sh/v1",
      "ConstraintTemplate",
      "install Gatekeeper",
    ),
  ];
}

const resources = z.object({ resources: z.array(z.object({ kind: z.string() })) });

async function serves(cluster: Cluster, { path, kind }: Definition): Promise<boolean> {
  const reply = await cluster.request("GET", path);
  return (
    reply.status !== 404 &&
    resources
      .parse(accepted(`list the kinds of ${path}`, reply))
      .resources.some((entry) => entry.kind === kind)
  );
}
