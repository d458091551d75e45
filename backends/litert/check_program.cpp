// arete_litert_check LIBRARY: runs one tiny model with LiteRT's library, so that a library that
// does not fit crashes here and not in the program that wanted it. Status 0: it fits; 3: it does
// not. Started by the plug-in, not by people.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>

#include "library.hpp"
#include "self_test.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: arete_litert_check LIBRARY\n", stderr);
    return 2;
  }
  try {
    arete_litert::run_self_test(arete_litert::open_library(arguments[1]));
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 3;
  }
}
