// The tests that mutation testing runs, as one file: Jest prepares a world for each file, and each of a thousand mutants waits for it.
const { globSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const specs = globSync(['libs/purchase/**/*.spec.ts', 'firmware-bridge/src/session/**/*.spec.ts'], { cwd: root });

// The explorer of small worlds and the long properties take seconds for each run; the others must do without them.
for (const spec of specs.toSorted()) {
  if (!/small-worlds|property/.test(spec)) require(join(root, spec));
}
