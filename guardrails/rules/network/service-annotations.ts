/** Annotations by which a load balancer's controller borrows what is not the tenant's: certificates, firewalls, networks (R24). */

import { SERVICE } from "../../kinds";
import { text, type Rule } from "../../rule";
import { BALANCER, service, WITH_LOAD_BALANCERS } from "./objects";

const AWS = "service.beta.kubernetes.io/aws-load-balancer-";

/** What AWS' controllers may be told: how the load balancer works, and nothing that exists besides it. */
const ALLOWED = [
  "type",
  "nlb-target-type",
  "scheme",
  "internal",
  "ip-address-type",
  "backend-protocol",
  "proxy-protocol",
  "alpn-policy",
  "connection-idle-timeout",
  "connection-draining-enabled",
  "connection-draining-timeout",
  "cross-zone-load-balancing-enabled",
  "healthcheck-protocol",
  "healthcheck-port",
  "healthcheck-path",
  "healthcheck-success-codes",
  "healthcheck-interval",
  "healthcheck-timeout",
  "healthcheck-healthy-threshold",
  "healthcheck-unhealthy-threshold",
].map((setting) => AWS + setting);

/** Domains of annotations that controllers of load balancers and meshes of clusters read. */
const CONTROLLERS = [
  "service.beta.kubernetes.io",
  "alb.ingress.kubernetes.io",
  "elbv2.k8s.aws",
  "service.cilium.io",
  "lbipam.cilium.io",
  "io.cilium",
  "metallb.io",
  "metallb.universe.tf",
  "kube-vip.io",
  "cloud.google.com",
  "networking.gke.io",
];

const annotated = (annotations: Readonly<Record<string, string>>) =>
  service({ ...BALANCER }, { annotations });

export const serviceAnnotations: Rule = {
  name: "service-annotations",
  requirements: ["R24"],
  matches: [{ kinds: [SERVICE], operations: ["CREATE", "UPDATE"] }],
  variables: {
    annotations: "object.metadata.?annotations.orValue({})",
  },
  when: `request.operation == "CREATE" || variables.annotations != oldObject.metadata.?annotations.orValue({})`,
  offences: `variables.annotations.map(key, string(key)).filter(key, key.split("/")[0] in ${text(CONTROLLERS)} &&
    !(key in ${text(ALLOWED)})).map(key, "its annotation " + key + " is none of those for tenants")`,
  why: "Such annotations let a load balancer take certificates, firewalls, networks, names or addresses that are not the tenant's",
  cure: `Leave the annotation out; of ${AWS}... tenants may set how the load balancer checks, balances and ends connections`,
  examples: {
    passes: [
      { what: "a Service without annotations", object: service() },
      {
        what: "annotations that no load balancer reads",
        object: service({}, { annotations: { "prometheus.io/scrape": "true", note: "mine" } }),
      },
      {
        what: "how a granted load balancer works",
        object: annotated({ [`${AWS}type`]: "external", [`${AWS}nlb-target-type`]: "ip" }),
        namespace: WITH_LOAD_BALANCERS,
      },
    ],
    fails: [
      ...Object.entries({
        "another tenant's firewall": [`${AWS}security-groups`, "sg-0123456789abcdef0"],
        "another tenant's certificate": [
          `${AWS}ssl-cert`,
          "arn:aws:acm:eu-central-1:000000000000:certificate/other",
        ],
        "a network of its choice": [`${AWS}subnets`, "subnet-0123456789abcdef0"],
        "an address of its choice": [`${AWS}eip-allocations`, "eipalloc-0123456789abcdef0"],
        "the tag of another tenant": [`${AWS}additional-resource-tags`, "tenant=other"],
        "logs into another's bucket": [`${AWS}access-log-s3-bucket-name`, "other-logs"],
        "an allowed setting with more behind it": [`${AWS}type-of-others`, "nlb"],
        "an address of MetalLB's": ["metallb.io/loadBalancerIPs", "198.51.100.7"],
        "a Service shared with other clusters": ["service.cilium.io/global", "true"],
      } as const).map(([what, [key, value]]) => ({
        what,
        object: annotated({ [key]: value }),
        namespace: WITH_LOAD_BALANCERS,
        says: `its annotation ${key} is none of those for tenants`,
      })),
      {
        what: "a certificate that comes later",
        before: service(),
        object: service(
          {},
          { annotations: { [`${AWS}ssl-cert`]: "arn:aws:acm:eu-central-1:0:certificate/a" } },
        ),
        says: `its annotation ${AWS}ssl-cert is none of those for tenants`,
      },
    ],
  },
};
