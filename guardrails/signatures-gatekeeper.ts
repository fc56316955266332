/**
 * Gatekeeper asks a provider of external data whether images are signed (R23). Whose signatures count is in the provider's
 * own settings, and the template trusts no image that the provider does not vouch for in so many words.
 */

import type { GuardrailAction } from "../model/platform";
import type { GuardedPlatform } from "../model/provisioner";
import { POD, type Kind } from "./kinds";
import { WORKLOADS } from "./pods";
import { exemptNamespaces } from "./scope";
import { SIGNATURES, SIGNATURE_ADVICE, UNPINNED, UNSIGNED } from "./signatures";

/** Stands in the text for the provider's name. */
const PROVIDER = "<provider>";
const KIND = "TenantrySignatures";
const KINDS: readonly Kind[] = [POD, ...WORKLOADS];

export function signatureTemplate(platform: GuardedPlatform) {
  return {
    apiVersion: "templates.gatekeeper.sh/v1",
    kind: "ConstraintTemplate",
    metadata: { name: KIND.toLowerCase() },
    spec: {
      crd: { spec: { names: { kind: KIND } } },
      targets: [
        {
          target: "admission.k8s.gatekeeper.sh",
          code: [
            {
              engine: "Rego",
              source: { version: "v1", rego: REGO.replace(PROVIDER, platform.guardrails.signatureProvider) },
            },
          ],
        },
      ],
    },
  };
}

export function signatureConstraint(platform: GuardedPlatform, action: GuardrailAction) {
  return {
    apiVersion: "constraints.gatekeeper.sh/v1beta1",
    kind: KIND,
    metadata: { name: `tenantry-${SIGNATURES}` },
    spec: {
      enforcementAction: action === "enforce" ? "deny" : "warn",
      match: {
        excludedNamespaces: exemptNamespaces(platform),
        kinds: [...new Set(KINDS.map(({ group }) => group))].map((group) => ({
          apiGroups: [group],
          kinds: KINDS.filter((one) => one.group === group).map(({ kind }) => kind),
        })),
      },
    },
  };
}

/** CEL cannot ask: the template is in Gatekeeper's other language. Ratify answers with pairs of an image and what it found. */
const REGO = `package tenantry.signatures

spec_of(object) := object.spec if object.kind == "Pod"

spec_of(object) := object.template.spec if object.kind == "PodTemplate"

spec_of(object) := object.spec.jobTemplate.spec.template.spec if object.kind == "CronJob"

spec_of(object) := object.spec.template.spec if not object.kind in {"Pod", "PodTemplate", "CronJob"}

images_of(object) := mounted | {image |
  some field in ["containers", "initContainers", "ephemeralContainers"]
  some container in object_list(spec_of(object), field)
  image := container.image
} if {
  mounted := {image |
    some volume in object_list(spec_of(object), "volumes")
    image := volume.image.reference
  }
}

object_list(from, field) := list if {
  list := from[field]
} else := []

images := images_of(input.review.object)

# What is as it was may stay.
unchanged if {
  input.review.operation == "UPDATE"
  images == images_of(input.review.oldObject)
}

answer := external_data({"provider": "${PROVIDER}", "keys": [image | some image in pinned]})

vouched contains image if {
  some [image, found] in answer.responses
  found.isSuccess == true
}

pinned contains image if {
  some image in images
  contains(image, "@sha256:")
}

offences := array.concat(
  [sprintf("image %v ${UNPINNED}", [image]) | some image in images - pinned],
  [sprintf("image %v ${UNSIGNED}", [image]) | some image in pinned - vouched],
)

violation contains {"msg": msg} if {
  not unchanged
  count(offences) > 0
  msg := sprintf("%v %v: %v. %v.", [
    input.review.object.kind,
    object.get(input.review.object.metadata, "name", ""),
    concat(", ", offences),
    "${SIGNATURE_ADVICE}",
  ])
}
`;
