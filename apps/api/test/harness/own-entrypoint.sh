#!/bin/sh
# The whole entrypoint of an image without Mosaic's supervisor. Mosaic writes the container's token as the first line of standard input.
set -eu
umask 077
read -r token
mkdir -p "$MOSAIC_AGENT_STATE_DIR" "$MOSAIC_AGENT_RUN_DIR"
# On standard input: arguments can be read by everybody on the machine.
printf 'Authorization: Bearer %s\n' "$token" | curl --fail --silent --show-error --retry 10 --retry-connrefused --retry-delay 1 \
  --header @- --output "$OPENCLAW_CONFIG_PATH" "$MOSAIC_CONFIG_URL?port=$MOSAIC_AGENT_PORT"
# What it prints on standard output is a copy of the conversation.
exec node "$MOSAIC_AGENT_SOFTWARE_DIR/node_modules/openclaw/openclaw.mjs" gateway run --port "$MOSAIC_AGENT_PORT" </dev/null >/dev/null
