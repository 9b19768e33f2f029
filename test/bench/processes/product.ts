// The product as it is: both server roles in one process, configured by environment as anywhere.
import { MachineGatewayModule } from '#machine-gateway/machine-gateway.module.js';
import { startServer } from '#platform/server.js';
import { configureHttps } from '#reseller-api/https-server.js';
import { ResellerApiModule } from '#reseller-api/reseller-api.module.js';

import { answering } from './answering.js';

await startServer({ role: 'all', modules: [ResellerApiModule, MachineGatewayModule], configure: configureHttps });
answering({
  memory: () => {
    globalThis.gc?.();
    return process.memoryUsage();
  },
});
