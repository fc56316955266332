import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import type { PlatformSpec } from "../model/platform";

/** Requests a second to the API server, and at once, unless the stack's config says otherwise. */
const KUBERNETES_QPS = 300;
const KUBERNETES_BURST = 600;

/**
 * One provider for each cluster, account and Vault, never for each tenant: every provider is a process of its own.
 * Credentials come from the environment, as the tools of each system read them, and so never reach state; a
 * kubeconfig given as stack config is kept there as a secret.
 */
export function providers(
  { cluster, aws: account }: PlatformSpec,
  config: pulumi.Config,
): pulumi.ProviderResource[] {
  return [
    new kubernetes.Provider("cluster", {
      kubeconfig: config.getSecret("kubeconfig"),
      // A renewed kubeconfig must not read as another cluster, which would replace every object.
      clusterIdentifier: cluster.name,
      enableConfigMapMutable: true,
      enableSecretMutable: true,
      kubeClientSettings: {
        qps: config.getNumber("kubernetesQps") ?? KUBERNETES_QPS,
        burst: config.getNumber("kubernetesBurst") ?? KUBERNETES_BURST,
      },
    }),
    new aws.Provider("account", {
      region: account.region as aws.Region,
      allowedAccountIds: [account.accountId],
    }),
    // A child token would expire in the middle of a long run.
    new vault.Provider("vault", { skipChildToken: true }),
  ];
}
