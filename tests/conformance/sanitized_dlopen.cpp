// For sanitized builds. Sanitizers abort when a library is opened with RTLD_DEEPBIND, which
// OpenVINO's TBB does for a helper of its own. The program's dlopen stands before all others: it
// drops the flag.
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

extern "C" void* dlopen(const char* file, int flags) {
  using Open = void* (*)(const char*, int);
  static const auto kNext = reinterpret_cast<Open>(::dlsym(RTLD_NEXT, "dlopen"));
  return kNext(file, flags & ~RTLD_DEEPBIND);
}
