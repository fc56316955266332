/**
 * The live API server gives the answers of the check at preview: every example of every rule, tried and meant, in the
 * name of whom it is about. Nothing else is there that could refuse (R30).
 */

import assert from "node:assert/strict";
import { ADMIN } from "../../guardrails/examples";
import { apiServerCannotBeAsked, MENDED } from "../../guardrails/parity";
import { constraintTemplate } from "../../guardrails/engines/gatekeeper";
import { kyvernoPolicy } from "../../guardrails/engines/kyverno";
import { guardrails } from "../../guardrails/rules";
import { judgeOf } from "../../guardrails/preview";
import type { Document } from "../../guardrails/rule";
import { cases, casesOf, type Case } from "../parity/cases";
import {
  assertRefused,
  attempt,
  closeNamespaces,
  openNamespaces,
  served,
  unmended,
  withoutRules,
} from "./attempts";
import { ask, asGroup, standing } from "./fixture";
import { guardedPlatform, rulesOf } from "./rules";

/** In an order that changes the namespace seldom. */
const ordered = [...cases.keys()].sort(
  (one, other) => stateOf(one).localeCompare(stateOf(other)) || one - other,
);

function stateOf(index: number): string {
  return JSON.stringify(cases[index]?.request.namespace ?? "");
}

describe("the guardrails on the live API server", () => {
  let live: readonly Case[];
  const mended: Case[] = [];

  before(async function () {
    this.timeout(600_000);
    await standing();
    live = casesOf(guardedPlatform());
    await openNamespaces(live);
  });

  after(async function () {
    this.timeout(120_000);
    await closeNamespaces();
  });

  it("cover what the sandbox has definitions of", async () => {
    const missing = new Set<string>();
    for (const { request } of live) {
      const document = request.object ?? request.before ?? {};
      if (request.subresource === undefined && (await served(document)) === undefined) {
        missing.add(`${String(document["apiVersion"])} ${String(document["kind"])}`);
      }
    }
    const said = live
      .filter(({ example }) => apiServerCannotBeAsked(example) !== undefined)
      .map(({ request }) => request.object ?? request.before ?? {})
      .map((document) => `${String(document["apiVersion"])} ${String(document["kind"])}`);
    assert.deepEqual([...missing].sort(), [...new Set(said)].sort());
  });

  for (const index of ordered) {
    const { rule, title, example } = cases[index] as Case;
    if (apiServerCannotBeAsked(example) !== undefined) {
      continue;
    }
    it(`${rule.name}: ${title}`, async () => {
      const one = live[index] as Case;
      assert.equal(one.title, title);
      const refusals = Object.entries(one.expected);
      if (refusals.length === 0) {
        const { dry, real } = await attempt(one, guardedPlatform());
        assert.ok(dry.status < 300, `${dry.status} ${dry.message}`);
        assert.ok(real.status < 300, `${real.status} ${real.message}`);
      }
      for (const [name, sentence] of refusals) {
        // The server tells of one refusal: the other rules that are against it are set aside.
        const others = rulesOf(...refusals.map(([other]) => other).filter((other) => other !== name));
        await withoutRules(others, async () => {
          const { dry, real } = await attempt(one, guardedPlatform());
          if (real.status < 300 && dry.status < 300) {
            // A policy has mended it first.
            assert.equal(judge(name, one, real.body), undefined);
            mended.push(one);
            return;
          }
          assertRefused(dry, name, sentence);
          assertRefused(real, name, sentence);
        });
      }
    });
  }

  it("refuse what is mended first, where it is not mended", async function () {
    this.timeout(120_000);
    const [first] = mended;
    assert.ok(first);
    await unmended(first, async () => {
      for (const one of mended) {
        const { dry, real } = await attempt(one, guardedPlatform());
        const [[name, sentence] = ["", ""]] = Object.entries(one.expected);
        assert.ok(dry.status >= 300, `${name} ${one.title}: ${dry.message}`);
        assertRefused(dry, name, sentence);
        assertRefused(real, name, sentence);
      }
    });
    assert.deepEqual([...new Set(mended.map(({ rule }) => rule.name))].sort(), [...MENDED].sort());
  });

  it("are documents that the definitions of Kyverno and Gatekeeper accept", async () => {
    const platform = guardedPlatform();
    for (const rule of guardrails(platform)) {
      for (const document of [kyvernoPolicy(rule, platform, "enforce"), constraintTemplate(rule, platform)]) {
        const collection = await served(document);
        assert.ok(collection, document.kind);
        const { status, message } = await ask(
          "POST",
          `${collection}?dryRun=All&fieldValidation=Strict`,
          document,
        );
        assert.equal(status, 201, message);
      }
    }
  });

  it("hold for who comes with a certificate as for who is spoken for", async () => {
    const [group = ""] = ADMIN.groups;
    const admin = await asGroup(ADMIN.username, group);
    const [rule] = rulesOf("resources");
    const ofAdmin = live.filter((one) => one.rule.name === rule?.name && one.request.by === ADMIN);
    for (const refused of [false, true]) {
      const one = ofAdmin.find(({ expected }) => "resources" in expected === refused);
      assert.ok(one);
      const { dry, real } = await attempt(one, guardedPlatform(), admin);
      const sentence = one.expected["resources"];
      if (sentence === undefined) {
        assert.deepEqual([dry.status, real.status], [201, 201], `${dry.message} ${real.message}`);
      } else {
        assertRefused(dry, "resources", sentence);
        assertRefused(real, "resources", sentence);
      }
    }
  });
});

function judge(name: string, { request }: Case, admitted: Document): string | undefined {
  const [rule] = rulesOf(name);
  return rule && judgeOf(rule, guardedPlatform()).judge({ ...request, object: admitted });
}
