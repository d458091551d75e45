// Diverts what a library writes to stderr into the host's log for as long as it lives. The
// descriptor is the process's: text of other threads goes the same way meanwhile, so this is for
// the one short moment that cannot be made quiet otherwise.
// Threads: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arete_litert {

class Diverted {
 public:
  Diverted();
  Diverted(const Diverted&) = delete;
  Diverted& operator=(const Diverted&) = delete;
  ~Diverted();

 private:
  int kept_ = -1;    ///< the real stderr
  int memory_ = -1;  ///< what is written instead
};

}  // namespace arete_litert
