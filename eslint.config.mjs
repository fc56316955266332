import js from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

/** Rooms that a room must not import, so that the arrows of docs/architecture.md stay true. */
const rooms = {
  model: ["guardrails", "components", "policy", "proof", "automation", "cli", "bench", "sandbox", "test"],
  guardrails: ["components", "policy", "proof", "automation", "cli", "bench", "sandbox", "test"],
  components: ["policy", "proof", "automation", "cli", "bench", "sandbox", "test"],
  policy: ["components", "proof", "automation", "cli", "bench", "sandbox", "test"],
  proof: ["components", "policy", "automation", "cli", "bench", "sandbox", "test"],
  automation: ["guardrails", "components", "policy", "cli", "bench", "sandbox", "test"],
  cli: ["guardrails", "components", "policy", "bench", "sandbox", "test"],
  sandbox: ["guardrails", "components", "policy", "cli", "bench", "test"],
};

export default tseslint.config(
  { ignores: ["node_modules/", ".sandbox/"] },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // An interface asks for promises; not every implementation has something to wait for.
      "@typescript-eslint/require-await": "off",
      eqeqeq: "error",
    },
  },
  ...Object.entries(rooms).map(([room, forbidden]) => ({
    files: [`${room}/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: forbidden.map((other) => `**/${other}/**`),
              message: `${room} does not import this room`,
            },
            ...(["model", "guardrails"].includes(room)
              ? [{ group: ["@pulumi/*"], message: `${room} knows no Pulumi` }]
              : []),
          ],
        },
      ],
    },
  })),
  {
    files: ["**/*.{mjs,cjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { console: "readonly", module: "writable", process: "readonly", require: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  { files: ["test/**/*.ts"], rules: { "@typescript-eslint/no-floating-promises": "off" } },
);
