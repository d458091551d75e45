// SPDX-License-Identifier: Apache-2.0
#include "profile.hpp"

#include <utility>

namespace arete_openvino {

void Profile::add_node(const ov_profiling_info_t& info) {
  const std::string name = info.node_name == nullptr ? "" : info.node_name;
  const std::string type = info.node_type == nullptr ? "" : info.node_type;
  const auto [position, is_new] =
      current_.positions.try_emplace(name + '\n' + type, current_.list.size());
  if (is_new) {
    current_.list.push_back({name, type, {}});
  }
  arete_node_profile& plain = current_.list[position->second].plain;
  plain.calls += 1;
  plain.ns += static_cast<std::uint64_t>(info.real_time) * 1000;
}

void Profile::add_run(const ov_infer_request_t& request) {
  const Api& api = library().api;
  ov_profiling_info_list_t list{};
  check(api.infer_request_get_profiling_info(&request, &list));
  for (std::size_t i = 0; i < list.size; ++i) {
    if (list.profiling_infos[i].status == ov_profiling_info_t::EXECUTED) {
      add_node(list.profiling_infos[i]);
    }
  }
  api.profiling_info_list_free(&list);
  current_.runs += 1;
}

const arete_profile& Profile::report() {
  reported_ = std::exchange(current_, {});
  pointers_.clear();
  for (Node& node : reported_.list) {
    node.plain = {sizeof(arete_node_profile), node.name.c_str(), node.type.c_str(), "CPU",
                  node.plain.calls,           node.plain.ns};
    pointers_.push_back(&node.plain);
  }
  plain_ = {sizeof(arete_profile), reported_.runs, static_cast<std::uint32_t>(pointers_.size()),
            pointers_.data()};
  return plain_;
}

}  // namespace arete_openvino
