/** A load balancer or a port on every node is a way in past the tenant gateway, and costs what the platform pays (R24, R50). */

import * as labels from "../../../model/labels";
import { SERVICE } from "../../kinds";
import { text, type Rule } from "../../rule";
import { BALANCER, service, WITH_LOAD_BALANCERS, WITH_NODE_PORTS } from "./objects";

const granted = (label: string) => `variables.marks[?${text(label)}].orValue("") == "true"`;

/** The platform's word counts, which the namespace bears; what a Service says of itself counts for nothing. */
export const serviceType: Rule = {
  name: "service-type",
  requirements: ["R24", "R50"],
  matches: [{ kinds: [SERVICE], operations: ["CREATE", "UPDATE"] }],
  variables: {
    type: `string(object.spec.?type.orValue("ClusterIP"))`,
    balancers: granted(labels.LOAD_BALANCERS),
    nodePorts: granted(labels.NODE_PORTS),
  },
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `variables.type == "LoadBalancer" && !variables.balancers ? ["it is of type LoadBalancer"] :
    variables.type == "NodePort" && !variables.nodePorts ? ["it is of type NodePort"] :
    variables.type == "LoadBalancer" && !variables.nodePorts && object.spec.?allocateLoadBalancerNodePorts.orValue(true)
      ? ["it opens a port on every node besides the load balancer"] : []`,
  why: "Traffic from outside comes through the tenant gateway, unless the platform granted the tenant another way in",
  cure: "Use type ClusterIP and a route, or have the platform raise quota.loadBalancers or quota.nodePorts; without the latter a load balancer needs allocateLoadBalancerNodePorts: false",
  examples: {
    passes: [
      { what: "a Service that says nothing of it", object: service() },
      { what: "a Service of type ClusterIP", object: service({ type: "ClusterIP" }) },
      { what: "a headless Service", object: service({ clusterIP: "None" }) },
      {
        what: "a load balancer that the platform granted",
        object: service(BALANCER),
        namespace: WITH_LOAD_BALANCERS,
      },
      {
        what: "a port on every node that the platform granted",
        object: service({ type: "NodePort" }),
        namespace: WITH_NODE_PORTS,
      },
      {
        what: "a load balancer with ports on nodes, both granted",
        object: service({ type: "LoadBalancer" }),
        namespace: WITH_NODE_PORTS,
      },
      {
        what: "a note on a load balancer whose grant was taken back",
        before: service(BALANCER),
        object: service(BALANCER, { annotations: { note: "kept" } }),
      },
    ],
    fails: [
      { what: "a load balancer", object: service(BALANCER), says: "it is of type LoadBalancer" },
      {
        what: "a load balancer that grants itself the override",
        object: service(BALANCER, {
          annotations: { "tenant-override": "true", [labels.LOAD_BALANCERS]: "true" },
        }),
        says: "it is of type LoadBalancer",
      },
      {
        what: "a load balancer where the grant says no",
        object: service(BALANCER),
        namespace: { labels: { [labels.LOAD_BALANCERS]: "false" } },
        says: "it is of type LoadBalancer",
      },
      {
        what: "a load balancer where the namespace is no tenant's",
        object: service(BALANCER),
        namespace: { labels: { [labels.TENANT]: null, [labels.NAME]: null } },
        says: "it is of type LoadBalancer",
      },
      {
        what: "a port on every node",
        object: service({ type: "NodePort" }),
        says: "it is of type NodePort",
      },
      {
        what: "a port on every node where only load balancers are granted",
        object: service({ type: "NodePort" }),
        namespace: WITH_LOAD_BALANCERS,
        says: "it is of type NodePort",
      },
      {
        what: "a granted load balancer that brings ports on nodes along",
        object: service({ type: "LoadBalancer" }),
        namespace: WITH_LOAD_BALANCERS,
        says: "it opens a port on every node besides the load balancer",
      },
      {
        what: "a Service of type ClusterIP that becomes one of type NodePort",
        before: service(),
        object: service({ type: "NodePort" }),
        says: "it is of type NodePort",
      },
    ],
  },
};
