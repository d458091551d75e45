# What the aarch64 preset needs: libraries of that architecture in a folder of their own, and the
# engine's library. Changes nothing in the system. Sourced after setup.sh.
# SPDX-License-Identifier: Apache-2.0

SYSROOT="$OUT/sysroot/aarch64"
DEPS_AARCH64="$OUT/deps-aarch64"

fetch_sysroot() {
  local space="$DEPS/apt/aarch64" suite deb
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  rm -rf "$SYSROOT"
  mkdir -p "$SYSROOT"
  private_apt_open "$space" "$suite" arm64 || return 1
  private_apt_download "$space" $(packages_of aarch64-sysroot) || return 1
  for deb in "$space"/debs/*.deb; do
    dpkg -x "$deb" "$SYSROOT" || return 1
  done
  rm -rf "$space"
}

setup_sysroot() {
  local stamp
  stamp=$(packages_of aarch64-sysroot | cat - "$SETUP/aarch64.sh" | stamp_of -)
  stamp_is sysroot_aarch64 "$stamp" && [ -d "$SYSROOT/usr/include" ] && return
  step "$1" "aarch64 libraries" "It takes arm64 packages from the servers in /etc/apt/sources.list.d." fetch_sysroot
  stamp_set sysroot_aarch64 "$stamp"
}

fetch_aarch64_engine() {
  python3 "$SETUP/wheels.py" "$SETUP/wheels-aarch64.txt" "$DEPS/wheels-aarch64" "$DEPS_AARCH64" --machine aarch64 || return 1
  # Headers and the ONNX schema are the same for every machine.
  ln -sfn "$DEPS/onnxruntime/include" "$DEPS_AARCH64/onnxruntime/include"
  ln -sfn "$DEPS/onnx" "$DEPS_AARCH64/onnx"
}

setup_aarch64_engine() {
  local stamp
  stamp=$(stamp_of "$SETUP/wheels-aarch64.txt" "$SETUP/wheels.py" "$SETUP/aarch64.sh")
  stamp_is wheels_aarch64 "$stamp" && [ -d "$DEPS_AARCH64/onnxruntime/lib" ] && return
  step "$1" "aarch64 wheels" "Check the network and pip's configuration." fetch_aarch64_engine
  stamp_set wheels_aarch64 "$stamp"
}

setup_aarch64() {
  setup_sysroot 1/3
  setup_aarch64_engine 2/3
  setup_highway 3/3 arm64 "$DEPS_AARCH64/highway"
}
