#!/bin/sh
# Makes the secrets that compose.yaml reads, in deploy/secrets; what is there already stays. Needs openssl.
#
# The folder is closed to other users of this machine; the files are open, as each container reads its own by a user of
# its own.
set -eu
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"
chmod 700 "$folder"
umask 022

put() { # the content of a file comes on stdin
    if [ -e "$folder/$1" ]; then cat >/dev/null; else cat >"$folder/.new" && mv "$folder/.new" "$folder/$1"; fi
}

secret() { openssl rand -hex 32; }

secret | put endpoint_token
secret | put shared_key
secret | put redis_password
secret | put postgres_password
redis=$(cat "$folder/redis_password")
digest=$(printf %s "$redis" | openssl dgst -sha256 -r | cut -d ' ' -f 1)
printf 'redis://replicas:%s@redis:6379/0\n' "$redis" | put redis_url
# Nobody without the password, and nothing that is for operators; keys are closed to no one else, as there is no one else.
printf 'user default off\nuser replicas on #%s ~* &* +@all -@admin -@dangerous +info\n' "$digest" | put redis_users
printf 'postgresql://openapi_mcp:%s@postgres:5432/openapi_mcp\n' "$(cat "$folder/postgres_password")" | put records_url
