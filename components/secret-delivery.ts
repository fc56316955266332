import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as names from "../model/names";
import type { Platform } from "../model/platform";
import type { Tenant, TenantNamespace } from "../model/tenant";
import { VAULT_AUDIENCE, vaultLogin } from "../model/vault";
import { tenantObject, withRole } from "./object-meta";

export interface SecretDeliveryArgs {
  readonly tenant: Tenant;
  readonly namespace: TenantNamespace;
  readonly platform: Platform;
  readonly within: kubernetes.core.v1.Namespace;
}

/**
 * Brings the tenant's secrets into its namespace: a SecretStore that signs in as a ServiceAccount of this namespace,
 * whose login opens this tenant's secrets and no others (R62). With one store for the cluster, everybody who may write
 * an ExternalSecret would read every tenant's secrets.
 */
export class SecretDelivery extends pulumi.ComponentResource {
  readonly reader: kubernetes.core.v1.ServiceAccount;

  constructor(name: string, args: SecretDeliveryArgs, opts: pulumi.ComponentResourceOptions) {
    super("tenantry:index:SecretDelivery", name, {}, opts);
    const { tenant, namespace, platform, within } = args;
    const child = { parent: this, deletedWith: within, dependsOn: within, deleteBeforeReplace: true };

    this.reader = new kubernetes.core.v1.ServiceAccount(
      `${name}-secret-reader`,
      { metadata: readerMeta(tenant, namespace, platform), automountServiceAccountToken: false },
      child,
    );
    if (platform.cluster.externalSecrets) {
      new kubernetes.apiextensions.CustomResource(
        `${name}-secret-store`,
        {
          apiVersion: "external-secrets.io/v1",
          kind: "SecretStore",
          metadata: tenantObject(tenant, names.SECRET_STORE, namespace.name),
          spec: { provider: storeProvider(tenant, namespace, platform) },
        },
        { ...child, dependsOn: this.reader },
      );
    }

    this.registerOutputs();
  }
}

function readerMeta(tenant: Tenant, namespace: TenantNamespace, { aws }: Platform) {
  const metadata = tenantObject(tenant, names.SECRET_READER, namespace.name);
  return tenant.secrets.engine === "vault" ? metadata : withRole(metadata, tenant, aws);
}

interface ServiceAccountRef {
  readonly name: string;
  readonly audiences?: readonly string[];
}

type StoreProvider =
  | {
      readonly vault: {
        readonly server: string;
        readonly namespace: string;
        readonly path: string;
        readonly version: "v2";
        readonly caBundle?: string;
        readonly auth: {
          readonly kubernetes: {
            readonly mountPath: string;
            readonly role: string;
            readonly serviceAccountRef: ServiceAccountRef;
          };
        };
      };
    }
  | {
      readonly aws: {
        readonly service: "SecretsManager";
        readonly region: string;
        readonly prefix: string;
        readonly auth: { readonly jwt: { readonly serviceAccountRef: ServiceAccountRef } };
      };
    };

function storeProvider(tenant: Tenant, namespace: TenantNamespace, platform: Platform): StoreProvider {
  const { aws, vault, vaultAddress, vaultNamespace } = platform;
  if (tenant.secrets.engine === "aws-secrets-manager") {
    return {
      aws: {
        service: "SecretsManager",
        region: aws.region,
        prefix: names.managedSecretName(tenant.id, ""),
        auth: { jwt: { serviceAccountRef: { name: names.SECRET_READER } } },
      },
    };
  }
  return {
    vault: {
      server: vaultAddress,
      namespace: [vaultNamespace, names.vaultNamespace(tenant.id)].filter((part) => part !== "").join("/"),
      path: names.VAULT_KV_MOUNT,
      version: "v2",
      ...(vault.caBundle !== undefined && {
        caBundle: Buffer.from(vault.caBundle, "utf8").toString("base64"),
      }),
      auth: {
        kubernetes: {
          mountPath: names.VAULT_KUBERNETES_MOUNT,
          role: vaultLogin(namespace).role,
          serviceAccountRef: {
            name: names.SECRET_READER,
            ...(vault.inCluster && { audiences: [VAULT_AUDIENCE] }),
          },
        },
      },
    },
  };
}
