# syntax=docker/dockerfile:1
# What runs `openapi-mcp serve http` as a user without rights, on a root that may be read-only; docs/scale.md says how.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
RUN ["python", "-m", "venv", "--without-pip", "/opt/openapi-mcp"]
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY openapi_mcp openapi_mcp
# The versions that our tests ran with; byte code is made now, as nothing can be written where it runs.
RUN ["python", "-m", "pip", "--python", "/opt/openapi-mcp/bin/python", "--no-cache-dir", "--disable-pip-version-check", \
    "install", "--compile", "--constraint", "constraints.txt", ".[scale,otel,dashboard]"]
# For who runs it without a volume: records, switches and logins of one container.
RUN ["install", "--directory", "--owner=10001", "--group=10001", "--mode=0700", "/state"]

FROM python:${PYTHON}-slim
COPY --from=build /opt/openapi-mcp /opt/openapi-mcp
COPY --from=build --chown=10001:10001 /state /state
# A port in a container is reached from outside it, so the start wants to know who may call (--endpoint-token and others).
ENV PATH=/opt/openapi-mcp/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/cache \
    XDG_STATE_HOME=/state \
    OPENAPI_MCP_HOST=0.0.0.0
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8800
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["python", "-I", "-S", "-c", \
    "import http.client, os, sys; port = int(os.environ.get('OPENAPI_MCP_PORT') or 8800); api = http.client.HTTPConnection('127.0.0.1', port, timeout=2); api.request('GET', '/healthz'); sys.exit(api.getresponse().status != 200)"]
ENTRYPOINT ["openapi-mcp"]
CMD ["serve", "http"]
