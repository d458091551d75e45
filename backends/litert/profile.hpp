// What ran where, added up over runs from the events of LiteRT's profiler.
// Threads: as a session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "arete/backend.h"
#include "compiled.hpp"

namespace arete_litert {

class Profile {
 public:
  /// Takes the events of one run out of the profiler.
  void add_run(ProfilerObject* profiler, const ModelFile& file);
  /// Of the runs since the last call; valid until the next one.
  [[nodiscard]] const arete_profile& report();

 private:
  struct Node {
    std::string name;
    std::string type;
    const char* device;
    arete_node_profile plain{};
  };
  struct Nodes {
    std::deque<Node> list;  // a deque: `plain` points into its neighbours
    std::map<std::string, std::size_t> positions;
    std::uint64_t runs = 0;
  };

  void add_event(const ProfilerEvent& event, const std::string& name, const char* device);

  Nodes current_;
  Nodes reported_;
  std::vector<ProfilerEvent> events_;
  std::vector<const arete_node_profile*> pointers_;
  arete_profile plain_{};
};

}  // namespace arete_litert
