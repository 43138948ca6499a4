# Two images from one file, on plain Debian packages and the same lock files and set-up as ./suozi:
#   app        API and job worker, unprivileged (the default)
#   database   PostgreSQL with PostGIS, reached through a unix socket in a shared volume (see compose.yaml)

FROM debian:bookworm-slim AS database
# No cluster at installation: ours is made at the first start, in the volume.
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/suozi.conf \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql-postgis \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 700 /data \
    && install -d -o postgres -g postgres -m 755 /run/suozi
ENV PATH=/usr/lib/postgresql/15/bin:$PATH LC_ALL=C.UTF-8
USER postgres
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --start-period=20s CMD pg_isready -q -h /run/suozi -U suozi
CMD if [ ! -e /data/postgres ]; then \
        rm -rf /data/new && initdb -D /data/new -U suozi -E UTF8 --auth-local=trust --auth-host=reject \
        && echo 'CREATE DATABASE suozi' | postgres --single -D /data/new postgres && mv /data/new /data/postgres; \
    fi \
    && exec postgres -D /data/postgres -k /run/suozi -c listen_addresses= -c timezone=UTC -c jit=off \
        -c random_page_cost=1.1 -c max_wal_size=2GB -c max_parallel_workers_per_gather=0

FROM debian:bookworm-slim AS build
WORKDIR /suozi
COPY . .
# A database elsewhere, so that ./suozi does not install one here. Node and the other build tools are taken out again.
RUN --mount=type=cache,target=/root/.cache --mount=type=cache,target=/root/.npm \
    SUOZI_DATABASE_URL=elsewhere ./suozi setup \
    && .suozi/bin/uv pip sync -q --compile-bytecode --python .venv --require-hashes --only-binary :all: requirements.lock

FROM debian:bookworm-slim AS app
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 ca-certificates fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 999 suozi \
    && install -d -o suozi -g suozi /data
WORKDIR /suozi
COPY --from=build /suozi/.venv .venv
COPY backend backend
COPY geo geo
COPY seeds seeds
COPY --from=build /suozi/pwa/dist pwa/dist
ENV PATH=/suozi/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER suozi
EXPOSE 8000
HEALTHCHECK --interval=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/api/health', timeout=5)"]
CMD ["python", "-m", "backend.cli", "up", "--host", "0.0.0.0", "--data", "/data"]
