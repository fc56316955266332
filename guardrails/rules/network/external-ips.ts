/** A Service that takes an address of its choice receives what every pod of the cluster sends there (R25, CVE-2020-8554). */

import { SERVICE } from "../../kinds";
import type { Rule } from "../../rule";
import { BALANCER, service, WITH_LOAD_BALANCERS } from "./objects";

export const externalIps: Rule = {
  name: "external-ips",
  requirements: ["R25"],
  matches: [{ kinds: [SERVICE], operations: ["CREATE", "UPDATE"] }],
  when: `request.operation == "CREATE" || object.spec != oldObject.spec`,
  offences: `object.spec.?externalIPs.orValue([]).map(address, "it takes the address " + address) +
    (object.spec.?loadBalancerIP.orValue("") == "" ? [] : ["it takes the address " + object.spec.loadBalancerIP])`,
  why: "Whoever takes an address receives what others send there",
  cure: "Leave out externalIPs and loadBalancerIP; addresses are given by the platform",
  examples: {
    passes: [
      { what: "a Service that says nothing of it", object: service() },
      { what: "an empty list", object: service({ externalIPs: [] }) },
    ],
    fails: [
      {
        what: "an address of somebody's",
        object: service({ externalIPs: ["198.51.100.7"] }),
        says: "it takes the address 198.51.100.7",
      },
      {
        what: "two addresses, one of them of the other family",
        object: service({ externalIPs: ["198.51.100.7", "2001:db8::7"] }),
        says: "it takes the address 198.51.100.7, it takes the address 2001:db8::7",
      },
      {
        what: "an address that comes later",
        before: service(),
        object: service({ externalIPs: ["198.51.100.7"] }),
        says: "it takes the address 198.51.100.7",
      },
      {
        what: "a granted load balancer at an address of its choice",
        object: service({ ...BALANCER, loadBalancerIP: "198.51.100.7" }),
        namespace: WITH_LOAD_BALANCERS,
        says: "it takes the address 198.51.100.7",
      },
    ],
  },
};
