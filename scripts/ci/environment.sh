# Sourced by .ci/run: an environment in which npm, docker and the tests work, whatever the caller's was.

say() {
  printf 'ci: %s\n' "$*"
}

if [ "$(id -u)" -ne 0 ]; then
  say "run me as root: packages are installed and a Docker engine is started" >&2
  exit 1
fi

export PATH="${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export DEBIAN_FRONTEND=noninteractive
export LC_ALL="${LC_ALL:-C.UTF-8}"

# npm, Chromium and docker all write below it.
if [ -z "${HOME:-}" ] || [ ! -d "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
  HOME=/root
  [ -w "$HOME" ] || HOME=$(mktemp -d)
fi
export HOME
