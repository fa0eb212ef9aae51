#!/usr/bin/env bash
# Node 22 and the MCP clients of tests/clients/package.json, into $OPENAPI_MCP_NODE or the cache folder, where the tests
# look for them. Does nothing where they are there already. Needs npm and 1.5 GB of disk.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=$PWD/tests/clients/package.json
folder=${OPENAPI_MCP_NODE:-${XDG_CACHE_HOME:-$HOME/.cache}/openapi-mcp-tests/node}
installed=$folder/installed.json  # what was asked for when everything had been installed
if cmp --silent "$wanted" "$installed"; then
  exit 0
fi
command -v npm >/dev/null || { echo "npm is missing: apt-get install npm" >&2; exit 1; }
# npm brings authorities of its own; those of this machine count, too, where nobody has said otherwise.
authorities=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
[[ -n ${NODE_EXTRA_CA_CERTS:-} || ! -f $authorities ]] || export NODE_EXTRA_CA_CERTS=$authorities
mkdir -p "$folder"
rm -f "$installed"
cp "$wanted" "$folder/package.json"
# No script of a package runs here: the programs are taken as they are.
npm install --prefix "$folder" --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error \
  --fetch-retries=2 --fetch-retry-maxtimeout=10000
cp "$wanted" "$installed"
