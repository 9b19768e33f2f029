/** The tests that mutation testing runs: those of the pure code it mutates. */
const [unit] = require('./jest.config.cjs').projects;

module.exports = { ...unit, testMatch: ['<rootDir>/scripts/mutation-specs.cjs'] };
