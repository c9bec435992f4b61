FROM oven/bun:1.4.5 AS build
WORKDIR /app
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile
COPY tsconfig.json ./
COPY actors actors
COPY migrations migrations
COPY src src
RUN bun run build /app/stampede

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --no-create-home stampede \
  && install -d -o stampede -m 0700 /data
COPY --from=build /app/stampede /usr/local/bin/stampede
USER stampede
ENV HOST=0.0.0.0 PORT=3000 DATA_DIR=/data MIMALLOC_PURGE_DELAY=-1
EXPOSE 3000
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/stampede"]
CMD ["start"]
