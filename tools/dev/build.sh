# Configures and builds one preset, and puts what a person runs where it is looked for.
# SPDX-License-Identifier: Apache-2.0

PRESETS="dev release asan-ubsan tsan coverage fuzz aarch64"

# build_preset PRESET [TARGET...]
build_preset() {
  local preset=$1
  shift
  local log="$LOGS/build-$preset.log" target arguments=()
  for target in "$@"; do arguments+=(--target "$target"); done
  mkdir -p "$LOGS"
  say "configuring $preset ..."
  : >"$log"
  logged "$log" cmake --preset "$preset" ||
    die "configuring '$preset' failed. If a library is missing, run './dev setup'."
  say "building $preset ..."
  CCACHE_BASEDIR=$ARETE_ROOT CCACHE_NOHASHDIR=1 \
    cmake --build "$OUT/build/$preset" --parallel "$(jobs_wanted)" "${arguments[@]}" 2>&1 |
    tee -a "$log" | show_build || die "building '$preset' failed; the whole log: $log"
}

# On a terminal one line that moves; else only what is not progress, with a sign of life every 50 steps.
show_build() {
  if [ -t 1 ]; then
    cat
  else
    awk 'match($0, /^\[[0-9]+\/[0-9]+\] /) {
           split(substr($0, 2, RLENGTH - 3), at, "/")
           if (at[1] % 50 && at[1] != at[2]) next
         }
         { print; fflush() }'
  fi
}

# install_preset PRESET PREFIX: programs to PREFIX/bin, plug-ins to PREFIX/lib/arete.
install_preset() {
  logged "$LOGS/install-$1.log" cmake --install "$OUT/build/$1" --component runtime --prefix "$2" ||
    die "installing '$1' into $2 failed"
  find "$2/bin" "$2/lib/arete" -xtype l | grep . && die "the links above lead nowhere"
  return 0
}

needs_of_preset() {
  case $1 in
    fuzz) echo fuzz ;;
    coverage) echo coverage ;;
    aarch64) echo aarch64 ;;
  esac
}

dev_build() {
  local preset=${1:-dev}
  [[ " $PRESETS " == *" $preset "* ]] || usage_error "unknown preset '$preset'; there are: $PRESETS"
  setup_for build $(needs_of_preset "$preset")
  if [ "$preset" = aarch64 ]; then
    source "$SETUP/aarch64.sh"
    setup_aarch64
  fi
  build_preset "$preset"
  case $preset in
    dev | release)
      install_preset "$preset" "$OUT"
      say "programs are in out/bin, plug-ins in out/lib/arete"
      ;;
    aarch64)
      install_preset "$preset" "$OUT/aarch64"
      say "programs are in out/aarch64/bin, plug-ins in out/aarch64/lib/arete"
      ;;
    *) say "built in out/build/$preset" ;;
  esac
}
