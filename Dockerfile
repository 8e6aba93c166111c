# syntax=docker/dockerfile:1
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY openapi.json openapi-3.0.json ./
COPY docs/errors ./docs/errors
COPY src ./src
COPY clients/typescript/src ./clients/typescript/src
COPY scripts/build.mjs scripts/bundle.mjs scripts/public-files.mjs scripts/ui-files.mjs ./scripts/
# dist is a link. The programs need no node_modules.
RUN npm run build && cp -rL dist /built
# The libraries are inside of the programs, so the image tells which they are.
RUN npm sbom --omit=dev --sbom-format=cyclonedx > /built/sbom.cdx.json

FROM node:24-trixie-slim
LABEL org.opencontainers.image.title="Airbyte Ingestion API" \
      org.opencontainers.image.description="A REST API in front of Airbyte that schedules ingestions and returns when data last arrived." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/node:24-trixie-slim"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
# Any user may run the image, so any user may write here.
RUN mkdir -m 1777 /data
COPY --from=build --chown=root:root /built ./dist
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is the main process, so that it gets the SIGTERM of `docker stop`. No shell is needed.
CMD ["node", "--max-semi-space-size=16", "dist/gateway.js"]
