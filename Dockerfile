# connector, as a small image that runs as an ordinary user and keeps its state in /state.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY requirements.build.lock requirements.runtime.lock ./
RUN python3 -m venv /opt/build \
    && /opt/build/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.build.lock \
    && python3 -m venv /opt/connector \
    && /opt/connector/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY connector ./connector
COPY mappings ./mappings
RUN /opt/build/bin/python -m pip wheel --no-cache-dir --no-build-isolation --no-deps --wheel-dir /src/dist . \
    && /opt/connector/bin/python -m pip install --no-cache-dir --no-deps /src/dist/*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="connector" \
      org.opencontainers.image.description="Makes a firm's lead management true in its CRM" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 connector \
    && useradd --system --uid 10001 --gid connector --home-dir /state --no-create-home connector \
    && install -d -o connector -g connector -m 0700 /state
COPY --from=build /opt/connector /opt/connector
ENV PATH=/opt/connector/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CONNECTOR_CONFIG=/state/connector.toml
USER 10001:10001
WORKDIR /state
VOLUME /state
STOPSIGNAL SIGTERM
ENTRYPOINT ["connector"]
CMD ["serve"]
