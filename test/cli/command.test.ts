/** The command as a process: what it answers, where, and with which exit code. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Command } from "commander";
import { eventSchema } from "../../cli/output/event-schema";
import { program } from "../../cli/program";

const ROOT = path.join(__dirname, "..", "..");
/** How a colour code begins. */
const ESCAPE = String.fromCharCode(27);
/** Says nothing of colours, whatever the tests' own environment says. */
const UNCOLORED = { FORCE_COLOR: undefined, NO_COLOR: undefined };

function tenantry(
  line: string,
  { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, "cli", "tenantry.cjs"), ...line.split(" ").filter((word) => word !== "")],
    { cwd, env: { ...process.env, ...UNCOLORED, ...env }, encoding: "utf8", input: "" },
  );
  return { status, stdout, stderr };
}

/** Every command that does something, with the words that call it. */
function leaves(command: Command, words: string[] = []): [string, Command][] {
  return command.commands.length === 0
    ? [[words.join(" "), command]]
    : command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

/** The completion library brings its own two. */
const COMMANDS = leaves(program()).filter(([words]) => !["completion", "complete"].includes(words));

function help(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe("the command line", function () {
  this.timeout(30_000);

  for (const [words, command] of COMMANDS) {
    it(`explains ${words}, with examples that are its own`, () => {
      const text = help(command);
      const examples = text.match(/^ {2}\$ tenantry .*/gm) ?? [];
      assert.ok(examples.length >= 2, text);
      examples.forEach((example) => assert.ok(example.startsWith(`  $ tenantry ${words}`), example));
      command.options.forEach(({ long, description }) => assert.notEqual(description, "", `${long}`));
    });
  }

  it("has every command in its page", () => {
    const page = fs.readFileSync(path.join(ROOT, "docs", "cli.md"), "utf8");
    for (const [words] of COMMANDS) {
      assert.match(page, new RegExp(`^\\| \`${words}( |\`)`, "m"));
    }
  });

  const refusals: [line: string, sentence: RegExp][] = [
    ["onbord acme", /unknown command 'onbord'\n\(Did you mean/],
    ["list --lst prod", /unknown option '--lst'\n\(Did you mean --list\?\)/],
    ["show", /missing required argument 'tenant'/],
    ["show acme globex", /too many arguments/],
    ["list --timeout soon", /write 90s, 30m or 2h/],
    ["offboard acme --retention -1", /write a whole number of days/],
    ["list --list nowhere", /tenants\/nowhere/],
    ["show acmee", /the list sample has no tenant acmee; .*acme/],
    ["destroy --yes", /nobody is there to answer .*; nothing was changed: say it by --confirm sample/],
    ["destroy --confirm prod", /"prod" is not sample; nothing was changed/],
    ["offboard acme --yes", /say it by --confirm acme/],
    ["purge acme --now --yes", /say it by --confirm acme/],
    ["purge acme", /say it by --yes/],
    ["suspend acme", /say it by --yes/],
    ["drift --repair", /say it by --yes/],
    [
      "onboard newcomer",
      /nobody is there to answer "Who answers .*" and "Make newcomer so\?"; nothing was changed: say it by --owner and --yes/,
    ],
    ["onboard newcomer --owner a@b.example", /"Make newcomer so\?"; nothing was changed: say it by --yes/],
    ["onboard newcomer --owner nobody --yes", /owners\[0\]: "nobody" is not an e-mail address/],
    [
      "onboard newcomer --tier gold",
      /'gold' is invalid\. Allowed choices are standard, sensitive, dedicated/,
    ],
    ["onboard ../newcomer --owner a@b.example --yes", /"\.\.\/newcomer" is no tenant name/],
    ["onboard acme --tier dedicated --yes", /acme\.yaml is there already and says otherwise of tier/],
    ["requests accept wonka", /say it by --yes/],
    ["requests accept ../sample/wonka --yes", /is no name of a request/],
    ["requests check tenants/sample/acme.yaml", /no request of the list sample; those lie in/],
  ];
  for (const [line, sentence] of refusals) {
    it(`refuses \`${line}\` with exit code 2`, () => {
      const { status, stdout, stderr } = tenantry(line);
      assert.match(stderr, sentence);
      assert.equal(stdout, "");
      assert.equal(status, 2);
    });
  }

  it("says which lists there are where several are", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-lists-"));
    try {
      assert.match(tenantry("list", { cwd: folder }).stderr, /holds no list of tenants/);
      ["one", "two"].forEach((list) => fs.mkdirSync(path.join(folder, "tenants", list), { recursive: true }));
      const { status, stderr } = tenantry("list", { cwd: folder });
      assert.match(stderr, /there are several lists: one, two; say which by --list/);
      assert.equal(status, 2);
      assert.match(tenantry("list", { cwd: folder, env: { TENANTRY_LIST: "two" } }).stderr, /tenants\/two/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("prints a table without colours where no terminal is", () => {
    const { status, stdout, stderr } = tenantry("list");
    assert.match(stdout, /^hooli +standard +active +tenant-hooli--dev, tenant-hooli--prod$/m);
    assert.ok(!stdout.includes(ESCAPE));
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });

  for (const [env, colored] of [
    [{ CI: "true" }, false],
    [{ FORCE_COLOR: "0" }, false],
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ] as const) {
    it(`prints ${colored ? "" : "no "}colours by ${JSON.stringify(env)}`, () => {
      assert.equal(tenantry("list", { env }).stdout.includes(ESCAPE), colored);
      assert.equal(tenantry("show acmee", { env }).stderr.includes(ESCAPE), colored);
    });
  }

  it("prints events and nothing else with --json, also of a failure", () => {
    const [result, failure] = [tenantry("list --json"), tenantry("show acmee --json")].map((ended) => ({
      ...ended,
      events: ended.stdout
        .trimEnd()
        .split("\n")
        .map((line) => eventSchema.parse(JSON.parse(line))),
    }));
    assert.deepEqual([result?.status, result?.stderr, result?.events.at(-1)?.type], [0, "", "result"]);
    const last = failure?.events.at(-1);
    assert.ok(last?.type === "failure");
    assert.deepEqual([failure?.status, failure?.stderr, last.exitCode, last.kind], [2, "", 2, "badInput"]);
  });

  it("goes on to its end where nobody reads any more", () => {
    const line = `'${process.execPath}' cli/tenantry.cjs list --json | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", line], { cwd: ROOT, encoding: "utf8" });
    assert.deepEqual([stdout, stderr], ["0\n", ""]);
  });

  it("loads neither the engine nor a client to show its help", () => {
    const { stderr, status } = tenantry("--help", { env: { NODE_DEBUG: "module" } });
    assert.equal(status, 0);
    assert.match(stderr, /node_modules\/commander\//, "the modules that are loaded are told");
    assert.doesNotMatch(stderr, /load .*@kubernetes\/client-node|load .*@pulumi\/pulumi\/(runtime|output)/);
  });

  for (const [line, offered] of [
    ["tenantry sus", ["suspend"]],
    ["tenantry show acm", ["acme", "acme-eu"]],
    ["tenantry audit v", ["verify"]],
    ["tenantry up --on", ["--only"]],
    ["tenantry list --list ", ["sample"]],
  ] as const) {
    it(`completes \`${line}\` in bash`, () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tenantry-completion-"));
      try {
        fs.symlinkSync(path.join(ROOT, "cli", "tenantry.cjs"), path.join(folder, "tenantry"));
        const words = line.split(" ");
        const script = [
          // Of bash-completion, which not every machine has.
          "_get_comp_words_by_ref() {",
          '  words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur="${COMP_WORDS[COMP_CWORD]}"',
          "}",
          "compopt() { :; }",
          'eval "$(tenantry completion bash)"',
          `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})`,
          `COMP_CWORD=${words.length - 1}`,
          "complete -p tenantry >&2",
          "__tenantry_complete",
          'printf "%s\\n" "${COMPREPLY[@]}" | sort',
        ].join("\n");
        const { status, stdout, stderr } = spawnSync("bash", ["--norc"], {
          cwd: ROOT,
          input: script,
          encoding: "utf8",
          env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
        });
        assert.equal(stderr, "complete -F __tenantry_complete tenantry\n");
        assert.equal(status, 0);
        assert.deepEqual(stdout.trimEnd().split("\n"), offered);
      } finally {
        fs.rmSync(folder, { recursive: true });
      }
    });
  }
});
