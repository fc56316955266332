/** Projects say what Applications may do, and ApplicationSets write Applications anywhere: both are the platform's (R78). */

import { meta, PROVISIONER } from "../../examples";
import { APPLICATION, APPLICATION_SET, APP_PROJECT } from "../../kinds";
import type { Document, Rule } from "../../rule";
import { ARGO_NAMESPACE, NO_TENANT, PROJECT, application, type Fields } from "./objects";
import { IS_TENANTS } from "./own";

const argo = (kind: string, spec: Fields, metadata = meta("web")): Document => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind,
  metadata,
  spec,
});
const stranger = { name: "web", namespace: ARGO_NAMESPACE };
const open = { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }] };
const template = application();
const set = {
  generators: [{ list: { elements: [] } }],
  template: { metadata: { name: "web" }, spec: template["spec"] },
};

export const argoPlatform: Rule = {
  name: "argo-platform",
  requirements: ["R78"],
  matches: [{ kinds: [APPLICATION, APPLICATION_SET, APP_PROJECT], operations: ["CREATE", "UPDATE"] }],
  // Argo CD writes the status of the first and the last into the object itself.
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `object.kind != "Application" ? ["an " + object.kind + " is the platform's"] :
    (${IS_TENANTS}) ? [] : ["it is in namespace " + request.namespace + ", which is no tenant's"]`,
  why: "Projects decide what Applications may do, ApplicationSets write Applications of any project, and what is in Argo CD's own namespace is trusted",
  cure: `Write Applications of the project ${PROJECT.replace("example", "<tenant>")} in your own namespace, or ask the platform`,
  sparesPlatform: true,
  examples: {
    passes: [
      { what: "an Application in the tenant's namespace", object: application() },
      {
        what: "a project by the platform",
        object: argo("AppProject", { description: "For the platform's own." }, stranger),
        by: PROVISIONER,
        namespace: NO_TENANT,
      },
    ],
    fails: [
      {
        what: "a project that allows everything (A179)",
        object: argo("AppProject", open),
        says: "an AppProject is the platform's",
      },
      {
        what: "a set that writes Applications (A179)",
        object: argo("ApplicationSet", set),
        says: "an ApplicationSet is the platform's",
      },
      {
        what: "a project that is widened",
        before: argo("AppProject", { sourceRepos: ["https://git.example.com/example/web.git"] }),
        object: argo("AppProject", open),
        says: "an AppProject is the platform's",
      },
      {
        what: "an Application in Argo CD's own namespace (A179)",
        object: application({}, stranger),
        namespace: NO_TENANT,
        says: "it is in namespace argocd, which is no tenant's",
      },
    ],
  },
};
