/** Images come from registries that the platform trusts (R22): who may name any image runs anybody's code. */

import type { GuardedPlatform } from "../../../model/provisioner";
import * as labels from "../../../model/labels";
import { EXAMPLE, OTHER, everyWorkload, pod, workload } from "../../examples";
import { podRule } from "../../pods";
import { text, type Rule } from "../../rule";

const HOLE = "{tenant}";

/** @returns nothing where the platform names no registry: then any will do. */
export function imageRegistry({ guardrails }: GuardedPlatform): Rule | undefined {
  const { registries } = guardrails;
  if (registries.length === 0) {
    return undefined;
  }
  return podRule({
    name: "image-registry",
    requirements: ["R22"],
    variables: {
      owner: `string(variables.marks[?${text(labels.NAME)}].orValue(""))`,
      registries: registriesOf(registries),
      references: `variables.containers.map(container, {
          "of": "container " + string(container.name), "image": string(container.?image.orValue(""))
        }) + variables.pod.?volumes.orValue([]).filter(volume, has(volume.image)).map(volume, {
          "of": "volume " + string(volume.name), "image": string(volume.image.?reference.orValue(""))
        })`,
    },
    // As it is written: a name in upper case, or without a registry, is one that the node reads its own way.
    offences: `variables.references.filter(one, !variables.registries.exists(known, one.image.startsWith(known)))
      .map(one, one.of + " runs image " + one.image)`,
    why: "Images come only from registries that the platform trusts",
    cure: `Push the image where its name begins with ${registries
      .map((registry) => registry.replace(HOLE, "<your tenant's name>"))
      .join(" or ")}, and name it so in full`,
    examples: examples(
      registries[0] ?? "",
      registries.find((registry) => registry.includes(HOLE)),
    ),
  });
}

/** CEL: those of everybody, and those of the namespace's tenant where it has one. */
function registriesOf(registries: readonly string[]): string {
  const [shared, own] = [false, true].map((owned) =>
    registries.filter((registry) => registry.includes(HOLE) === owned),
  );
  const ofTenant = (own ?? []).map((registry) => text(registry).replaceAll(HOLE, '" + variables.owner + "'));
  return `${text(shared)} + (variables.owner == "" ? [] : [${ofTenant.join(", ")}])`;
}

function examples(registry: string, owned: string | undefined): Rule["examples"] {
  const host = registry.slice(0, registry.indexOf("/"));
  const foreign = { image: "docker.example.net/app:1.0" };
  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  const mount = (reference: string) => ({
    volumes: [{ name: "model", image: { reference, pullPolicy: "Always" } }],
  });
  const ofTenant = (name: string) => `${(owned ?? registry).replaceAll(HOLE, name)}app:1.0`;
  return {
    passes: [
      { what: "a name with a tag", object: pod({ container: { image: `${registry}app:1.0` } }) },
      { what: "a digest", object: pod({ container: { image: `${registry}team/app@${digest}` } }) },
      {
        what: "a tag and a digest",
        object: workload("Job", { container: { image: `${registry}app:1@${digest}` } }),
      },
      {
        what: "the tenant's own part of a registry",
        object: pod({ container: { image: ofTenant(EXAMPLE.name) } }),
      },
      { what: "an image as a volume", object: pod({ spec: mount(`${registry}model:1.0`) }) },
      {
        what: "a container to debug with",
        before: pod(),
        object: pod({ ephemeralContainer: { image: `${registry}shell:1.0` } }),
        subresource: "ephemeralcontainers",
      },
    ],
    fails: [
      ...everyWorkload({ container: foreign }).map(({ what, object }) => ({
        what,
        object,
        says: `container app runs image ${foreign.image}`,
      })),
      {
        what: "the container that runs first (A160)",
        object: pod({ initContainer: foreign }),
        says: `container first runs image ${foreign.image}`,
      },
      {
        what: "a container to debug with",
        before: pod(),
        object: pod({ ephemeralContainer: foreign }),
        subresource: "ephemeralcontainers",
        says: `container debug runs image ${foreign.image}`,
      },
      {
        what: "an image as a volume",
        object: workload("Deployment", { spec: mount("docker.example.net/model:1.0") }),
        says: "volume model runs image docker.example.net/model:1.0",
      },
      {
        what: "a host that only begins like the registry's (A161)",
        object: pod({ container: { image: `${host}.example.net/app:1.0` } }),
        says: `container app runs image ${host}.example.net/app:1.0`,
      },
      {
        what: "a host that hides the registry in its path",
        object: pod({ container: { image: `docker.example.net/${registry}app:1.0` } }),
        says: `container app runs image docker.example.net/${registry}app:1.0`,
      },
      {
        what: "the registry's host with another port",
        object: pod({ container: { image: `${host}:8443/app:1.0` } }),
        says: `container app runs image ${host}:8443/app:1.0`,
      },
      {
        what: "no registry, which is the node's default one (A162)",
        object: pod({ container: { image: "library/app:1.0" } }),
        says: "container app runs image library/app:1.0",
      },
      {
        what: "the registry in upper case",
        object: pod({ container: { image: `${registry.toUpperCase()}app:1.0` } }),
        says: `container app runs image ${registry.toUpperCase()}app:1.0`,
      },
      {
        what: "a trusted digest in a foreign registry",
        object: pod({ container: { image: `docker.example.net/app@${digest}` } }),
        says: `container app runs image docker.example.net/app@${digest}`,
      },
      {
        what: "a running pod that gets another image (A163)",
        before: pod(),
        object: pod({ container: foreign }),
        says: `container app runs image ${foreign.image}`,
      },
      ...(owned === undefined ? [] : ownedExamples(ofTenant)),
    ],
  };
}

function ownedExamples(ofTenant: (name: string) => string): Rule["examples"]["fails"] {
  const fails = (what: string, image: string) => ({
    what,
    object: pod({ container: { image } }),
    says: `container app runs image ${image}`,
  });
  return [
    fails("another tenant's part of a registry", ofTenant(OTHER.name)),
    fails("a part whose name begins like the tenant's", ofTenant(`${EXAMPLE.name}-two`)),
    {
      ...fails("a part without a name, in a namespace that is no tenant's", ofTenant("")),
      namespace: { labels: { [labels.TENANT]: null, [labels.NAME]: null } },
    },
  ];
}
