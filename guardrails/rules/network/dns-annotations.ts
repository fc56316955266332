/** ExternalDNS writes whatever name an annotation asks for into the platform's zones, another tenant's as well (R50). */

import type { GuardedPlatform } from "../../../model/provisioner";
import { everyWorkload } from "../../examples";
import { GRPC_ROUTE, HTTP_ROUTE, POD, SERVICE, TCP_ROUTE, TLS_ROUTE, UDP_ROUTE } from "../../kinds";
import { WORKLOADS } from "../../pods";
import { text, type Document, type Rule } from "../../rule";
import { HOSTS, isOwnHost } from "./hosts";
import { route, service, WITH_HOSTS, type Fields } from "./objects";

const PREFIX = "external-dns.alpha.kubernetes.io/";
const NAMES = ["hostname", "internal-hostname"].map((key) => PREFIX + key);
const ALLOWED = [...NAMES, `${PREFIX}ttl`];

/** CEL: the annotations of an object and of the pods that are made from it. */
function annotationsIn(object: string): string {
  const of = (metadata: string) => `${object}.${metadata}.?annotations.orValue({})`;
  const pods = `${object}.kind in ${text(WORKLOADS.map(({ kind }) => kind))}`;
  return `[${of("metadata")}] + (!(${pods}) ? [] :
    ${object}.kind == "PodTemplate" ? [${of("template.?metadata")}] :
    ${object}.kind == "CronJob" ? [${of("spec.jobTemplate.spec.template.?metadata")}] :
    [${of("spec.template.?metadata")}])`;
}

const hostname = (host: string): Fields => ({ annotations: { [`${PREFIX}hostname`]: host } });

/** An object with such an annotation on the pods that are made from it; on itself where it is none that makes pods. */
function asking(object: Document, host: string): Document {
  const spec = object["spec"] as Fields | undefined;
  switch (object["kind"]) {
    case "Pod":
      return annotated(object, host);
    case "PodTemplate":
      return { ...object, template: annotated(object["template"] as Document, host) };
    case "CronJob": {
      const { jobTemplate } = spec as { jobTemplate: { spec: { template: Document } } };
      const inner = { ...jobTemplate.spec, template: annotated(jobTemplate.spec.template, host) };
      return { ...object, spec: { ...spec, jobTemplate: { ...jobTemplate, spec: inner } } };
    }
    default:
      return { ...object, spec: { ...spec, template: annotated(spec?.["template"] as Document, host) } };
  }
}

function annotated(object: Document, host: string): Document {
  return { ...object, metadata: { ...(object["metadata"] as Fields), ...hostname(host) } };
}

export function dnsAnnotations(platform: GuardedPlatform): Rule {
  return {
    name: "dns-annotations",
    requirements: ["R50"],
    matches: [
      {
        kinds: [SERVICE, HTTP_ROUTE, GRPC_ROUTE, TLS_ROUTE, TCP_ROUTE, UDP_ROUTE, POD, ...WORKLOADS],
        operations: ["CREATE", "UPDATE"],
      },
    ],
    variables: {
      ...HOSTS,
      annotations: annotationsIn("object"),
    },
    when: `request.operation == "CREATE" || variables.annotations != (${annotationsIn("oldObject")})`,
    offences: `variables.annotations.map(annotations, annotations.map(key, string(key))
      .filter(key, key.startsWith("external-dns.") && (!(key in ${text(ALLOWED)}) || key in ${text(NAMES)} &&
        !string(annotations[key]).split(",").all(host, ${isOwnHost("host.trim()")})))
      .map(key, key in ${text(NAMES)} ? "it asks for the name " + string(annotations[key])
        : "its annotation " + key + " is none of those for tenants").join(", ")).filter(offence, offence != "")`,
    why: "ExternalDNS writes what annotations ask for, and a name belongs to the tenant whose file lists it",
    cure: "Ask for hosts of network.ingress.hosts in the tenant's file, and leave out other annotations of ExternalDNS",
    examples: {
      passes: [
        { what: "a Service without annotations", object: service() },
        {
          what: "own hosts, one of them under an own wildcard",
          object: service({}, hostname("shop.example.com, a.apps.example.com")),
          namespace: WITH_HOSTS,
        },
        {
          what: "how long an own host is kept",
          object: service({}, { annotations: { [`${PREFIX}ttl`]: "60" } }),
          namespace: WITH_HOSTS,
        },
      ],
      fails: [
        {
          what: "another tenant's host",
          object: service({}, hostname("b.example.com")),
          namespace: WITH_HOSTS,
          says: "it asks for the name b.example.com",
        },
        {
          what: "an own host beside another's",
          object: service({}, hostname("shop.example.com,b.example.com")),
          namespace: WITH_HOSTS,
          says: "it asks for the name shop.example.com,b.example.com",
        },
        {
          what: "any host where the tenant has none",
          object: service({}, hostname("shop.example.com")),
          says: "it asks for the name shop.example.com",
        },
        {
          what: "an alias for somebody's target",
          object: service({}, { annotations: { [`${PREFIX}target`]: "198.51.100.7" } }),
          namespace: WITH_HOSTS,
          says: `its annotation ${PREFIX}target is none of those for tenants`,
        },
        ...(["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"] as const).map((kind) => ({
          what: `a ${kind} that asks for another tenant's host`,
          object: route(platform, {}, kind, hostname("b.example.com")),
          namespace: WITH_HOSTS,
          says: "it asks for the name b.example.com",
        })),
        ...everyWorkload({}).map(({ what, object }) => ({
          what: `${what} whose pods ask for another tenant's host`,
          object: asking(object, "b.example.com"),
          says: "it asks for the name b.example.com",
        })),
        {
          what: "a host that comes later",
          before: service(),
          object: service({}, hostname("b.example.com")),
          says: "it asks for the name b.example.com",
        },
      ],
    },
  };
}
