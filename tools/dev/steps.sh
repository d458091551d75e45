# What the commands of ./dev share: where things lie, how progress is shown, how a failure is told.
# Sourced, never run. Expects ARETE_ROOT.
# SPDX-License-Identifier: Apache-2.0

OUT="$ARETE_ROOT/out"
DEPS="$OUT/deps"
LOGS="$OUT/log"
STAMPS="$DEPS/.stamps"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "dev: $*"
  exit 1
}

usage_error() {
  say "dev: $*"
  say "Run './dev help' for what there is."
  exit 2
}

# logged LOG COMMAND...: output goes to the log; if the command fails, the end of the log is shown.
logged() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if ! "$@" >>"$log" 2>&1; then
    tail -n 30 "$log" >&2
    say "failed: $*"
    say "the whole log: $log"
    return 1
  fi
}

# step "2/6" "wheels" "what to do if it fails" COMMAND...: one line of progress, timed.
step() {
  local number=$1 name=$2 remedy=$3
  shift 3
  local log started=$SECONDS
  log="$LOGS/$(printf '%s' "$name" | tr -c 'a-zA-Z0-9' '_').log"
  mkdir -p "$LOGS"
  : >"$log"
  say "[$number] $name ..."
  logged "$log" "$@" || die "step '$name' failed. $remedy"
  say "[$number] $name: done in $((SECONDS - started)) s"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "this needs root and there is no sudo; run as root: $*"
    return 1
  fi
}

# A stamp holds the hash of what a step was made from, so that a changed pin runs the step again.
stamp_of() { cat "$@" | sha256sum | cut -d' ' -f1; }

stamp_is() { [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }

stamp_set() {
  mkdir -p "$STAMPS"
  printf '%s\n' "$2" >"$STAMPS/$1"
}

jobs_wanted() { printf '%s\n' "${ARETE_JOBS:-$(nproc)}"; }
