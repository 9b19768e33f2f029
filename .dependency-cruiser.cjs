/** The layers of the house, as rules. What each folder is for stands in ARCHITECTURE.md. */
const apps = '^apps/';
const bridge = '^firmware-bridge/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'What depends on each other in a circle is one thing in two places.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'purchase-is-pure',
      comment: 'The lifecycle does no I/O and knows no framework: it imports nothing but itself.',
      severity: 'error',
      from: { path: '^libs/purchase/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/purchase/' },
    },
    {
      name: 'libs-know-no-apps',
      comment: 'Apps use libs, never the other way round.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: [apps, bridge, '^test/'] },
    },
    {
      name: 'the-comparison-is-pure',
      comment: 'What is a difference is decided without a database, a clock or a wire.',
      severity: 'error',
      from: { path: '^libs/reconciliation/(amounts|business-day|cases|compare|csv|difference)\\.ts$' },
      to: { pathNot: ['^libs/reconciliation/(amounts|difference)\\.ts$', '^libs/purchase/money\\.ts$'] },
    },
    {
      name: 'reading-and-comparing-audit-files-is-pure',
      comment: 'Files of machines are judged without database and clock, and the same again at any time.',
      severity: 'error',
      from: {
        path: '^libs/dex/',
        pathNot: ['\\.spec\\.ts$', '^libs/dex/(audit-files(\\.module)?|audit-file-(store|views)|audit-ledger)\\.ts$'],
      },
      to: { pathNot: ['^libs/dex/', '^libs/purchase/money\\.ts$'] },
    },
    {
      name: 'only-seqr-knows-soap',
      severity: 'error',
      from: { pathNot: '^libs/seqr/' },
      to: { path: 'node_modules/soap/' },
    },
    {
      name: 'seqr-stands-alone',
      comment: 'The SEQR client can be used without the rest; it shares the money type only.',
      severity: 'error',
      from: { path: '^libs/seqr/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^libs/', apps, bridge], pathNot: ['^libs/seqr/', '^libs/purchase/money\\.ts$'] },
    },
    {
      name: 'only-platform-knows-prisma',
      severity: 'error',
      from: { pathNot: '^libs/platform/' },
      to: { path: ['node_modules/@prisma/', '^libs/platform/prisma-client/'] },
    },
    {
      name: 'only-the-bridge-knows-serialport',
      comment: 'The specs of the simulated machine look at it through the eyes of a bridge.',
      severity: 'error',
      from: { pathNot: [bridge, '^apps/simulated-machine/.*\\.spec\\.ts$'] },
      to: { path: ['node_modules/serialport/', 'node_modules/@serialport/'] },
    },
    {
      name: 'the-bridge-is-alone',
      comment: 'It runs beside the machine, where there is no server, no Nest and no database.',
      severity: 'error',
      from: { path: '^firmware-bridge/src/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: ['^libs/', apps, 'node_modules/@nestjs/', 'node_modules/@prisma/', 'node_modules/pg/'],
        pathNot: '^libs/machine-protocol/',
      },
    },
    {
      name: 'the-protocol-knows-nobody',
      severity: 'error',
      from: { path: '^libs/machine-protocol/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^libs/', apps, bridge], pathNot: '^libs/machine-protocol/' },
    },
    {
      name: 'the-sandbox-is-an-honest-neighbour',
      comment: 'It shares the money type with the product, and nothing that could make both wrong in the same way.',
      severity: 'error',
      from: { path: '^apps/seqr-sandbox/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^libs/', apps, bridge], pathNot: ['^apps/seqr-sandbox/', '^libs/purchase/money\\.ts$'] },
    },
    {
      name: 'the-simulated-machine-is-alone',
      severity: 'error',
      from: { path: '^apps/simulated-machine/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^libs/', apps, bridge], pathNot: '^apps/simulated-machine/' },
    },
    {
      name: 'no-branch-for-simulators',
      comment:
        'The product does not know whether its neighbours are simulated. Only the local system puts them together.',
      severity: 'error',
      from: {
        path: ['^apps/(reseller-api|machine-gateway)/', '^libs/', '^firmware-bridge/src/'],
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: ['^apps/seqr-sandbox/', '^apps/simulated-machine/', '^apps/local/'] },
    },
    {
      name: 'platform-is-thin',
      comment: 'It gives the others database, broker, clock and log, and knows nothing of what they do with them.',
      severity: 'error',
      from: { path: '^libs/platform/' },
      to: { path: '^libs/', pathNot: '^libs/platform/' },
    },
    {
      name: 'not-to-dev-dependencies',
      severity: 'error',
      from: {
        path: ['^apps/', '^libs/', '^firmware-bridge/src/'],
        // Certification prints its report with a browser, on a developer's computer, and says so where there is none.
        pathNot: [
          '\\.spec\\.ts$',
          '/test(ing)?/',
          '^apps/operator-console/',
          '^apps/certification/src/report/browser\\.ts$',
        ],
      },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^libs/platform/prisma-client/', '^apps/operator-console/mock/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
