# Everything that is checked without running the product: layers, sizes, duplicates, pages, format, clang-tidy.
# SPDX-License-Identifier: Apache-2.0
source "$ARETE_ROOT/tools/dev/build.sh"
source "$ARETE_ROOT/tools/dev/format.sh"

LINT_FAILED=""

# lint_step NAME COMMAND...: runs on after a failure, so that one run shows all there is.
lint_step() {
  local name=$1
  shift
  say "== $name"
  "$@" || LINT_FAILED="$LINT_FAILED $name"
}

lint_own_tests() { (cd "$ARETE_ROOT/tools" && python3 -B -m unittest discover -q -s lint -p '*_test.py' 2>&1); }

check_format() {
  our_sources | xargs --no-run-if-empty --max-procs="$(jobs_wanted)" --max-args=40 \
    clang-format-19 --dry-run -Werror
}

dev_lint() {
  local lint="$ARETE_ROOT/tools/lint"
  case ${1:-} in
    "" | all) ;;
    *) usage_error "unknown argument '$1' of 'lint'" ;;
  esac
  setup_for build lint
  lint_step "lint's own tests" lint_own_tests
  lint_step layers python3 -B "$lint/layers.py"
  lint_step sizes python3 -B "$lint/sizes.py"
  lint_step duplicates python3 -B "$lint/duplicates.py"
  lint_step pages python3 -B "$lint/docs.py"
  lint_step format check_format
  # Continuous integration starts without the record of clean files; all of them would take it too long.
  local share=1
  [ "${CI:-}" = true ] && [ "${1:-}" != all ] && share=3
  # clang-tidy reads generated headers and ninja's record of what each file includes.
  build_preset dev
  lint_step clang-tidy python3 -B "$lint/tidy.py" "$OUT/build/dev" --jobs "$(jobs_wanted)" --share "$share"
  if [ "${1:-}" = all ]; then
    lint_step analyzer python3 -B "$lint/tidy.py" "$OUT/build/dev" --jobs "$(jobs_wanted)" --analyzer
  fi
  [ -z "$LINT_FAILED" ] || die "lint found something in:$LINT_FAILED"
  say "lint: clean"
}
