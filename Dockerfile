# One process of paperround. Writes nowhere but to /data and /tmp, so it runs with a read-only root file system.
#
#     docker build --tag paperround .
#     docker run --read-only --tmpfs /tmp --volume paperround:/data --publish 127.0.0.1:8080:8080 paperround
#
# The Python is the one that the tests run on. Name a digest here if your builds must be the same bit for bit.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
# Requirements first: they change seldom, and their layer is kept. Wheels only, so that nothing is compiled and no
# unpinned build tool is fetched on the way.
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN python -m venv --without-pip /opt/paperround \
    && python -m pip --python /opt/paperround/bin/python install --only-binary :all: --require-hashes --requirement requirements/runtime.txt \
    && python -m pip install --only-binary :all: --require-hashes --requirement requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY adapters adapters
COPY bot bot
RUN python -m hatchling build --target wheel \
    && python -m pip --python /opt/paperround/bin/python install --no-deps dist/*.whl

FROM ${PYTHON}
# What the image brings to install packages with is of no use here, except to an intruder.
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore pip setuptools wheel \
    && rm -rf /usr/local/lib/python3*/ensurepip \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin paperround \
    && install --directory --owner paperround --group paperround --mode 0700 /data
COPY --from=build /opt/paperround /opt/paperround
ENV PATH=/opt/paperround/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PAPERROUND_DATABASE_URL=sqlite:////data/paperround.db \
    PAPERROUND_HTTP__HOST=0.0.0.0 \
    PAPERROUND_HTTP__PORT=8080
USER 10001
# paperround.toml, if there is one, is read from here.
WORKDIR /data
VOLUME /data
EXPOSE 8080
# run answers SIGTERM by finishing what it is posting, for at most 25 seconds: docker stop --time 30.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import http.client as h, os; c = h.HTTPConnection('127.0.0.1', int(os.environ['PAPERROUND_HTTP__PORT']), timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["paperround"]
CMD ["run"]
