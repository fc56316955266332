/** Runs a declaration against mocks and hands back the graph as declared, options included, which mocks hide. */

import * as pulumi from "@pulumi/pulumi";

export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly props: Record<string, unknown>;
  readonly opts: pulumi.CustomResourceOptions & pulumi.ComponentResourceOptions;
  readonly resource: pulumi.Resource;
}

const mocks: pulumi.runtime.Mocks = {
  newResource: ({ name, inputs, id }) => ({
    id: id ?? `${name}-id`,
    // What AWS would make up. All else that the program derives must be known without it.
    state: { ...(inputs as object), keyId: `${name}-key-id`, arn: `arn:of:${name}` },
  }),
  call: () => {
    throw new Error("the program asks nobody while it declares");
  },
};

/** The resources that `declare` registers, in order. */
export async function graphOf(declare: () => unknown): Promise<Declared[]> {
  await pulumi.runtime.setMocks(mocks, "tenantry", "sample", true);
  const declared: Declared[] = [];
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts, resource }) => {
      // A component is not yet marked as one when its transformations run; its type tells.
      const custom = !type.startsWith("tenantry:");
      declared.push({ type, name, props: props, opts, resource, custom });
      return undefined;
    });
    await declare();
    return undefined;
  });
  await pulumi.runtime.disconnect();
  return declared;
}

/** Ancestors from the nearest outwards. */
export function ancestors(of: Declared, graph: readonly Declared[]): Declared[] {
  const parent = graph.find((candidate) => candidate.resource === of.opts.parent);
  return parent === undefined ? [] : [parent, ...ancestors(parent, graph)];
}

/** What a resource names in `dependsOn`, itself or through its ancestors. */
export function dependencies(of: Declared, graph: readonly Declared[]): Declared[] {
  const named = [of, ...ancestors(of, graph)].flatMap(({ opts }) => [opts.dependsOn].flat());
  return graph.filter(({ resource }) => named.includes(resource));
}
