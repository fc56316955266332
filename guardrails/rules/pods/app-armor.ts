/** AppArmor keeps a container from files of the node even where it is root; runtimes do so unless they are told not to (R18, R30). */

import { pod, workload } from "../../examples";
import { containersThat, podRule } from "../../pods";
import type { Document, Rule } from "../../rule";
import { MAY_BE_ROOT } from "./allow-root";
import { podSecurity, security } from "./objects";

/** Of older versions, which the API server still reads. */
const NOTE = "container.apparmor.security.beta.kubernetes.io/";

/** CEL of the pod's annotations in an object of any of the kinds. */
function notesIn(object: string): string {
  return `(${object}.kind == "Pod" ? ${object}.metadata.?annotations.orValue({}) :
    ${object}.kind == "PodTemplate" ? ${object}.template.?metadata.?annotations.orValue({}) :
    ${object}.kind == "CronJob" ? ${object}.spec.jobTemplate.spec.template.?metadata.?annotations.orValue({}) :
    ${object}.spec.template.?metadata.?annotations.orValue({}))`;
}

const FIELD = `["RuntimeDefault", "Localhost"].exists(known, known ==
  container.?securityContext.?appArmorProfile.?type.orValue("RuntimeDefault"))`;
const ANNOTATION = `variables.podNotes[?("${NOTE}" + container.name)].orValue("").matches("^(runtime/default|localhost/.*)?$")`;

const unconfined = { appArmorProfile: { type: "Unconfined" } };
const says = "container app is without AppArmor";

/** With the annotation of older versions. */
function noted(document: Document, profile: string): Document {
  const annotations = { [`${NOTE}app`]: profile };
  if (document["kind"] === "Pod") {
    return { ...document, metadata: { ...(document["metadata"] as object), annotations } };
  }
  const spec = document["spec"] as { template: { metadata: object } };
  const metadata = { ...spec.template.metadata, annotations };
  return { ...document, spec: { ...spec, template: { ...spec.template, metadata } } };
}

const rule = podRule({
  name: "app-armor",
  requirements: ["R18", "R30"],
  variables: { podNotes: notesIn("object") },
  offences: `(["RuntimeDefault", "Localhost"].exists(known, known ==
      variables.pod.?securityContext.?appArmorProfile.?type.orValue("RuntimeDefault"))
      ? [] : ["it is without AppArmor"]) +
    ${containersThat(`!(${FIELD}) || !${ANNOTATION}`, "is without AppArmor")}`,
  why: "Without AppArmor a container that is broken into reaches more of its node",
  cure: "Leave out appArmorProfile, or set its type to RuntimeDefault",
  examples: {
    passes: [
      {
        what: "the runtime's own",
        object: pod(podSecurity({ appArmorProfile: { type: "RuntimeDefault" } })),
      },
      {
        what: "a profile of the node",
        object: workload(
          "Deployment",
          security({ appArmorProfile: { type: "Localhost", localhostProfile: "app" } }),
        ),
      },
      { what: "the runtime's own, as an annotation", object: noted(pod(), "runtime/default") },
    ],
    fails: [
      { what: "none (A066)", object: pod(podSecurity(unconfined)), says: "it is without AppArmor" },
      { what: "none for a container of a template", object: workload("CronJob", security(unconfined)), says },
      { what: "none, as an annotation", object: noted(pod(), "unconfined"), says },
      {
        what: "none, as an annotation that a template is given",
        before: workload("Deployment"),
        object: noted(workload("Deployment"), "unconfined"),
        says,
      },
      {
        what: "an ephemeral container",
        before: pod(),
        object: pod({ ephemeralContainer: { securityContext: unconfined } }),
        subresource: "ephemeralcontainers",
        says: "container debug is without AppArmor",
      },
      {
        what: "a tenant that may run as root",
        object: pod(security(unconfined)),
        namespace: MAY_BE_ROOT,
        says,
      },
    ],
  },
});

export const appArmor: Rule = {
  ...rule,
  // What the pod's metadata says counts like its spec.
  when: `request.operation == "CREATE" || variables.pod != variables.podBefore ||
    variables.podNotes != ${notesIn("oldObject")}`,
};
