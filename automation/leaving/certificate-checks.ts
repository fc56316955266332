/** The questions behind a certificate: what must be gone, and what must still be there (R90). */

import { NoSuchEntityException, GetRoleCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, NotFoundException } from "@aws-sdk/client-kms";
import { DescribeSecretCommand, ResourceNotFoundException } from "@aws-sdk/client-secrets-manager";
import { z } from "zod";
import * as labels from "../../model/labels";
import * as names from "../../model/names";
import type { Platform } from "../../model/platform";
import { provisionedKinds, type Kind } from "../../model/provisioner";
import type { Departed, Finding } from "./certificate";
import { listAll } from "../collection";
import type { Cluster } from "../cluster";
import type { LiveServers } from "../live-servers";
import { granted } from "../vault";

/** A question to a live server. */
export interface Check extends Omit<Finding, "answered"> {
  ask(servers: LiveServers): Promise<Answered>;
}

export interface Answered {
  /** Whether the server says what the certificate says. */
  readonly holds: boolean;
  readonly answered: string;
}

/** What is gone when the tenant has left, whatever becomes of its data. */
export function goneChecks(tenant: Departed, platform: Platform): Check[] {
  return [
    ...tenant.namespaces.map((name) =>
      kubernetesGone(`namespace ${name}`, `/api/v1/namespaces/${name}`, ({ operator }) => operator.cluster),
    ),
    kubernetesGone(
      `StorageClass ${names.storageClassName(tenant.name)}`,
      `/apis/storage.k8s.io/v1/storageclasses/${names.storageClassName(tenant.name)}`,
      ({ provisioner }) => provisioner.cluster,
    ),
    ...labelledElsewhere(tenant, platform),
    ...[names.workloadRoleName(tenant.id), names.backupRoleName(tenant.id)].map(roleGone),
    ...(tenant.secretsEngine === "vault" ? [loginsGone(tenant)] : []),
  ];
}

type Ask = (servers: LiveServers) => Cluster;

function kubernetesGone(what: string, path: string, as: Ask): Check {
  return {
    plane: "kubernetes",
    what,
    asked: `GET ${path}`,
    ask: async (servers) => {
      const { status } = await as(servers).request("GET", path);
      return { holds: status === 404, answered: String(status) };
    },
  };
}

/** What a tenant has in the scope of the cluster and in namespaces of the platform, by its label. */
function labelledElsewhere({ id, name }: Departed, platform: Platform): Check[] {
  const { cluster, system } = provisionedKinds(platform);
  const inNamespaces = Object.entries(system).flatMap(([namespace, kinds]) =>
    kinds.map((kind) => ({ kind, within: `/namespaces/${namespace}` })),
  );
  const everywhere = cluster
    .filter(({ resource }) => resource !== "namespaces" && resource !== "storageclasses")
    .map((kind) => ({ kind, within: "" }));
  return [...everywhere, ...inNamespaces].map(({ kind, within }) =>
    kind.resource === "secrets"
      ? kubernetesGone(
          `Secret of the backup location`,
          `/api/v1${within}/secrets/${names.backupName(name)}`,
          ({ provisioner }) => provisioner.cluster,
        )
      : labelledGone(kind, within, id),
  );
}

const groupInfo = z.object({ preferredVersion: z.object({ groupVersion: z.string() }) });

function labelledGone({ group, resource }: Kind, within: string, id: string): Check {
  const what = `${resource}.${group}${within.replace("/namespaces/", " in ")}`;
  const query = `labelSelector=${labels.TENANT}%3D${id}`;
  return {
    plane: "kubernetes",
    what,
    asked: `GET /apis/${group}/*${within}/${resource}?${query}`,
    ask: async ({ provisioner: { cluster } }) => {
      const reply = await cluster.request("GET", `/apis/${group}`);
      if (reply.status === 404) {
        return { holds: true, answered: "no such kind here" };
      }
      const { preferredVersion } = groupInfo.parse(reply.body);
      const path = `/apis/${preferredVersion.groupVersion}${within}/${resource}?${query}`;
      const found = (await listAll(cluster, path)) ?? [];
      return { holds: found.length === 0, answered: `${found.length} objects` };
    },
  };
}

