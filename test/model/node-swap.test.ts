import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { swapScript, swapUserData } from "../../model/node-swap";

describe("the user data of a sensitive node", () => {
  const [head = "", ...parts] = swapUserData(8).split("--==TENANTRY==");
  const [settings, script, end] = parts.map((part) => {
    const [headers = "", ...body] = part.trimStart().split("\n\n");
    return { headers, body: body.join("\n\n") };
  });

  it("is a document of two parts, for nodeadm and for cloud-init", () => {
    assert.equal(head, 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="==TENANTRY=="\n\n');
    assert.equal(settings?.headers, "Content-Type: application/node.eks.aws");
    assert.equal(script?.headers, 'Content-Type: text/x-shellscript; charset="us-ascii"');
    assert.deepEqual([end?.headers, parts.length], ["--\n", 3]);
  });

  it("lets the kubelet start on swap, and Burstable pods have their part of it", () => {
    assert.deepEqual(parse(settings?.body ?? ""), {
      apiVersion: "node.eks.aws/v1alpha1",
      kind: "NodeConfig",
      spec: { kubelet: { config: { failSwapOn: false, memorySwap: { swapBehavior: "LimitedSwap" } } } },
    });
  });

  it("carries the script whole", () => {
    assert.equal(script?.body.trimEnd(), swapScript(8).trimEnd());
  });
});

describe("the script for encrypted swap", () => {
  /** A node's disks by id, each with its size in GiB and whether something lies on it. */
  type Disks = Readonly<Record<string, readonly [gib: number, contents: "empty" | "used" | "unreadable"]>>;
  const EBS = "nvme-Amazon_Elastic_Block_Store_vol";
  const root: Disks = { [`${EBS}01`]: [100, "used"], [`${EBS}01-part1`]: [8, "empty"] };

  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-swap-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** Runs the script over a folder that stands for the node, with programs that answer from it. */
  function run(disks: Disks, { times = 1, cryptsetup = true } = {}) {
    const at = (...names: string[]) => path.join(folder, ...names);
    const program = (file: string, body: string) =>
      fs.writeFileSync(at(file), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
    for (const name of ["etc", "bin", "by-id"]) {
      fs.mkdirSync(at(name));
    }
    for (const [disk, [gib, contents]] of Object.entries(disks)) {
      fs.writeFileSync(
        at("by-id", disk),
        `${gib * 1024 ** 3} ${{ empty: 2, used: 0, unreadable: 4 }[contents]}`,
      );
    }
    program("bin/blockdev", `cut -d ' ' -f 1 "$2"`);
    program("bin/blkid", `exit "$(cut -d ' ' -f 2 "$2")"`);
    program("bin/systemctl", `echo "$@" >>${at("systemctl")}`);
    if (cryptsetup) {
      program("bin/systemd-cryptsetup", "exit 1");
    }
    const script = swapScript(8)
      .replaceAll("/etc/", `${at("etc")}/`)
      .replaceAll("/dev/disk/by-id/", `${at("by-id")}/`)
      .replaceAll("/usr/lib/systemd/", `${at("bin")}/`);
    const env = { ...process.env, PATH: `${at("bin")}:${process.env["PATH"] ?? ""}` };
    const results = Array.from({ length: times }, () =>
      spawnSync("bash", ["-c", script], { env, encoding: "utf8" }),
    );
    const read = (file: string) => (fs.existsSync(at(file)) ? fs.readFileSync(at(file), "utf8") : "");
    return {
      status: results.at(-1)?.status,
      stderr: results.at(-1)?.stderr ?? "",
      crypttab: read("etc/crypttab").replaceAll(at("by-id"), "/dev/disk/by-id"),
      fstab: read("etc/fstab"),
      systemctl: read("systemctl"),
    };
  }

  it("is a script", () => {
    const checked = spawnSync("bash", ["-n"], { input: swapScript(8), encoding: "utf8" });
    assert.deepEqual([checked.status, checked.stderr], [0, ""]);
  });

  it("gives the empty volume a new key at every boot, and swaps on nothing but what that key opens", () => {
    const node = run({ ...root, [`${EBS}02`]: [8, "empty"] });
    assert.deepEqual(node, {
      status: 0,
      stderr: "",
      crypttab: `swap /dev/disk/by-id/${EBS}02 /dev/urandom plain,swap,cipher=aes-xts-plain64,size=512\n`,
      fstab: "/dev/mapper/swap none swap defaults 0 0\n",
      systemctl: "daemon-reload\nstart systemd-cryptsetup@swap.service\nstart dev-mapper-swap.swap\n",
    });
  });

  it("changes nothing when it runs again", () => {
    const node = run({ ...root, [`${EBS}02`]: [8, "empty"] }, { times: 2 });
    assert.equal(node.status, 0);
    assert.equal(node.crypttab.split("\n").length, 2);
    assert.equal(node.fstab.split("\n").length, 2);
  });

  const refused: Record<string, Disks> = {
    "where there is no volume of its own": root,
    "on a volume with something on it": { ...root, [`${EBS}02`]: [8, "used"] },
    "on a volume that it cannot read": { ...root, [`${EBS}02`]: [8, "unreadable"] },
    "on a volume of another size": { ...root, [`${EBS}02`]: [9, "empty"] },
    "on the instance's own disk": { ...root, "nvme-Amazon_EC2_NVMe_Instance_Storage_AWS02": [8, "empty"] },
  };
  for (const [where, disks] of Object.entries(refused)) {
    it(`does not swap ${where}`, () => {
      const node = run(disks);
      assert.equal(node.status, 1);
      assert.match(node.stderr, /^no encrypted swap: no empty volume of 8 GiB$/m);
      assert.deepEqual([node.crypttab, node.fstab, node.systemctl], ["", "", ""]);
    });
  }

  it("does not swap where the image cannot encrypt", () => {
    const node = run({ ...root, [`${EBS}02`]: [8, "empty"] }, { cryptsetup: false });
    assert.equal(node.status, 1);
    assert.match(node.stderr, /^no encrypted swap: this image has no systemd-cryptsetup$/m);
    assert.deepEqual([node.crypttab, node.fstab, node.systemctl], ["", "", ""]);
  });
});
