/**
 * Images come from the tenant's own pipeline or from the platform's (R23): an image of a trusted registry is still anybody's
 * who may push there. No CEL of the API server can read a registry, so that this is no rule like the others: Kyverno checks
 * signatures itself, Gatekeeper by a provider beside it.
 */

import * as labels from "../model/labels";
import type { GuardrailAction, Signer } from "../model/platform";
import type { GuardedPlatform } from "../model/provisioner";
import { nativeActions, resourceRules } from "./engines/native";
import { POD } from "./kinds";
import { WORKLOADS, specIn } from "./pods";
import { COMMON, text, type Match } from "./rule";
import { namespaceSelector } from "./scope";

/** Name of the policies, and of the rule in the platform's `guardrails.rules`. */
export const SIGNATURES = "signatures";

export const UNSIGNED = "is not signed by whom the platform trusts with that name";
/** A tag may lead to another image by the time that the node pulls. */
export const UNPINNED = "is named without the digest that was signed";
export const SIGNATURE_ADVICE =
  "Whoever may push to a registry may have the cluster run anything, unless the signature says who built it. Have the image built and signed by the pipeline that the platform trusts, and name it with its digest (@sha256:...)";

const HOLE = "{tenant}";

/** Why nothing checks signatures on the platform; nothing where they are checked. */
export function signaturesUnchecked({ guardrails }: GuardedPlatform): string | undefined {
  const { engine, signatures } = guardrails;
  if (signatures.length === 0) {
    return "nobody checks who built an image; name the signers (guardrails.signatures) and use kyverno or gatekeeper";
  }
  return engine === "native"
    ? "the API server cannot check signatures of images, so that guardrails.signatures holds nothing; use kyverno or gatekeeper (guardrails.engine)"
    : undefined;
}

/** What the API server cannot judge here, for the page about the guardrails. */
export const NATIVE_CANNOT =
  "CEL in the API server reads no registry, so native admission cannot verify signatures: it holds tenants to registries alone";

const MATCHES: readonly Match[] = [
  { kinds: [POD], operations: ["CREATE", "UPDATE"], subresources: ["ephemeralcontainers"] },
  { kinds: WORKLOADS, operations: ["CREATE", "UPDATE"] },
];

/** CEL of the images of an object: containers of every sort, and images that are mounted. */
const IMAGES = `(${["containers", "initContainers", "ephemeralContainers"]
  .map((field) => `dyn(${specIn("object")}).?${field}.orValue([])`)
  .join(" + ")}).map(one, string(one.?image.orValue(""))) +
  dyn(${specIn("object")}).?volumes.orValue([]).filter(one, has(one.image))
    .map(one, string(one.image.?reference.orValue("")))`;

/**
 * Kyverno's policy, for a platform that names signers. It pins no tag to a digest by itself: Kyverno 1.19.1 hangs on a pod that
 * runs one image twice and another one besides, when it is told to.
 */
export function signaturePolicy(platform: GuardedPlatform, action: GuardrailAction) {
  const { signatures } = platform.guardrails;
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "ImageValidatingPolicy",
    metadata: { name: `tenantry-${SIGNATURES}` },
    spec: {
      failurePolicy: "Fail",
      validationActions: nativeActions(action),
      evaluation: { admission: { enabled: true }, background: { enabled: false } },
      autogen: { podControllers: { controllers: [] } },
      // It asks a registry, and for pipelines Sigstore's log; the default of ten seconds is short for several images.
      webhookConfiguration: { timeoutSeconds: 30 },
      matchConstraints: {
        namespaceSelector: namespaceSelector(platform),
        resourceRules: MATCHES.flatMap(resourceRules),
      },
      // Whoever writes a pod's labels does not answer for its images.
      matchConditions: [
        {
          name: "says-anything-new",
          expression: `request.operation == "CREATE" || (${specIn("object")}) != (${specIn("oldObject")})`,
        },
      ],
      validationConfigurations: { mutateDigest: false, verifyDigest: false, required: true },
      // Kyverno asks no registry for other images: whoever names one would choose where it connects to.
      matchImageReferences: [...new Set(signatures.flatMap(({ images }) => images))].map((prefix) => ({
        glob: `${prefix.replaceAll(HOLE, "*")}*`,
      })),
      // In place of Kyverno's own, which know fewer kinds. It hangs where an image that it has read comes before one that it has not.
      images: [
        {
          name: "containers",
          expression: `(${IMAGES}).transformList(at, image, (${IMAGES}).indexOf(image) == at, image)`,
        },
        { name: "initContainers", expression: "[]" },
        { name: "ephemeralContainers", expression: "[]" },
      ],
      attestors: signatures.map((signer, index) => ({ name: attestor(index), cosign: cosign(signer) })),
      variables: Object.entries({
        ...COMMON,
        owner: `string(variables.marks[?${text(labels.NAME)}].orValue(""))`,
        images: IMAGES,
        offences: `variables.images.filter(image, !image.contains("@sha256:"))
            .map(image, "image " + image + ${text(` ${UNPINNED}`)}) +
          variables.images.filter(image, image.contains("@sha256:") && !(${signatures.map(isSigned).join(" || ")}))
            .map(image, "image " + image + ${text(` ${UNSIGNED}`)})`,
      }).map(([variable, expression]) => ({ name: variable, expression })),
      validations: [
        {
          expression: "variables.offences.size() == 0",
          message: `${SIGNATURE_ADVICE}.`,
          messageExpression: `variables.what + ": " + variables.offences.join(", ") + ${text(`. ${SIGNATURE_ADVICE}.`)}`,
        },
      ],
    },
  };
}

function attestor(index: number): string {
  return `signer${index}`;
}

/** A key of one's own needs nobody's log; a pipeline's certificate lasts minutes, and the log says that it was in time. */
function cosign({ keyless, publicKey = "" }: Signer) {
  return keyless === undefined
    ? {
        key: { data: publicKey },
        ctlog: { insecureIgnoreTlog: true, insecureIgnoreSCT: true },
      }
    : { keyless: { identities: [{ issuer: keyless.issuer, subject: keyless.subject }] } };
}

/** CEL: whether the image is one that this signer signs, and is signed by it. */
function isSigned({ images }: Signer, index: number): string {
  const ofSigner = images.map((prefix) => {
    const begins = `image.startsWith(${text(prefix).replaceAll(HOLE, '" + variables.owner + "')})`;
    return prefix.includes(HOLE) ? `(variables.owner != "" && ${begins})` : begins;
  });
  return `((${ofSigner.join(" || ")}) && verifyImageSignatures(image, [attestors.${attestor(index)}]) > 0)`;
}
