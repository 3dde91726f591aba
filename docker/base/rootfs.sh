#!/bin/sh
# Makes the root file system of the base image: a small Debian, Node and npm, and the user `node` (uid 1000), laid out like
# the official node:24-bookworm-slim, so that Dockerfiles work on either.
#
#   rootfs.sh TARGET MIRROR NODE_MODULES
#
# MIRROR may be empty: debootstrap has its own. NODE_MODULES is a folder that holds the npm packages node-linux-<arch> and npm. Needs root.
set -eu

target=$1
mirror=$2
modules=$3
suite=bookworm

debootstrap --variant=minbase --components=main "$suite" "$target" ${mirror:+"$mirror"}

node_package=$(find "$modules" -maxdepth 1 -name 'node-linux-*' | head -n 1)
install -D -m 0755 "$node_package/bin/node" "$target/usr/local/bin/node"
mkdir -p "$target/usr/local/lib/node_modules"
cp -a "$modules/npm" "$target/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$target/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$target/usr/local/bin/npx"
chown -R 0:0 "$target/usr/local"

chroot "$target" groupadd --gid 1000 node
chroot "$target" useradd --uid 1000 --gid node --shell /bin/bash --create-home node

# What only an interactive system needs, and what would carry this machine's own set-up into the image.
rm -rf "$target"/var/cache/apt/* "$target"/var/lib/apt/lists/* "$target"/var/log/* "$target"/tmp/* \
  "$target"/usr/share/doc/* "$target"/usr/share/man/* "$target"/usr/share/info/* "$target"/usr/share/locale/*
: > "$target/etc/resolv.conf"
: > "$target/etc/hostname"
