import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribePodIdentityAssociationCommand,
  UpdatePodIdentityAssociationCommand,
} from "@aws-sdk/client-eks";
import type { Resource } from "../protocol";
import { lifecycle } from "../schema/lifecycle";
import type { Found } from "../schema/lifecycle";
import type { Properties, Schema } from "../schema/property";
import type { Account } from "./account";
import { updateEksTags } from "./eks-tags";
import { attempt, unlessMissing } from "./errors";
import { policyProperty } from "./policy-document";
import { REGION, regionFaults } from "./region";
import { TAG_PROPERTIES, tagsOf, tagState, withAllTags } from "./tags";

/** `aws:eks/podIdentityAssociation:PodIdentityAssociation`. */
export const POD_IDENTITY_SCHEMA: Schema = {
  associationArn: { type: "string", output: true },
  associationId: { type: "string", output: true },
  clusterName: { type: "string", required: true, replaces: true },
  disableSessionTags: { type: "boolean", default: false },
  externalId: { type: "string", output: true },
  namespace: { type: "string", required: true, replaces: true },
  policy: policyProperty("policy"),
  region: REGION,
  roleArn: { type: "string", required: true },
  serviceAccount: { type: "string", required: true, replaces: true },
  targetRoleArn: { type: "string" },
  ...TAG_PROPERTIES,
};

/** A role for the pods of one service account. Its id is EKS's own; an import says `cluster,id`. */
export function podIdentityAssociation(account: Account): Resource {
  const { eks } = account;
  return lifecycle(POD_IDENTITY_SCHEMA, {
    faults: (inputs) => regionFaults(account, inputs),
    prepare: (inputs) => withAllTags(inputs, account.defaultTags),
    create: async ({ signal }, inputs, exists) => {
      const request = new CreatePodIdentityAssociationCommand({
        ...rights(inputs),
        clusterName: String(inputs.clusterName),
        namespace: String(inputs.namespace),
        serviceAccount: String(inputs.serviceAccount),
        tags: { ...tagsOf(inputs.tagsAll) },
      });
      const sent = eks.send(request, { abortSignal: signal });
      const doing = "creating EKS Pod Identity Association";
      const { association } = await attempt(doing, "EKS", "CreatePodIdentityAssociation", sent);
      exists(association?.associationId ?? "");
    },
    read: (_context, id, known) => readAssociation(account, id, known),
    update: async (context, id, change) => {
      const { inputs, changed, state } = change;
      if (Object.keys(rights(inputs)).some((key) => changed.has(key))) {
        const clusterName = String(inputs.clusterName);
        const request = { ...rights(inputs), clusterName, associationId: id };
        const sent = eks.send(new UpdatePodIdentityAssociationCommand(request), {
          abortSignal: context.signal,
        });
        const doing = `updating EKS Pod Identity Association (${id})`;
        await attempt(doing, "EKS", "UpdatePodIdentityAssociation", sent);
      }
      // The emulator refuses: it takes the ARN of an association for none of its own.
      await updateEksTags(eks, context, String(state.associationArn), change);
    },
    delete: async ({ signal }, id, state) => {
      const request = { clusterName: String(state.clusterName), associationId: id };
      const sent = eks.send(new DeletePodIdentityAssociationCommand(request), { abortSignal: signal });
      const doing = `deleting EKS Pod Identity Association (${id})`;
      const attempted = attempt(doing, "EKS", "DeletePodIdentityAssociation", sent);
      await unlessMissing(attempted, "ResourceNotFoundException");
    },
  });
}

/** What can change in place. */
function rights({ disableSessionTags, policy, roleArn, targetRoleArn }: Properties) {
  return {
    disableSessionTags: disableSessionTags === true,
    policy: policy as string | undefined,
    roleArn: String(roleArn),
    targetRoleArn: targetRoleArn as string | undefined,
  };
}

async function readAssociation(account: Account, id: string, known: Properties): Promise<Found | undefined> {
  const { eks, region, defaultTags } = account;
  const { clusterName, associationId } = address(id, known);
  const sent = eks.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
  const doing = `reading EKS Pod Identity Association (${associationId})`;
  const found = await unlessMissing(
    attempt(doing, "EKS", "DescribePodIdentityAssociation", sent),
    "ResourceNotFoundException",
  );
  const association = found?.association;
  if (!association) return undefined;
  const state = {
    associationArn: association.associationArn,
    associationId,
    clusterName,
    disableSessionTags: association.disableSessionTags ?? false,
    externalId: association.externalId,
    namespace: association.namespace,
    policy: association.policy,
    region,
    roleArn: association.roleArn,
    serviceAccount: association.serviceAccount,
    targetRoleArn: association.targetRoleArn,
    ...tagState(association.tags ?? {}, known, defaultTags),
  };
  return { id: associationId, state };
}

/** An import knows no cluster but the one in its id. */
function address(id: string, known: Properties): { clusterName: string; associationId: string } {
  const [clusterName, associationId, ...rest] = id.split(",");
  if (clusterName && associationId && rest.length === 0) return { clusterName, associationId };
  if (typeof known.clusterName === "string") return { clusterName: known.clusterName, associationId: id };
  throw new Error(`wrong format of import ID (${id}), use: 'cluster-name,association-id'`);
}
