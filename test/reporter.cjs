// Mocha's spec reporter, which also leaves its counts in the file that TENANTRY_TEST_COUNTS names.
const fs = require("node:fs");
const { Spec } = require("mocha").reporters;

module.exports = class extends Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      fs.writeFileSync(process.env["TENANTRY_TEST_COUNTS"], JSON.stringify({ passes, failures, pending }));
    });
  }
};
