/**
 * Sources are ES modules; Jest runs them (and the ES-module-only packages they use) as CommonJS
 * through swc, the one arrangement in which NestJS 12 and its CommonJS community modules meet.
 */
const esmPackages = [
  '@nestjs', '@prisma/client/runtime', '@prisma/adapter-pg', '@prisma/driver-adapter-utils', 'aedes', 'aedes-[^/]+',
  'lossless-json', 'serialize-error', 'non-error', 'type-fest', 'nestjs-pino',
];

const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.(ts|mts|js|mjs)$': ['@swc/jest', {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2023',
        keepClassNames: true,
      },
      module: { type: 'commonjs' },
    }],
  },
  // Extend the list when Jest says "Must use import to load ES Module".
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages.join('|')})/)`],
  moduleNameMapper: {
    '^#(purchase|purchasing|seqr|machine-protocol|fleet|platform)/(.*)\\.js$': '<rootDir>/libs/$1/$2',
    '^#(reseller-api|machine-gateway|seqr-sandbox|simulated-machine|local)/(.*)\\.js$': '<rootDir>/apps/$1/src/$2',
    '^#bridge/(.*)\\.js$': '<rootDir>/firmware-bridge/src/$1',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.vendrail/'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
};

module.exports = {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/{libs,apps,firmware-bridge}/**/*.spec.ts'] },
  ],
  coverageProvider: 'v8',
};
