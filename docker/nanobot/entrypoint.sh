#!/bin/sh
# Of an image that is run by hand: Mosaic's supervisor takes its place.
if [ ! -w "$HOME/.nanobot" ]; then
  echo "$HOME/.nanobot can't be written by uid $(id -u)." >&2
  exit 1
fi
exec nanobot "$@"
