/** An alias for a name inside the cluster lets a gateway, or whoever trusts the alias, reach another tenant (R25). */

import { NAMESPACE_NAME, OTHER_NAMESPACE } from "../../examples";
import { SERVICE } from "../../kinds";
import type { GuardedPlatform } from "../../../model/provisioner";
import { text, type Rule } from "../../rule";
import { exemptNamespaces } from "../../scope";
import { service } from "./objects";

/**
 * Labels and a top-level domain, of letters or in Punycode: addresses in any spelling, names without a dot and
 * `<service>.<namespace>` of most namespaces are none.
 */
const PUBLIC = "^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?[.])+([a-z]{2,}|xn--[a-z0-9-]*[a-z0-9])$";
/** Domains that no public name is in, and those of the clouds' metadata services. */
const CLOSED = [
  "svc",
  "cluster.local",
  "local",
  "localhost",
  "localdomain",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "arpa",
  "metadata.goog",
];
/** The metadata service's address inside a name, as services that answer for every address spell it. */
const METADATA = "(^|[.-])(169[.-]254[.-]|a9fea9fe|a9fe[.-])";

const alias = (externalName: string) => service({ type: "ExternalName", externalName, ports: undefined });

export function externalName(platform: GuardedPlatform): Rule {
  // Where a client adds search domains, a name that ends in a namespace is one of the cluster's.
  const closed = [...new Set([...CLOSED, "default", ...exemptNamespaces(platform)])];
  return {
    name: "external-name",
    requirements: ["R25"],
    matches: [{ kinds: [SERVICE], operations: ["CREATE", "UPDATE"] }],
    variables: {
      given: `string(object.spec.?type.orValue("") == "ExternalName" ? object.spec.?externalName.orValue("") : "")`,
      name: `variables.given.lowerAscii().endsWith(".")
        ? variables.given.lowerAscii().substring(0, variables.given.size() - 1) : variables.given.lowerAscii()`,
    },
    when: `variables.given != "" && (request.operation == "CREATE" || object.spec != oldObject.spec)`,
    offences: `variables.name.matches(${text(PUBLIC)}) && !variables.name.contains(".svc.") &&
      !variables.name.matches(${text(METADATA)}) &&
      !${text(closed)}.exists(domain, variables.name == domain || variables.name.endsWith("." + domain))
        ? [] : ["it is an alias for " + variables.given]`,
    why: "An alias for a name or address inside the cluster or of its machines leads round the borders between tenants",
    cure: "Name a public host, such as db.example.com, or use a Service with a selector",
    examples: {
      passes: [
        { what: "a public host", object: alias("db.example.com") },
        { what: "a public host with a closing dot", object: alias("db.example.com.") },
        { what: "a public host whose labels only look like the cluster's", object: alias("svc.example.com") },
        { what: "a host in Punycode", object: alias("db.xn--bcher-kva.xn--p1ai") },
      ],
      fails: [
        {
          what: "another tenant's Service",
          object: alias(`db.${OTHER_NAMESPACE}.svc.cluster.local`),
          says: "it is an alias for db.tenant-other.svc.cluster.local",
        },
        {
          what: "the same with a closing dot",
          object: alias(`db.${OTHER_NAMESPACE}.svc.cluster.local.`),
          says: "it is an alias for db.tenant-other.svc.cluster.local.",
        },
        {
          what: "a Service by its short name",
          object: alias(`db.${OTHER_NAMESPACE}.svc`),
          says: "it is an alias for db.tenant-other.svc",
        },
        {
          what: "a Service by the shortest name",
          object: alias(`db.${OTHER_NAMESPACE}`),
          says: "it is an alias for db.tenant-other",
        },
        {
          what: "an own Service, in a cluster with a domain of its own",
          object: alias(`db.${NAMESPACE_NAME}.svc.k8s.example.com`),
          says: "it is an alias for db.tenant-example.svc.k8s.example.com",
        },
        {
          what: "the API server",
          object: alias("kubernetes.default"),
          says: "it is an alias for kubernetes.default",
        },
        { what: "a name without a dot", object: alias("db"), says: "it is an alias for db" },
        {
          what: "the metadata service by name",
          object: alias("metadata.google.internal"),
          says: "it is an alias for metadata.google.internal",
        },
        {
          what: "the metadata service by address",
          object: alias("169.254.169.254"),
          says: "it is an alias for 169.254.169.254",
        },
        {
          what: "the metadata service by a name that holds its address",
          object: alias("169-254-169-254.nip.io"),
          says: "it is an alias for 169-254-169-254.nip.io",
        },
        {
          what: "a public alias that turns into the cluster later",
          before: alias("db.example.com"),
          object: alias("db.tenant-other.svc.cluster.local"),
          says: "it is an alias for db.tenant-other.svc.cluster.local",
        },
      ],
    },
  };
}
