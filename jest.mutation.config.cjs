/** The tests that mutation testing runs: those of the pure code it mutates. */
const [unit] = require('./jest.config.cjs').projects;

module.exports = {
  ...unit,
  // The explorer of small worlds takes seconds for each run; the others must do without it.
  testPathIgnorePatterns: [...unit.testPathIgnorePatterns, 'small-worlds', 'property'],
  testMatch: ['<rootDir>/libs/purchase/**/*.spec.ts', '<rootDir>/firmware-bridge/src/session/**/*.spec.ts'],
};
