/** A plugin for the tests of the protocol: a process of its own, as the engine would start it. */

import { PartialFailure, Secret, serve, UNKNOWN, type Resource } from "../../sandbox/plugins/protocol";

const echo: Resource = {
  check: ({ naming }, _olds, news) =>
    Promise.resolve({
      inputs: { ...news, proposed: naming?.proposed ?? "nothing" },
      failures: news["wrong"] === undefined ? [] : [{ property: "wrong", reason: "wrong is not allowed" }],
    }),
  diff: (_context, _id, oldInputs, _state, newInputs, ignored) => {
    const changed = Object.keys(newInputs).filter(
      (key) => newInputs[key] !== oldInputs[key] && !ignored.includes(key),
    );
    return Promise.resolve({
      changes: changed.length > 0,
      replaces: changed.filter((key) => key === "fixed"),
      deleteBeforeReplace: changed.includes("fixed"),
      detailed: Object.fromEntries(
        changed.map((key) => [
          `${key}[0].of["dotted.key"]`,
          { kind: key === "fixed" ? "update-replace" : "add", input: true } as const,
        ]),
      ),
    });
  },
  create: ({ preview, timeoutSeconds }, inputs) => {
    if (inputs["fails"] === "early") {
      return Promise.reject(new Error("nothing was made"));
    }
    if (inputs["fails"] === "late") {
      throw new PartialFailure(
        "half",
        { password: new Secret("x"), half: true },
        ["one reason", "another"],
        inputs,
      );
    }
    return Promise.resolve({
      id: preview ? "" : "whole",
      state: { ...inputs, timeoutSeconds, uid: preview ? UNKNOWN : "u1", password: new Secret("x") },
    });
  },
  read: (_context, id, inputs, state) =>
    Promise.resolve(
      id === "gone" ? undefined : { id, inputs: inputs ?? { imported: true }, state: state ?? {} },
    ),
  update: (_context, _id, _state, _oldInputs, inputs) => Promise.resolve(inputs),
  // Until the engine cancels.
  delete: ({ signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(new Error("stopped waiting"))),
    ),
};

serve({
  name: "echo",
  version: "1.2.3",
  configure: () => Promise.resolve(),
  resource: (token) => (token === "echo:index:Echo" ? echo : undefined),
});
