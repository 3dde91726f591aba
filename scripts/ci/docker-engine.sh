# Sourced by .ci/run: a Docker engine for the tests. One that runs already is used and left running.

docker_engine_pid=
docker_engine_log=

engine_answers() {
  docker version --format '{{.Server.Version}}' >/dev/null 2>&1
}

start_docker_engine() {
  if engine_answers; then
    say "a Docker engine runs already"
    return
  fi
  if [ -n "${DOCKER_HOST:-}" ]; then
    say "the Docker engine at DOCKER_HOST does not answer" >&2
    return 1
  fi
  # What a killed engine left behind keeps the next one from starting.
  local pid_file=/var/run/docker.pid
  if [ -e "$pid_file" ] && ! kill -0 "$(cat "$pid_file")" 2>/dev/null; then rm -f "$pid_file"; fi
  docker_engine_log=$(mktemp)
  say "starting a Docker engine"
  # A session of its own: a Ctrl-C is ours to handle, after the tests have removed their containers.
  setsid dockerd >"$docker_engine_log" 2>&1 </dev/null &
  docker_engine_pid=$!
  local _
  for _ in $(seq 1 240); do
    if engine_answers; then
      say "the Docker engine is ready"
      return
    fi
    if ! kill -0 "$docker_engine_pid" 2>/dev/null; then break; fi
    sleep 0.5
  done
  tail -n 30 "$docker_engine_log" >&2
  say "the Docker engine did not start" >&2
  return 1
}

stop_docker_engine() {
  local code=$?
  if [ -n "$docker_engine_pid" ] && kill -0 "$docker_engine_pid" 2>/dev/null; then
    say "stopping the Docker engine"
    kill -TERM "$docker_engine_pid"
    wait "$docker_engine_pid" 2>/dev/null || true
  fi
  [ -z "$docker_engine_log" ] || rm -f "$docker_engine_log"
  return "$code"
}
