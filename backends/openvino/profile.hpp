// What ran, added up over runs from OpenVINO's counters, which it keeps for one run.
// Threads: as a session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "arete/backend.h"
#include "library.hpp"

namespace arete_openvino {

class Profile {
 public:
  /// The counters of the run that has just ended.
  void add_run(const ov_infer_request_t& request);
  /// Of the runs since the last call; valid until the next one.
  [[nodiscard]] const arete_profile& report();

 private:
  struct Node {
    std::string name;
    std::string type;
    arete_node_profile plain{};
  };
  struct Nodes {
    std::deque<Node> list;  // a deque: `plain` points into its neighbours
    std::map<std::string, std::size_t> positions;
    std::uint64_t runs = 0;
  };

  void add_node(const ov_profiling_info_t& info);

  Nodes current_;
  Nodes reported_;
  std::vector<const arete_node_profile*> pointers_;
  arete_profile plain_{};
};

}  // namespace arete_openvino
