/**
 * Sources are ES modules; Jest runs them (and the ES-module-only packages they use) as CommonJS
 * through swc, the one arrangement in which NestJS 12 and CommonJS packages meet.
 */
const esmPackages = [
  '@nestjs',
  '@prisma/client/runtime',
  '@prisma/schema-engine-wasm',
  'aedes',
  'aedes-[^/]+',
  'lossless-json',
  'content-disposition',
];

const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.(ts|mts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  // Extend the list when Jest says "Must use import to load ES Module".
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages.join('|')})/)`],
  moduleNameMapper: {
    '^#(purchase|purchasing|reconciliation|seqr|machine-protocol|fleet|dex|platform)/(.*)\\.js$':
      '<rootDir>/libs/$1/$2',
    '^#(reseller-api|machine-gateway|seqr-sandbox|simulated-machine|local|certification)/(.*)\\.js$':
      '<rootDir>/apps/$1/src/$2',
    '^#bridge/(.*)\\.js$': '<rootDir>/firmware-bridge/src/$1',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.vendrail/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

/** Tests that need PostgreSQL: one server for the run, a database of its own for each file. */
const onPostgres = {
  ...common,
  globalSetup: '<rootDir>/test/support/start-postgres.mjs',
  globalTeardown: '<rootDir>/test/support/stop-postgres.mjs',
};

module.exports = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{libs,apps,firmware-bridge}/**/*.spec.ts'] },
    { ...onPostgres, displayName: 'system', testMatch: ['<rootDir>/test/**/*.spec.ts'] },
  ],
  coverageProvider: 'v8',
  testTimeout: 120_000,
  maxWorkers: 2,
};
