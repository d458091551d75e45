# Runs the test tiers one after another and sums them up. A tier is a CTest label (CONTRIBUTING.md).
# SPDX-License-Identifier: Apache-2.0
source "$ARETE_ROOT/tools/dev/build.sh"

TIERS="unit conformance golden property crash e2e"
SUMMARY=""
FAILED_TIERS=""

# count LOG PATTERN: sums the numbers that GoogleTest printed behind PATTERN.
count() {
  sed -nE "s/^\[  $2[ ]*\] ([0-9]+) tests?.*/\1/p" "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

# run_tier PRESET TIER: one CTest call; its own last lines are what a reader or a script judges by.
run_tier() {
  local preset=$1 tier=$2 build="$OUT/build/$1" log="$LOGS/test-$1-$2.log" started=$SECONDS verdict=ok
  local total
  total=$(ctest --test-dir "$build" -N -L "^$tier\$" | sed -n 's/^Total Tests: //p')
  [ "${total:-0}" -gt 0 ] || return 0
  say ""
  say "== $tier ($preset), $total test programs"
  if ! ctest --test-dir "$build" -L "^$tier\$" --parallel "$(jobs_wanted)" --output-on-failure \
    --output-log "$log"; then
    verdict=FAILED
    FAILED_TIERS="$FAILED_TIERS $tier($preset)"
  fi
  # CTest keeps what passing tests printed in a log of its own.
  cp "$build/Testing/Temporary/LastTest.log" "$log" 2>/dev/null || true
  SUMMARY="$SUMMARY$(printf '%-12s %-11s %8d %8d %8d %6ds  %s' "$tier" "$preset" \
    "$(count "$log" 'PASSED')" "$(count "$log" 'FAILED')" "$(count "$log" 'SKIPPED')" \
    "$((SECONDS - started))" "$verdict")"$'\n'
}

# run_sanitized PRESET TIER...: sanitized tests stop at the first finding and say where. The tier
# "engines" is the conformance suites with real engines and GStreamer loaded; what these libraries do
# among themselves is not looked at (their locks are invisible: GLib's are plain futexes).
run_sanitized() {
  local preset=$1 tier
  shift
  case " $* " in
    *" engines "*) build_preset "$preset" arete_unit_tests backend_conformance media_conformance ;;
    *) build_preset "$preset" arete_unit_tests ;;
  esac
  for tier in "$@"; do
    ASAN_OPTIONS=abort_on_error=1:strict_string_checks=1:detect_stack_use_after_return=1 \
      LSAN_OPTIONS=print_suppressions=0:suppressions="$ARETE_ROOT/tools/dev/lsan.supp" \
      UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
      TSAN_OPTIONS=halt_on_error=1:ignore_noninstrumented_modules=1:suppressions="$ARETE_ROOT/tools/dev/tsan.supp" \
      run_tier "$preset" "$tier"
  done
}

print_summary() {
  say ""
  printf '%-12s %-11s %8s %8s %8s %7s\n' tier preset passed failed skipped time
  printf '%s' "$SUMMARY"
  printf 'all in %d s; logs in out/log\n' "$SECONDS"
}

dev_test() {
  local tier
  case ${1:-} in
    "") ;;
    all) export ARETE_TEST_FULL=1 ;;
    *) usage_error "unknown argument '$1' of 'test'" ;;
  esac
  setup_for build demo test $([ "${1:-}" = all ] && echo tvm)
  build_preset dev
  install_preset dev "$OUT"
  for tier in $TIERS; do run_tier dev "$tier"; done
  if [ "${1:-}" = all ]; then
    run_sanitized asan-ubsan unit engines
    run_sanitized tsan unit engines
  else
    run_sanitized asan-ubsan unit
  fi
  print_summary
  [ -z "$FAILED_TIERS" ] || die "failed:$FAILED_TIERS"
}
