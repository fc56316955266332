/** The platform's law over requests (R15, R16): what it does not name is not granted, and nothing is smuggled past it. */

import assert from "node:assert/strict";
import { formatFault } from "../../model/fault";
import type { TenantList } from "../../model/read";
import { judgeRequest, readRequestPolicy, type RequestPolicy } from "../../model/request-policy";
import { readRequest, requestFields } from "../../model/request";
import { tenantSchema } from "../../model/tenant";
import { IDS, ListFolder, tenant } from "./folder";

const EMPTY: TenantList = { name: "test", tenants: [], read: [] };
const STRICT = "tiers: [standard]\nownerDomains: [acme.example]\n";
const GENEROUS = `${STRICT.replace("[standard]", "[standard, sensitive]")}environments: 2
quota: { cpu: 8, memory: 16Gi, pods: 60, loadBalancers: 1 }
groups: ["{name}-*"]
egress: { networks: [203.0.113.0/24], hosts: ["*.stripe.com"] }
hosts: ["*.{name}.example"]
`;
const MINIMUM = "name: acme\nowners: [alice@acme.example]\n";

function policyOf(text: string): RequestPolicy {
  const read = readRequestPolicy(Buffer.from(text), "policy.yaml");
  return Array.isArray(read) ? assert.fail(read.map(formatFault).join("\n")) : read;
}

/** The faults of a request before a policy, each as `kind path: message`. */
function judged(text: string, policy = GENEROUS, list = EMPTY): string[] {
  const request = readRequest(Buffer.from(text), "requests/test/acme.yaml", list);
  const [kind, faults] = Array.isArray(request)
    ? ["malformed", request]
    : ["refused", judgeRequest(request, policyOf(policy))];
  return faults.map(({ path, message }) => `${kind} ${path}: ${message}`);
}

