import { startServer } from '#platform/server.js';

import { MachineGatewayModule } from './machine-gateway.module.js';

await startServer({ role: 'machine-gateway', modules: [MachineGatewayModule] });
