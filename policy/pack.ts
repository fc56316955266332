/** The policy pack, as `pulumi preview --policy-pack policy` starts it. */

import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("tenantry", { policies, enforcementLevel: "mandatory" });
