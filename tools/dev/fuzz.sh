# Fuzzes the parsers: every target of tests/fuzz, or one, each from its corpus.
# SPDX-License-Identifier: Apache-2.0
source "$ARETE_ROOT/tools/dev/build.sh"

# New inputs go to out/fuzz/<target>; the corpus in the tree is read only.
fuzz_target() {
  local target=$1 seconds=$2 binary="$OUT/build/fuzz/fuzz/$1"
  local found="$OUT/fuzz/$target" corpus="$ARETE_ROOT/tests/fuzz/corpus/$target" extra=()
  if [ ! -x "$binary" ]; then
    say "== $target: not built, its library is not on this machine"
    return 0
  fi
  mkdir -p "$found/crashes"
  [ -d "$corpus" ] && extra+=("$corpus")
  [ -e "$ARETE_ROOT/tests/fuzz/$target.dict" ] && extra+=("-dict=$ARETE_ROOT/tests/fuzz/$target.dict")
  say "== $target, $seconds s"
  "$binary" "-max_total_time=$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
    "-artifact_prefix=$found/crashes/" "$found" "${extra[@]}" 2>"$LOGS/fuzz-$target.log" || {
    tail -n 40 "$LOGS/fuzz-$target.log" >&2
    say "FINDING in $target: the input is in out/fuzz/$target/crashes; run it again with: $binary FILE"
    return 1
  }
  grep -E '^stat::(number_of_executed_units|peak_rss_mb)' "$LOGS/fuzz-$target.log"
}

dev_fuzz() {
  local wanted=${1:-} seconds=${2:-60} target failed=0
  if [[ $wanted =~ ^[0-9]+$ ]]; then
    seconds=$wanted wanted=""
  fi
  local targets
  targets=$(cd "$ARETE_ROOT/tests/fuzz" && basename --suffix=.cpp -- *_fuzz.cpp)
  if [ -n "$wanted" ]; then
    grep -qx "$wanted" <<<"$targets" || usage_error "no fuzz target '$wanted'; there are:" $targets
    targets=$wanted
  fi
  setup_for build fuzz
  build_preset fuzz $([ -n "$wanted" ] && echo "$wanted" || echo arete_fuzz_targets)
  mkdir -p "$LOGS"
  for target in $targets; do
    fuzz_target "$target" "$seconds" || failed=1
  done
  return $failed
}