function roleGone(role: string): Check {
  return {
    plane: "aws",
    what: `IAM role ${role}`,
    asked: `iam:GetRole ${role}`,
    ask: ({ provisioner: { aws } }) =>
      absent(() => aws.iam.send(new GetRoleCommand({ RoleName: role })), NoSuchEntityException),
  };
}

const mounts = z.object({ data: z.record(z.string(), z.unknown()) });

/** Logins go with their mounts, and with them every token that came from one. */
function loginsGone({ id }: Departed): Check {
  return {
    plane: "vault",
    what: "logins to the Vault namespace",
    asked: `GET ${names.vaultNamespace(id)}/sys/auth`,
    ask: async ({ provisioner: { vault } }) => {
      const reply = await vault.within(names.vaultNamespace(id)).request("GET", "sys/auth");
      if (reply.status === 404) {
        return { holds: true, answered: "404" };
      }
      const { data } = mounts.parse(granted("list the logins", reply));
      const ways = [names.VAULT_APPROLE_MOUNT, names.VAULT_KUBERNETES_MOUNT].filter(
        (mount) => `${mount}/` in data,
      );
      return { holds: ways.length === 0, answered: ways.length === 0 ? "none" : ways.join(", ") };
    },
  };
}

/** What is gone besides when the data is purged. */
export function purgedChecks(tenant: Departed, keyId: string | undefined): Check[] {
  const inner = names.vaultNamespace(tenant.id);
  return [
    ...(tenant.secretsEngine === "vault"
      ? [
          {
            plane: "vault",
            what: `Vault namespace ${inner}`,
            asked: `GET sys/namespaces/${inner}`,
            ask: async ({ provisioner: { vault } }) => {
              const { status } = await vault.request("GET", `sys/namespaces/${inner}`);
              return { holds: status === 404, answered: String(status) };
            },
          } satisfies Check,
        ]
      : tenant.secrets.map((secret) => secretGone(names.managedSecretName(tenant.id, secret)))),
    {
      plane: "aws",
      what: `KMS alias ${names.keyAlias(tenant.id)}`,
      asked: `kms:DescribeKey ${names.keyAlias(tenant.id)}`,
      ask: ({ provisioner: { aws } }) =>
        absent(
          () => aws.kms.send(new DescribeKeyCommand({ KeyId: names.keyAlias(tenant.id) })),
          NotFoundException,
        ),
    },
    ...(keyId === undefined ? [] : [keyWaits(keyId)]),
  ];
}

function secretGone(name: string): Check {
  return {
    plane: "aws",
    what: `secret ${name}`,
    asked: `secretsmanager:DescribeSecret ${name}`,
    ask: async ({ provisioner: { aws } }) => {
      try {
        const { DeletedDate } = await aws.secrets.send(new DescribeSecretCommand({ SecretId: name }));
        return DeletedDate === undefined
          ? { holds: false, answered: "described" }
          : { holds: true, answered: `deleted ${DeletedDate.toISOString()}` };
      } catch (error) {
        return answerOf(error, ResourceNotFoundException);
      }
    },
  };
}

function keyWaits(keyId: string): Check {
  return {
    plane: "aws",
    what: `KMS key ${keyId}`,
    asked: `kms:DescribeKey ${keyId}`,
    ask: async ({ provisioner: { aws } }) => {
      try {
        const { KeyMetadata } = await aws.kms.send(new DescribeKeyCommand({ KeyId: keyId }));
        const { KeyState = "", DeletionDate } = KeyMetadata ?? {};
        return {
          holds: KeyState === "PendingDeletion",
          answered: DeletionDate === undefined ? KeyState : `${KeyState} until ${DeletionDate.toISOString()}`,
        };
      } catch (error) {
        return answerOf(error, NotFoundException);
      }
    },
  };
}

type Named = abstract new (...args: never[]) => Error;

/** What must not be found. */
async function absent(ask: () => Promise<unknown>, notFound: Named): Promise<Answered> {
  try {
    await ask();
    return { holds: false, answered: "found" };
  } catch (error) {
    return answerOf(error, notFound);
  }
}

/** Any other failure says nothing about what is there. */
function answerOf(error: unknown, notFound: Named): Answered {
  if (error instanceof notFound) {
    return { holds: true, answered: error.name };
  }
  throw error;
}
