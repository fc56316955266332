import { ListTagsForResourceCommand, TagResourceCommand, UntagResourceCommand } from "@aws-sdk/client-eks";
import type { EKSClient } from "@aws-sdk/client-eks";
import type { CallContext } from "../protocol";
import type { Change } from "../schema/lifecycle";
import { attempt } from "./errors";
import { tagChanges, tagsFrom } from "./tags";
import type { Tags } from "./tags";

/** The tags as they are now: the emulator's description of a node group keeps those of its creation. */
export async function readEksTags(eks: EKSClient, resourceArn: string): Promise<Tags> {
  const sent = eks.send(new ListTagsForResourceCommand({ resourceArn }));
  const doing = `listing tags for EKS resource (${resourceArn})`;
  return (await attempt(doing, "EKS", "ListTagsForResource", sent)).tags ?? {};
}

/** Writes what the change says of the tags, if it does. */
export async function updateEksTags(
  eks: EKSClient,
  { signal }: CallContext,
  resourceArn: string,
  { state, inputs, changed }: Change,
): Promise<void> {
  if (!changed.has("tagsAll")) return;
  const send = { abortSignal: signal };
  const { set, removed } = tagChanges(state.tagsAll, inputs.tagsAll);
  const doing = `updating tags for EKS resource (${resourceArn})`;
  for (const key of removed) {
    // One at a time: of several keys in a request the emulator takes the first.
    const sent = eks.send(new UntagResourceCommand({ resourceArn, tagKeys: [key] }), send);
    await attempt(doing, "EKS", "UntagResource", sent);
  }
  if (set.length === 0) return;
  const sent = eks.send(new TagResourceCommand({ resourceArn, tags: { ...tagsFrom(set) } }), send);
  await attempt(doing, "EKS", "TagResource", sent);
}
