import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { mockOperatorsApi } from './mock/operators-api.js';

/** Names a running Vendrail, for example https://localhost:8443; without it the console is shown on the mock. */
const backend = process.env['VENDRAIL_API'];

export default defineConfig({
  base: '/console/',
  plugins: [react(), ...(backend ? [] : [mockOperatorsApi()])],
  server: backend
    ? // The certificate of a local Vendrail is self-signed.
      { proxy: { '/api': { target: backend, secure: false, changeOrigin: true } } }
    : {},
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    // Everything is a file of its own, so that the server's content security policy needs no `data:`.
    assetsInlineLimit: 0,
  },
});
