# Builds the benchmarks and runs them; arguments go to each.
# SPDX-License-Identifier: Apache-2.0
source "$ARETE_ROOT/tools/dev/build.sh"

dev_bench() {
  [ -e "$ARETE_ROOT/bench/CMakeLists.txt" ] || {
    say "there are no benchmarks yet (bench/ has none)"
    return 0
  }
  setup_for build bench
  build_preset dev
  local program
  for program in "$OUT"/build/dev/bench/*_bench; do
    "$program" "$@"
  done
}
