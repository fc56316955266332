/** Where the engine's runner enters: it knows a TypeScript compiler of its own, which type-checks; tsx only transpiles. */
require("tsx/cjs");
require("./pack.ts");