describe("the policy over requests", () => {
  it("grants what it names, beside what it refuses", () => {
    assert.deepEqual(judged(MINIMUM, STRICT), []);
    assert.deepEqual(
      judged(`${MINIMUM}reason: because
displayName: ACME
contacts: { email: team@other.example }
tier: sensitive
environments: [{ name: dev }, { name: prod }]
quota: { cpu: 8, memory: 16384Mi, pods: 60 }
access: { admin: { groups: [acme-admins], users: [Bob@ACME.example] } }
network:
  egress:
    - { cidr: 203.0.113.128/25, ports: [{ port: 443 }] }
    - { host: api.stripe.com, ports: [{ port: 443 }] }
  ingress: { hosts: [shop.acme.example, "*.eu.acme.example"] }
`),
      [],
    );
  });

  const refusals: [field: string, said: RegExp][] = [
    ["tier: dedicated", /^refused tier: dedicated is not for the asking; ask for standard or sensitive$/],
    [
      "environments: [{ name: a }, { name: b }, { name: c }]",
      /^refused environments: are 3, more than may be asked for; ask for at most 2$/,
    ],
    ["quota: { cpu: 8001m }", /^refused quota\.cpu: "8001m" is above 8, the most/],
    ["quota: { pods: 61 }", /^refused quota\.pods: 61 is above 60/],
    // The policy names no ceiling: what the tier gives is the most.
    ["quota: { storage: 101Gi }", /^refused quota\.storage: "101Gi" is above 100Gi/],
    ["quota: { loadBalancers: 2 }", /^refused quota\.loadBalancers: 2 is above 1/],
    [
      "access: { dev: { groups: [platform-admins] } }",
      /^refused access\.dev\.groups\[0\]: "platform-admins" is not within what may be asked for: acme-\*$/,
    ],
    [
      "access: { dev: { groups: [xacme-devs] } }",
      /^refused access\.dev\.groups\[0\]: "xacme-devs" is not within/,
    ],
    [
      "access: { view: { users: [eve@evil.example] } }",
      /^refused access\.view\.users\[0\]: "eve@evil\.example" is no address of acme\.example/,
    ],
    [
      "access: { view: { users: [acme.example] } }",
      /^refused access\.view\.users\[0\]: "acme\.example" is no address/,
    ],
    [
      "network: { egress: [{ cidr: 203.0.112.0/23, ports: [{ port: 1 }] }] }",
      /^refused network\.egress\[0\]\.cidr: "203\.0\.112\.0\/23" is not within/,
    ],
    [
      "network: { egress: [{ cidr: '2001:db8::/32', ports: [{ port: 1 }] }] }",
      /^refused network\.egress\[0\]\.cidr/,
    ],
    [
      "network: { egress: [{ host: stripe.com, ports: [{ port: 1 }] }] }",
      /^refused network\.egress\[0\]\.host: "stripe\.com" is not within/,
    ],
    [
      "network: { egress: [{ host: api.stripe.com.evil.example, ports: [{ port: 1 }] }] }",
      /^refused network\.egress\[0\]\.host/,
    ],
    [
      "network: { ingress: { hosts: [shop.globex.example] } }",
      /^refused network\.ingress\.hosts\[0\]: "shop\.globex\.example" is not within what may be asked for: \*\.acme\.example$/,
    ],
    ["network: { ingress: { hosts: [shop.acmexexample] } }", /^refused network\.ingress\.hosts\[0\]/],
    ["network: { podCidr: 10.128.0.0/24 }", /^refused network\.podCidr: is for the platform's people to say/],
  ];
  for (const [field, said] of refusals) {
    it(`refuses ${field}`, () => {
      const faults = judged(`${MINIMUM}${field}\n`);
      assert.equal(faults.length, 1, faults.join("\n"));
      assert.match(faults[0] ?? "", said);
    });
  }

  it("refuses an owner of another domain, and one that only ends like it", () => {
    const owners = ["eve@evil.example", "eve@notacme.example", "eve@sub.acme.example", "alice@ACME.example"];
    assert.deepEqual(
      judged(`name: acme\nowners: [${owners.join(", ")}]\n`).map((fault) => fault.split(":")[0]),
      ["refused owners[0]", "refused owners[1]", "refused owners[2]"],
    );
  });

  it("grants nothing that it does not name", () => {
    const all = judged(
      `${MINIMUM}tier: sensitive
environments: [{ name: dev }]
access: { admin: { groups: [acme-admins] } }
network:
  egress: [{ cidr: 203.0.113.0/24, ports: [{ port: 443 }] }, { host: a.example, ports: [{ port: 443 }] }]
  ingress: { hosts: [shop.acme.example] }
`,
      STRICT,
    );
    assert.deepEqual(
      all.map((fault) => fault.split(": ")[0]?.replace("refused ", "")),
      [
        "tier",
        "environments",
        "access.admin.groups[0]",
        "network.egress[0].cidr",
        "network.egress[1].host",
        "network.ingress.hosts[0]",
      ],
    );
  });

  it("lets no other field of a tenant through, whatever it says", () => {
    const others = Object.keys(tenantSchema.shape).filter(
      (field) => !requestFields.some((one) => one === field),
    );
    assert.ok(
      ["id", "allowRoot", "lifecycle", "placement", "secrets"].every((field) => others.includes(field)),
    );
    for (const field of others) {
      assert.deepEqual(judged(`${MINIMUM}${field}: anything\n`), [
        `refused ${field}: is for the platform's people to say; leave it out, and ask them`,
      ]);
    }
  });

  for (const [what, text, said] of [
    [
      "an unknown field",
      `${MINIMUM}tire: sensitive\n`,
      /^malformed tire: is no field here; did you mean tier\?/,
    ],
    [
      "a prototype key",
      `${MINIMUM}__proto__: { tier: dedicated }\n`,
      /^malformed __proto__: is no field here/,
    ],
    [
      "a constructor key",
      `${MINIMUM}constructor: { tier: dedicated }\n`,
      /^malformed constructor: is no field here/,
    ],
    ["an anchor", "name: &a acme\nowners: [alice@acme.example]\n", /^malformed name: bears a YAML anchor/],
    ["an alias", "name: &a acme\nowners: [*a]\n", /bears a YAML anchor/],
    ["a tag", `${MINIMUM}tier: !!str sensitive\n`, /^malformed tier: bears a YAML tag/],
    ["a merge key", `${MINIMUM}<<: { tier: dedicated }\n`, /is a YAML merge key/],
    [
      "a key said twice",
      `${MINIMUM}tier: standard\ntier: dedicated\n`,
      /^malformed tier: stands there a second time/,
    ],
    ["a second document", `${MINIMUM}---\n${MINIMUM}`, /begins a second document/],
    [
      "a reason that hides text",
      `${MINIMUM}reason: "a\\u202Eb"\n`,
      /^malformed reason: .*control or direction characters/,
    ],
    [
      "another name than the file's",
      MINIMUM.replace("acme", "globex"),
      /^malformed name: "globex" is not the file's name/,
    ],
    ["a reserved name", MINIMUM.replace("name: acme", "name: kube-system"), /is reserved by Kubernetes/],
  ] as const) {
    it(`refuses ${what}, as a tenant's file does`, () => {
      assert.match(judged(text).join("\n"), said);
    });
  }

  it("tells what is malformed and what is not for the asking at once", () => {
    const faults = judged("name: acme\nowners: [nobody]\nallowRoot: true\n");
    assert.deepEqual(
      faults.map((fault) => fault.split(": ")[0]),
      ["malformed owners[0]", "malformed allowRoot"],
    );
  });

  it("takes no ceiling that Kubernetes cannot hold", () => {
    const read = readRequestPolicy(Buffer.from(`${STRICT}quota: { memory: 99E }\n`), "policy.yaml");
    assert.ok(Array.isArray(read));
    assert.match(
      read.map(formatFault).join(),
      /quota\.memory: "99E" is larger or finer than Kubernetes can hold/,
    );
  });

  it("reads a policy as strictly", () => {
    const read = readRequestPolicy(
      Buffer.from(
        "tiers: [gold]\nownerDomains: ['@acme']\nallowRoot: true\nquota: { cpu: 8x }\negress: { networks: [10.0.0.1/8] }\n",
      ),
      "policy.yaml",
    );
    assert.ok(Array.isArray(read));
    assert.deepEqual(read.map(({ path }) => path).sort(), [
      "allowRoot",
      "egress.networks[0]",
      "ownerDomains[0]",
      "quota.cpu",
      "tiers[0]",
    ]);
    read.forEach((fault) => assert.doesNotMatch(fault.message, /^[A-Z]/, formatFault(fault)));
  });

  describe("over a list", () => {
    const folder = new ListFolder();

    it("refuses the name of a tenant", () => {
      folder.put("acme.yaml", tenant("acme", IDS[0]));
      assert.deepEqual(judged(MINIMUM, GENEROUS, folder.read()), [
        'malformed name: "acme" is a tenant of the list test already',
      ]);
    });

    it("refuses a group that another tenant has", () => {
      const group = "access: { admin: { groups: [acme-admins] } }\n";
      folder.put("other.yaml", tenant("other", IDS[0], group));
      const faults = judged(`${MINIMUM}${group}`, GENEROUS, folder.read());
      assert.equal(faults.length, 1);
      assert.match(
        faults[0] ?? "",
        /^malformed access\.admin\.groups\[0\]: "acme-admins" belongs to tenant other/,
      );
    });
  });
});
