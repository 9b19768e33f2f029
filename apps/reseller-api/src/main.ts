import { startServer } from '#platform/server.js';

import { configureHttps } from './https-server.js';
import { ResellerApiModule } from './reseller-api.module.js';

await startServer({ role: 'reseller-api', modules: [ResellerApiModule], configure: configureHttps });
