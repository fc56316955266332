/** What two files claim: refused whichever comes first, with the other's name, file and line. */

import assert from "node:assert/strict";
import { IDS, ListFolder, tenant } from "./folder";

describe("two tenants of a list", () => {
  const list = new ListFolder();

  /** Tenants a and b with fields each. */
  const put = (a: string, b: string, ids: readonly string[] = IDS) => {
    list.put("a.yaml", tenant("a", ids[0], a));
    list.put("b.yaml", tenant("b", ids[1], b));
  };
  const accepts = (a: string, b: string) => {
    put(a, b);
    assert.deepEqual(list.names(), ["a", "b"]);
  };
  const refuses = (a: string, b: string, ...faults: string[]) => {
    put(a, b);
    assert.deepEqual(list.faults(), faults);
  };

  it("D13 have two ids", () => {
    put("", "", [IDS[0], IDS[0]]);
    assert.deepEqual(list.faults(), [
      `test/b.yaml:2:5: id: "${IDS[0]}" is the id of tenant a (test/a.yaml:2) too; make one with \`uuidgen -r\``,
    ]);
    accepts("", "");
  });

  it("D13 are told where the first of three claims an id", () => {
    put("", "", [IDS[0], IDS[0]]);
    list.put("c.yaml", `# three\n${tenant("c", IDS[0])}`);
    assert.deepEqual(
      list.faults().map((fault) => fault.split(":").slice(0, 2).join(":") + /\(.*\)/.exec(fault)?.[0]),
      ["test/b.yaml:2(test/a.yaml:2)", "test/c.yaml:3(test/a.yaml:2)"],
    );
  });

  it("D19 share no group, in whatever role", () => {
    refuses(
      "access: { admin: { groups: [admins] }, dev: { groups: [admins] } }",
      "access: { view: { groups: [others, admins] } }",
      'test/b.yaml:4:36: access.view.groups[1]: "admins" belongs to tenant a (test/a.yaml:4); a group belongs to one tenant',
    );
    accepts("access: { admin: { groups: [a] }, dev: { groups: [a] } }", "access: { view: { users: [a] } }");
    accepts("access: { admin: { groups: [a] } }", "access: { admin: { groups: [A] } }");
  });

  it("D18 may share a person", () => {
    accepts("access: { dev: { users: [carol] } }", "access: { admin: { users: [carol] } }");
  });

  describe("D51 share no host", () => {
    const hosts = (...names: string[]) =>
      `network: { ingress: { hosts: [${names.map((name) => JSON.stringify(name)).join(", ")}] } }`;

    it("that both name", () => {
      refuses(
        hosts("shop.example.com"),
        hosts("www.example.com", "shop.example.com"),
        'test/b.yaml:4:50: network.ingress.hosts[1]: "shop.example.com" leads to tenant a (test/a.yaml:4); a host leads to one tenant',
      );
    });

    for (const [wildcard, covered] of [
      ["*.example.com", "shop.example.com"],
      ["*.example.com", "eu.shop.example.com"],
      ["*.example.com", "*.shop.example.com"],
      ["*.example.com", "*.eu.shop.example.com"],
    ] as const) {
      for (const [first, second] of [
        [wildcard, covered],
        [covered, wildcard],
      ] as const) {
        it(`that ${second} covers or is covered by: ${first}`, () => {
          refuses(
            hosts(first),
            hosts(second),
            `test/b.yaml:4:31: network.ingress.hosts[0]: "${second}" and "${first}" of tenant a (test/a.yaml:4) cover each other; a host leads to one tenant`,
          );
        });
      }
    }

    it("and both wildcards alike", () => {
      refuses(
        hosts("*.example.com"),
        hosts("*.example.com"),
        'test/b.yaml:4:31: network.ingress.hosts[0]: "*.example.com" leads to tenant a (test/a.yaml:4); a host leads to one tenant',
      );
    });

    for (const [first, second] of [
      ["*.example.com", "example.com"],
      ["*.example.com", "shopexample.com"],
      ["*.shop.example.com", "shop.example.com"],
      ["*.shop.example.com", "*.web.example.com"],
      ["shop.example.com", "web.example.com"],
      ["shop.example.com", "shop.example.org"],
      ["shop.example.com", "eu.shop.example.com"],
    ] as const) {
      it(`but may have ${first} and ${second}`, () => {
        accepts(hosts(first), hosts(second));
        accepts(hosts(second), hosts(first));
      });
    }

    it("while one tenant may have a wildcard and what it covers", () => {
      accepts(hosts("*.example.com", "shop.example.com"), hosts("shop.example.org"));
    });
  });

  describe("R51 share no pod address", () => {
    const pods = (cidr: string) => `network: { podCidr: ${cidr} }`;
    for (const [one, other] of [
      ["10.128.0.0/24", "10.128.0.0/24"],
      ["10.128.0.0/16", "10.128.255.192/26"],
      ["10.128.0.0/24", "10.128.0.192/26"],
      ["10.128.0.0/25", "10.128.0.64/26"],
    ] as const) {
      for (const [first, second] of one === other
        ? [[one, other]]
        : ([
            [one, other],
            [other, one],
          ] as const)) {
        it(`${second} after ${first}`, () => {
          refuses(
            pods(first),
            pods(second),
            `test/b.yaml:4:21: network.podCidr: "${second}" overlaps ${first} of tenant a (test/a.yaml:4); each tenant has addresses of its own`,
          );
        });
      }
    }

    for (const [one, other] of [
      ["10.128.0.0/26", "10.128.0.64/26"],
      ["10.128.0.0/16", "10.129.0.0/16"],
      ["10.128.0.0/24", "10.128.1.0/26"],
      ["10.128.0.0/26", "10.0.0.0/26"],
    ] as const) {
      it(`but may have ${one} and ${other}`, () => {
        accepts(pods(one), pods(other));
        accepts(pods(other), pods(one));
      });
    }
  });

  describe("of which one has left only its data", () => {
    const retained = 'lifecycle: { state: retained, retainUntil: "2027-01-31" }';

    it("R89 have two ids still", () => {
      put(retained, "", [IDS[0], IDS[0]]);
      assert.deepEqual(list.faults(), [
        `test/b.yaml:2:5: id: "${IDS[0]}" is the id of tenant a (test/a.yaml:2) too; make one with \`uuidgen -r\``,
      ]);
    });

    for (const claim of [
      "access: { admin: { groups: [admins] } }",
      "network: { ingress: { hosts: [shop.example.com] } }",
      "network: { podCidr: 10.128.0.0/26 }",
    ]) {
      it(`may both have ${claim}`, () => {
        accepts(`${claim}\n${retained}`, claim);
        accepts(claim, `${claim}\n${retained}`);
        put(`${claim}\nlifecycle: { state: offboarding }`, claim);
        assert.equal(list.faults().length, 1, "a tenant that is still there gives nothing away");
      });
    }
  });

  describe("are compared even while one of the files has other faults", () => {
    const clash = `test/b.yaml:2:5: id: "${IDS[0]}" is the id of tenant a (test/a.yaml:2) too; make one with \`uuidgen -r\``;
    for (const [what, field, fault] of [
      ["of form", "qouta: {}", "4:1: qouta: is no field here; did you mean quota?"],
      [
        "of sense",
        "quota: { loadBalancers: 6 }",
        "4:25: quota.loadBalancers: 6 is above the 5 that tier standard allows; write less or choose another tier",
      ],
      [
        "of quantities",
        "quota: { cpu: 0 }",
        '4:15: quota.cpu: "0" gives the tenant nothing; leave the field out for the tier\'s default, or write more than 0',
      ],
    ] as const) {
      it(`${what}, in the first`, () => {
        put(field, "", [IDS[0], IDS[0]]);
        assert.deepEqual(list.faults(), [`test/a.yaml:${fault}`, clash]);
      });
      it(`${what}, in the second`, () => {
        put("", field, [IDS[0], IDS[0]]);
        assert.deepEqual(list.faults(), [clash, `test/b.yaml:${fault}`]);
      });
    }

    it("by every group that is well formed, beside one that is not", () => {
      refuses(
        'access: { admin: { groups: ["system:masters", admins] } }',
        "access: { view: { groups: [admins, admins] } }",
        'test/a.yaml:4:29: access.admin.groups[0]: "system:masters" starts with "system:", which Kubernetes keeps for itself: name a group or user of your identity provider',
        'test/b.yaml:4:28: access.view.groups[0]: "admins" belongs to tenant a (test/a.yaml:4); a group belongs to one tenant',
        'test/b.yaml:4:36: access.view.groups[1]: "admins" stands there twice; leave one out',
      );
    });

    it("by hosts and pod addresses, and never by what is none", () => {
      const host = "ingress: { hosts: [shop.example.com, Shop] }";
      put(`network: { ${host}, podCidr: 10.128.0.0/26 }`, `network: { ${host}, podCidr: 10.128.0.0/26 }`);
      assert.deepEqual(
        list.faults().map((fault) => fault.split(": ").slice(0, 2).join(": ")),
        [
          "test/a.yaml:4:49: network.ingress.hosts[1]",
          "test/b.yaml:4:31: network.ingress.hosts[0]",
          "test/b.yaml:4:49: network.ingress.hosts[1]",
          "test/b.yaml:4:67: network.podCidr",
        ],
      );
      for (const podCidr of ["10.0.0.0/1", "10.128.0.0/27", "x", "[10.128.0.0/26]", '"::/0"']) {
        put(`network: { ${host}, podCidr: ${podCidr} }`, `network: { podCidr: ${podCidr} }`);
        assert.doesNotMatch(list.faults().join("\n"), /overlaps/);
      }
    });

    it("by no id that is none", () => {
      put("", "", ["x", "x"]);
      assert.doesNotMatch(list.faults().join("\n"), /is the id of/);
    });

    it("and the other is called by its file where its name is none", () => {
      list.put("a.yaml", tenant("A"));
      list.put("b.yaml", tenant("b"));
      assert.equal(
        list.faults()[1],
        `test/b.yaml:2:5: id: "${IDS[0]}" is the id of test/a.yaml:2 too; make one with \`uuidgen -r\``,
      );
    });

    it("D77 with its file's name written out", () => {
      list.put("a\u001b[31m.yaml", tenant("a"));
      list.put("b.yaml", tenant("b"));
      assert.match(list.faults()[1] ?? "", /is the id of test\/a\\u001b\[31m\.yaml:2 too/);
    });
  });
});
