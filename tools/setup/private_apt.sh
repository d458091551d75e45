# apt with folders of its own, for a package of another release or architecture: downloads and
# unpacks, installs nothing, and leaves the machine's own package lists as they are.
# Sourced after tools/dev/steps.sh.
# SPDX-License-Identifier: Apache-2.0

# private_apt SPACE COMMAND...: apt-get with the folders under SPACE.
private_apt() {
  local space=$1
  shift
  local arch
  arch=$(cat "$space/arch")
  apt-get -o Dir::Etc::sourcelist="$space/private.sources" -o Dir::Etc::sourceparts=- \
    -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=- \
    -o Dir::State="$space/state" -o Dir::State::status="$space/status" -o Dir::Cache="$space/cache" \
    -o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o APT::Sandbox::User=root \
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}

# private_apt_open SPACE SUITE ARCH: writes the sources from the machine's own and reads the lists.
private_apt_open() {
  local space=$1 suite=$2 arch=$3
  mkdir -p "$space"/state/lists/partial "$space"/cache/archives/partial
  : >"$space/status"
  printf '%s\n' "$arch" >"$space/arch"
  python3 "$ARETE_ROOT/tools/setup/apt_sources.py" "$suite" >"$space/private.sources" || return 1
  private_apt "$space" update
}

# private_apt_download SPACE PACKAGE[=VERSION]...: the packages lie in SPACE/debs then.
private_apt_download() {
  local space=$1
  shift
  rm -rf "$space/debs" && mkdir -p "$space/debs"
  (cd "$space/debs" && private_apt "$space" download "$@")
}
