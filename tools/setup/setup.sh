# Set-up: Debian packages, pinned wheels, engine headers, demo data, ONNX's operator tests.
# Each step is skipped when what it makes is there already. Sourced after tools/dev/steps.sh.
# SPDX-License-Identifier: Apache-2.0

SETUP="$ARETE_ROOT/tools/setup"
source "$SETUP/private_apt.sh"
source "$SETUP/highway.sh"

ORT_HEADERS=libonnxruntime-dev=1.21.0+dfsg-1
ORT_HEADERS_SHA256=14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08
ORT_HEADERS_SUITE=trixie

# packages_of GROUP...: the names listed under [GROUP] in packages.txt.
packages_of() {
  local group
  for group in "$@"; do
    sed -n "/^\[$group\]/,/^\[/{/^[a-z]/p}" "$SETUP/packages.txt"
  done
}

missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

apt_install() {
  as_root apt-get -o DPkg::Lock::Timeout=300 update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
      install -y --no-install-recommends "$@"
}

# setup_packages NUMBER GROUP...
setup_packages() {
  local number=$1 missing
  shift
  missing=$(missing_packages $(packages_of "$@"))
  [ -z "$missing" ] && return
  command -v apt-get >/dev/null || die "set-up needs Debian's apt-get; install by hand:" $missing
  step "$number" "packages" "Check the network and apt's sources; 'apt-get install' must work on this machine." \
    apt_install $missing
}

setup_wheels() {
  local stamp
  stamp=$(stamp_of "$SETUP/wheels.txt" "$SETUP/wheels.py")
  stamp_is wheels "$stamp" && [ -e "$DEPS/onnx/onnx.proto" ] && return
  [ "$(uname -m)" = x86_64 ] || die "the pinned wheels are for x86-64; this machine is $(uname -m)." \
    "Build there without engines ('cmake --preset dev'), or cross-build with './dev build aarch64'."
  step "$1" "wheels" "Check the network and pip's configuration ('python3 -m pip config list')." \
    python3 "$SETUP/wheels.py" "$SETUP/wheels.txt" "$DEPS/wheels" "$DEPS"
  stamp_set wheels "$stamp"
}

fetch_engine_headers() {
  local space="$DEPS/apt/$ORT_HEADERS_SUITE" unpacked="$DEPS/apt/onnxruntime" deb
  private_apt_open "$space" "$ORT_HEADERS_SUITE" "$(dpkg --print-architecture)" || return 1
  private_apt_download "$space" "$ORT_HEADERS" || return 1
  deb=$(echo "$space"/debs/*.deb)
  echo "$ORT_HEADERS_SHA256  $deb" | sha256sum --check --quiet || {
    say "$ORT_HEADERS: the downloaded package is not the pinned one (SHA-256 differs)"
    return 1
  }
  rm -rf "$unpacked" "$DEPS/onnxruntime/include"
  mkdir -p "$DEPS/onnxruntime"
  dpkg -x "$deb" "$unpacked" || return 1
  cp -r "$unpacked/usr/include/onnxruntime" "$DEPS/onnxruntime/include" || return 1
  rm -rf "$unpacked" "$space"
}

setup_engine_headers() {
  local stamp=$ORT_HEADERS_SHA256
  stamp_is engine_headers "$stamp" && return
  step "$1" "engine headers" "It takes one package of Debian $ORT_HEADERS_SUITE from the servers in /etc/apt/sources.list.d." \
    fetch_engine_headers
  stamp_set engine_headers "$stamp"
}

make_demo_data() {
  local frames="$DEPS/demo/frames" pictures="$DEPS/demo/pictures" source=/usr/share/doc/opencv-doc/examples/data
  rm -rf "$frames" "$pictures" && mkdir -p "$frames" "$pictures" || return 1
  # Twelve frames spread evenly over the clip.
  local count every
  count=$(ffprobe -v error -select_streams v:0 -count_packets -show_entries stream=nb_read_packets \
    -of csv=p=0 "$DEPS/demo/carphone_pristine.mp4" | tr -d ',') || return 1
  every=$(((count + 11) / 12))
  ffmpeg -v error -y -i "$DEPS/demo/carphone_pristine.mp4" -vf "select=not(mod(n\,$every))" -vsync 0 \
    "$frames/carphone_%02d.png" || return 1
  # Some systems leave out /usr/share/doc when they install; then the package is unpacked here.
  if ! [ -d "$source" ]; then
    local unpacked="$DEPS/apt/opencv-doc"
    mkdir -p "$unpacked"
    (cd "$unpacked" && apt-get download opencv-doc && dpkg -x opencv-doc_*.deb .) || return 1
    source="$unpacked$source"
  fi
  cp -L "$source"/*.jpg "$pictures/" && cp -L "$source/vtest.avi" "$DEPS/demo/"
}

setup_demo_data() {
  local stamp
  stamp=$(stamp_of "$SETUP/wheels.txt" "$SETUP/setup.sh")
  stamp_is demo_data "$stamp" && return
  step "$1" "demo data" "It needs ffmpeg and opencv-doc, which './dev setup' installs." make_demo_data
  stamp_set demo_data "$stamp"
}

setup_tvm() {
  local pins="$SETUP/wheels-tvm.txt" stamp
  stamp=$(stamp_of "$pins" "$SETUP/wheels.py")
  stamp_is tvm "$stamp" && [ -e "$DEPS/tvm/lib/libtvm_ffi.so" ] && return
  step "$1" "TVM" "Check the network and pip's configuration ('python3 -m pip config list')." \
    python3 "$SETUP/wheels.py" "$pins" "$DEPS/wheels" "$DEPS"
  stamp_set tvm "$stamp"
}

setup_node_tests() {
  local script="$SETUP/node_tests.py" stamp
  [ -e "$script" ] || return 0
  stamp=$(stamp_of "$SETUP/wheels.txt" "$script")
  stamp_is node_tests "$stamp" && return
  rm -rf "$DEPS/onnx_node_tests"
  # The unpacked packages are for CPython 3.11, Debian 12's own.
  step "$1" "operator tests" "It runs the onnx package's generator with Debian's python3." \
    env PYTHONPATH="$DEPS/python" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$script" "$DEPS/onnx_node_tests"
  stamp_set node_tests "$stamp"
}

# setup_for GOAL...: what the goals (build, demo, test, or a group of packages.txt) need.
setup_for() {
  local goals=" $* "
  setup_packages 1/5 "$@"
  setup_wheels 2/5
  setup_engine_headers 3/5
  setup_highway 3/5 "$(dpkg --print-architecture)" "$DEPS/highway"
  case "$goals" in *" tvm "*) setup_tvm 3/5 ;; esac
  case "$goals" in *" demo "*) setup_demo_data 4/5 ;; esac
  case "$goals" in *" test "*) setup_node_tests 5/5 ;; esac
}
