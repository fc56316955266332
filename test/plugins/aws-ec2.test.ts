import assert from "node:assert/strict";
import {
  LAUNCH_TEMPLATE_SCHEMA,
  launchTemplate,
  versionsToCome,
} from "../../sandbox/plugins/aws/ec2-launch-template";
import { dataState, templateData } from "../../sandbox/plugins/aws/ec2-launch-template-data";
import { UNKNOWN } from "../../sandbox/plugins/protocol";
import { checkInputs } from "../../sandbox/plugins/schema/check";
import { difference } from "../../sandbox/plugins/schema/difference";
import { asked, CALL } from "./aws-sent";

const DATA = {
  blockDeviceMappings: [
    {
      deviceName: "/dev/xvda",
      ebs: {
        deleteOnTermination: "false",
        encrypted: "true",
        kmsKeyId: "arn:k",
        volumeSize: 20,
        volumeType: "gp3",
      },
    },
  ],
  metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
  tagSpecifications: [{ resourceType: "instance", tags: { Name: "node" } }],
  userData: "IyEvYmluL3No",
  vpcSecurityGroupIds: ["sg-2", "sg-1"],
};

describe("aws plugin: launch templates", () => {
  it("are asked for in EC2's words", () => {
    const data = templateData(DATA);
    assert.equal(data.UserData, DATA.userData);
    assert.deepEqual(data.BlockDeviceMappings?.[0]?.Ebs?.Encrypted, true);
    assert.deepEqual(data.BlockDeviceMappings?.[0]?.Ebs?.DeleteOnTermination, false);
    assert.deepEqual(data.MetadataOptions?.HttpTokens, "required");
    const tags = [{ Key: "Name", Value: "node" }];
    assert.deepEqual(data.TagSpecifications, [{ ResourceType: "instance", Tags: tags }]);
    assert.equal(templateData({}).UserData, "");
  });

  it("come back as they went, with what the emulator does not keep", () => {
    const data = templateData(DATA);
    const [device] = data.BlockDeviceMappings ?? [];
    const kept = {
      ...data,
      BlockDeviceMappings: [{ ...device, Ebs: { ...device?.Ebs, KmsKeyId: undefined } }],
    };
    const state = dataState(kept, DATA);
    assert.equal(difference(LAUNCH_TEMPLATE_SCHEMA, state, DATA).changed.size, 0);
  });

  it("say that a flag was not given rather than that it is off", () => {
    const mapping = { BlockDeviceMappings: [{ DeviceName: "a", Ebs: { VolumeSize: 1 } }] };
    const [device] = dataState(mapping, {})["blockDeviceMappings"] as { ebs: { encrypted: string } }[];
    assert.equal(device?.ebs.encrypted, "");
    assert.equal(
      templateData({ blockDeviceMappings: [device] }).BlockDeviceMappings?.[0]?.Ebs?.Encrypted,
      undefined,
    );
  });

  const versions: [string, object, object][] = [
    ["settings", { userData: "x" }, { latestVersion: UNKNOWN }],
    [
      "settings that become the default",
      { userData: "x", updateDefaultVersion: true },
      { latestVersion: UNKNOWN, defaultVersion: UNKNOWN },
    ],
    ["the default", { defaultVersion: 2 }, {}],
    ["the description", { description: "x" }, {}],
    ["nothing", {}, {}],
  ];
  for (const [what, change, expected] of versions) {
    it(`have ${Object.keys(expected).join(" and ") || "no version"} to come for a change of ${what}`, () => {
      const state = { name: "n", defaultVersion: 1, latestVersion: 1, ...DATA };
      assert.deepEqual(versionsToCome(state, { name: "n", ...DATA, ...change }), expected);
    });
  }

  it("tell a preview that the version is to come", async () => {
    const { account, requests } = asked({});
    const state = { name: "n", latestVersion: 1, defaultVersion: 1, userData: "a" };
    const plan = await launchTemplate(account).update(
      { ...CALL, preview: true },
      "lt-1",
      state,
      {},
      { name: "n", userData: "b" },
    );
    assert.deepEqual([plan["latestVersion"], plan["defaultVersion"], requests], [UNKNOWN, 1, []]);
  });

  it("make a new version, and it the default where the program says so", async () => {
    const { account, requests } = asked({
      CreateLaunchTemplateVersion: () => ({ LaunchTemplateVersion: { VersionNumber: 8 } }),
      DescribeLaunchTemplates: () => ({
        LaunchTemplates: [{ LaunchTemplateName: "n", LatestVersionNumber: 8, DefaultVersionNumber: 8 }],
      }),
      DescribeLaunchTemplateVersions: () => ({
        LaunchTemplateVersions: [{ LaunchTemplateData: { UserData: "b" } }],
      }),
      DescribeTags: () => ({ Tags: [{ Key: "b", Value: "2" }] }),
    });
    const old = {
      name: "n",
      latestVersion: 7,
      defaultVersion: 7,
      userData: "a",
      tags: { a: "1" },
      tagsAll: { a: "1" },
    };
    const wanted = {
      name: "n",
      userData: "b",
      updateDefaultVersion: true,
      tags: { b: "2" },
      tagsAll: { b: "2" },
    };
    const state = await launchTemplate(account).update(CALL, "lt-1", old, {}, wanted);
    assert.deepEqual(requests.slice(1, 4), [
      ["ModifyLaunchTemplate", { LaunchTemplateId: "lt-1", DefaultVersion: "8" }],
      ["DeleteTags", { Resources: ["lt-1"], Tags: [{ Key: "a" }] }],
      ["CreateTags", { Resources: ["lt-1"], Tags: [{ Key: "b", Value: "2" }] }],
    ]);
    assert.deepEqual([state["latestVersion"], state["defaultVersion"], state["tagsAll"]], [8, 8, { b: "2" }]);
    assert.equal(state["arn"], "arn:aws:ec2:eu-west-1:000000000000:launch-template/lt-1");
  });

  it("are gone where EC2 lists none", async () => {
    const { account } = asked({ DescribeLaunchTemplates: () => ({ LaunchTemplates: [] }) });
    assert.equal(await launchTemplate(account).read(CALL, "lt-1", {}, { name: "n" }), undefined);
  });

  it("refuse names that EC2 does not take", () => {
    for (const name of ["a", "a b", "a".repeat(129)]) {
      const { failures } = checkInputs(LAUNCH_TEMPLATE_SCHEMA, CALL.urn, {}, { name });
      assert.deepEqual(
        failures.map(({ property }) => property),
        ["name"],
      );
    }
  });
});
