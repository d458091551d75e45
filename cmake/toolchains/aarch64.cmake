# Debian's cross compiler, with the arm64 libraries that `./dev build aarch64` unpacked into a folder:
# the system's own architectures stay as they are. protoc and flatc are the host's programs.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64;-L;/usr/aarch64-linux-gnu)

get_filename_component(arete_root "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
set(arete_sysroot "${arete_root}/out/sysroot/aarch64")
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH "${arete_sysroot}" /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Debian keeps the headers that differ between machines (jconfig.h) here; the host's compiler looks
# there unasked, the cross compiler only in its own folders.
set(CMAKE_C_STANDARD_INCLUDE_DIRECTORIES "${arete_sysroot}/usr/include/aarch64-linux-gnu")
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES "${arete_sysroot}/usr/include/aarch64-linux-gnu")
# Libraries of libraries are looked for here; no path of this machine goes into the programs.
add_link_options("LINKER:-rpath-link,${arete_sysroot}/usr/lib/aarch64-linux-gnu:${arete_sysroot}/lib/aarch64-linux-gnu")
set(CMAKE_SKIP_RPATH OFF)
