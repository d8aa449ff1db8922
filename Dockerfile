# One image for web, worker and the release step:
#   web      docker run -p 3000:3000 --env-file .env sync-health
#   worker   docker run --no-healthcheck --env-file .env sync-health node jobs/worker.ts
#   release  docker run --rm --no-healthcheck --env-file .env -e DATABASE_OWNER_URL=… sync-health node prisma/migrate.ts

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run generate && npm run build

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are the pinned Node, which this image has, and build tools' binaries.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production PORT=3000
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/package.json /app/prisma.config.ts ./
COPY --from=build /app/app ./app
COPY --from=build /app/jobs ./jobs
COPY --from=build /app/prisma ./prisma
COPY --from=build /app/build ./build
USER node
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "app/server.ts"]
