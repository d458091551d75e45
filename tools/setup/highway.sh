# Highway (vector instructions chosen at run time) from Debian 13: Debian 12's is too old. Unpacked,
# not installed; its library runs on Debian 12 and is shipped beside ours. Sourced after
# private_apt.sh.
# SPDX-License-Identifier: Apache-2.0

HIGHWAY_SUITE=trixie
HIGHWAY_VERSION=1.2.0-2+b2

# highway_sums ARCH: SHA-256 of each package.
highway_sums() {
  case $1 in
    amd64)
      echo "a39afec3be24628d4796e3fe6765a2a5cd9c1457bde356062580f99f58f5a14e  libhwy-dev_${HIGHWAY_VERSION}_amd64.deb"
      echo "540c4ff28255fbfa89468061b722dfc2b773b0c1ecf163a063202482dea5b119  libhwy1t64_${HIGHWAY_VERSION}_amd64.deb"
      ;;
    arm64)
      echo "48b598706c45399d35c3104fea71a6bb7ac64d8ff265269ab4427711826d32e3  libhwy-dev_${HIGHWAY_VERSION}_arm64.deb"
      echo "05d6a112f091902db1155b8ebf355e78f92889d97394eef242736ec326199da3  libhwy1t64_${HIGHWAY_VERSION}_arm64.deb"
      ;;
  esac
}

# fetch_highway ARCH FOLDER: FOLDER/include and FOLDER/lib then.
fetch_highway() {
  local arch=$1 folder=$2 space="$DEPS/apt/highway-$1" deb
  private_apt_open "$space" "$HIGHWAY_SUITE" "$arch" || return 1
  private_apt_download "$space" "libhwy-dev=$HIGHWAY_VERSION" "libhwy1t64=$HIGHWAY_VERSION" || return 1
  (cd "$space/debs" && highway_sums "$arch" | sha256sum --check --quiet) || {
    say "Highway $HIGHWAY_VERSION: a downloaded package is not the pinned one (SHA-256 differs)"
    return 1
  }
  for deb in "$space"/debs/*.deb; do
    dpkg -x "$deb" "$space/unpacked" || return 1
  done
  rm -rf "$folder"
  mkdir -p "$folder/lib"
  cp -r "$space/unpacked/usr/include" "$folder/include" || return 1
  cp -P "$space"/unpacked/usr/lib/*/libhwy.so* "$folder/lib/" || return 1
  rm -rf "$space"
}

# setup_highway NUMBER ARCH FOLDER: does nothing for an architecture without pinned packages; the
# plain loops are built then.
setup_highway() {
  local number=$1 arch=$2 folder=$3 stamp
  [ -n "$(highway_sums "$arch")" ] || return 0
  stamp=$(stamp_of "$SETUP/highway.sh")
  stamp_is "highway_$arch" "$stamp" && [ -e "$folder/lib/libhwy.so" ] && return
  step "$number" "Highway $arch" "It takes two packages of Debian $HIGHWAY_SUITE from the servers in /etc/apt/sources.list.d." \
    fetch_highway "$arch" "$folder"
  stamp_set "highway_$arch" "$stamp"
}
