#!/usr/bin/env node
/** Where the command enters: tsx transpiles what it loads, so that the package needs no build. */
require("tsx/cjs");
require("./main.ts");
