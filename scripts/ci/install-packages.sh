#!/usr/bin/env bash
# Installs the Debian packages that the tests need and this machine lacks.
set -euo pipefail

# Package and a file that shows it to be there: one that came another way counts too.
needed=(
  docker.io:/usr/sbin/dockerd
  iptables:/usr/sbin/iptables
  debootstrap:/usr/sbin/debootstrap
  chromium:/usr/bin/chromium
  fonts-dejavu-core:/usr/share/fonts/truetype/dejavu
  procps:/usr/bin/ps
  util-linux:/usr/bin/setpriv
  nginx:/usr/sbin/nginx
  caddy:/usr/bin/caddy
  openssl:/usr/bin/openssl
  libnss3-tools:/usr/bin/certutil
  pgbouncer:/usr/sbin/pgbouncer
  ca-certificates:/etc/ssl/certs/ca-certificates.crt
)

missing=()
for entry in "${needed[@]}"; do
  [ -e "${entry#*:}" ] || missing+=("${entry%%:*}")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "ci: all Debian packages are there"
  exit 0
fi

echo "ci: installing ${missing[*]}"
# The packages' own start scripts would start an engine before we can, and fail without systemd.
policy=/usr/sbin/policy-rc.d
has_own_policy=
if [ ! -e "$policy" ]; then
  has_own_policy=1
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 0755 "$policy"
fi
trap '[ -z "$has_own_policy" ] || rm -f "$policy"' EXIT

log=$(mktemp)
install_missing() {
  apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 update >"$log" 2>&1 &&
    apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 install -y --no-install-recommends "${missing[@]}" >>"$log" 2>&1
}
if ! install_missing; then
  tail -n 40 "$log" >&2
  echo "ci: the packages could not be installed" >&2
  exit 1
fi
rm -f "$log"
# Tests start their own proxies; these would take port 80 at the next boot.
if command -v systemctl >/dev/null; then
  systemctl disable nginx caddy >/dev/null 2>&1 || true
fi
