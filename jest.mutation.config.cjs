/** Runs the tests of the code of money, lifecycle, settlement and grants, for each mutant of it. */
const [unit] = require('./jest.config.cjs').projects;

module.exports = {
  ...unit,
  testEnvironment: require.resolve('./scripts/mutation-environment.cjs'),
  testMatch: ['<rootDir>/scripts/mutation-specs.cjs'],
};
