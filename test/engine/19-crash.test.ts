/**
 * Commands are killed, with everything that they started, at 25 points of a tenant's life; after that one more run ends in
 * the right state, and nothing stands twice (R77, R83, R89; attacks F01-F05, F12, P3, P4). Most points are hit one after
 * another with no whole run between, so that a command also has to go on from what several killed ones left.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { ask, becomeOperator, platformStanding, run, sandbox } from "./fixture";
import { Fronts } from "./fronts";
import { tenantry, type Ended, type KillPoint } from "./killed";
import { succeed } from "./scheduling";
import { assertStands, keysOf, stateOf } from "./standing";

const LIST = "crashes";
const TENANT = {
  name: "mortal",
  id: "c7a54e00-0001-4000-8000-000000000001",
  owners: ["mia@mortal.example"],
  access: { admin: { groups: ["mortal-admins"] } },
  environments: [{ name: "dev" }, { name: "prod" }],
};
const namespaces = (...environments: string[]) => environments.map((name) => `tenant-mortal--${name}`);

const ONBOARD: readonly KillPoint[] = [
  // The worst: AWS makes up the name of a key, so that who does not look for it makes a second one.
  { write: 1, call: /^CreateKey$/, when: "answered" },
  { write: 1, when: "asked" },
  { write: 2, when: "answered" },
  { write: 1, when: "answered" },
  { write: 3, when: "asked" },
  { write: 2, when: "asked" },
  { write: 1, when: "answered" },
  { write: 3, when: "answered" },
  { write: 2, when: "answered" },
];
const GROW: readonly KillPoint[] = [
  { write: 1, call: /^POST .*\/limitranges$/, when: "asked" },
  { write: 1, when: "answered" },
  { write: 2, when: "asked" },
  { write: 2, when: "answered" },
];
const SHRINK: readonly KillPoint[] = [
  { write: 1, when: "asked" },
  { write: 1, when: "answered" },
  { write: 3, when: "asked" },
  { write: 4, when: "answered" },
];
const OFFBOARD: readonly KillPoint[] = [
  { write: 1, when: "asked" },
  { write: 4, when: "answered" },
  { write: 1, call: /^DELETE .*\/rolebindings\//, when: "asked" },
  { write: 1, call: /^DELETE .*\/rolebindings\//, when: "answered" },
  { write: 1, call: /^DELETE \/api\/v1\/namespaces\/[^/]+$/, when: "asked" },
  { write: 1, call: /^DELETE \/api\/v1\/namespaces\/[^/]+$/, when: "answered" },
  // What is only asked for is left for the next to ask again.
  { write: 1, when: "asked" },
  { write: 1, when: "answered" },
];

describe("a killed command", function () {
  this.timeout(900_000);
  let fronts: Fronts;
  const points: string[] = [];
  const project = () => ({ ...run(LIST), environment: fronts.through(environment()) });
  /** Few operations at once leave something to do for the next. */
  const environment = () => ({ ...run(LIST).environment, PULUMI_PARALLEL: "4" });
  const write = (environments: readonly string[]) =>
    sandbox().project.write(LIST, TENANT.name, {
      ...TENANT,
      environments: environments.map((name) => ({ name })),
    });

  const ONBOARDING = ["onboard", TENANT.name, "--list", LIST, "--yes"];
  const UP = ["up", "--list", LIST, "--yes", "--no-refresh"];
  const LEAVING = [
    "offboard",
    TENANT.name,
    "--list",
    LIST,
    "--skip-backup",
    "--confirm",
    TENANT.name,
    "--yes",
  ];

  const kill = async (line: string[], point: KillPoint): Promise<Ended> => {
    const ended = await tenantry(line, fronts, environment(), point);
    assert.ok(
      ended.at !== undefined,
      `${line[0]} was not killed: it ended by ${ended.code}\n${ended.output}`,
    );
    points.push(`${line[0]}, ${point.when}: ${ended.at.call}`);
    console.log(`      killed ${points.length}: ${points.at(-1)} (${ended.killed} processes)`);
    assert.ok((await keysOf(TENANT.id)).length <= 1, "a second key");
    return ended;
  };
  const killAt = async (line: string[], killPoints: readonly KillPoint[]) => {
    for (const point of killPoints) {
      await kill(line, point);
    }
  };
  const converge = async (line: string[]) => {
    const { code, output } = await tenantry(line, fronts, environment());
    assert.equal(code, 0, output);
    return output;
  };

  before(async () => {
    await platformStanding();
    await becomeOperator();
    fronts = await Fronts.open();
    write(["dev", "prod"]);
  });
  after(async () => {
    await fronts?.close();
    fs.rmSync(path.join(sandbox().project.directory, "tenants", LIST), { recursive: true, force: true });
  });

  it("onboards a tenant in one more run, with one key", async () => {
    await killAt(ONBOARDING, ONBOARD);
    assert.equal((await keysOf(TENANT.id)).length, 1);
    assert.match(await converge(ONBOARDING), /its lock is taken away/);
    await assertStands(project(), TENANT.id, namespaces("dev", "prod"));
  });

  it("adopts no stranger's object of the same name, and names it", async () => {
    write(["dev", "prod", "qa"]);
    const [first, ...others] = GROW;
    assert.ok(first);
    await kill(UP, first);
    const { pending } = await stateOf(project());
    const limits = pending.find(({ resource }) => resource.type === "kubernetes:core/v1:LimitRange");
    const { name } = (limits?.resource.inputs["metadata"] ?? {}) as { name?: string };
    const collection = `/api/v1/namespaces/${namespaces("qa")[0]}/limitranges`;
    await succeed("POST", collection, {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name },
      spec: { limits: [] },
    });
    const { code, output } = await tenantry(UP, fronts, environment());
    assert.match(output, new RegExp(`LimitRange .*${name}.* is not ours; it is not adopted`));
    assert.equal(code, 4, output);
    assert.equal((await ask("DELETE", `${collection}/${name}`)).status, 200);
    await killAt(UP, others);
  });

  it("grows by an environment in one more run", async () => {
    await converge(UP);
    await assertStands(project(), TENANT.id, namespaces("dev", "prod", "qa"));
  });

  it("shrinks by an environment in one more run", async () => {
    write(["dev", "prod"]);
    await killAt(UP, SHRINK);
    await converge(UP);
    await assertStands(project(), TENANT.id, namespaces("dev", "prod"));
  });

  it("leaves in one more run, and its key stays one", async () => {
    await killAt(LEAVING, OFFBOARD);
    await converge(LEAVING);
    await assertStands(project(), TENANT.id, []);
  });

  it("was killed at 25 points", () => {
    assert.equal(points.length, 25);
  });
});
