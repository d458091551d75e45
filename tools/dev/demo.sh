# Real models on real pictures, from nothing to annotated pictures.
# SPDX-License-Identifier: Apache-2.0
source "$ARETE_ROOT/tools/dev/build.sh"

dev_demo() {
  setup_for build demo
  build_preset dev arete_programs
  install_preset dev "$OUT"
  [ -x "$ARETE_ROOT/tools/demo/run" ] || die "tools/demo/run is missing"
  exec "$ARETE_ROOT/tools/demo/run" "$@"
}
