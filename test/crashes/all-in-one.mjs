// Both server roles in one process: when it dies, nobody is left to take its work over until it is started again.
import { MachineGatewayModule } from '#machine-gateway/machine-gateway.module.js';
import { startServer } from '#platform/server.js';
import { configureHttps } from '#reseller-api/https-server.js';
import { ResellerApiModule } from '#reseller-api/reseller-api.module.js';

await startServer({ role: 'all', modules: [ResellerApiModule, MachineGatewayModule], configure: configureHttps });
