// SPDX-License-Identifier: Apache-2.0
#include "profile.hpp"

#include <utility>

namespace arete_litert {

void Profile::add_event(const ProfilerEvent& event, const std::string& name, const char* device) {
  const auto [position, is_new] =
      current_.positions.try_emplace(name + '\n' + event.tag + '\n' + device, current_.list.size());
  if (is_new) {
    current_.list.push_back({name, event.tag, device, {}});
  }
  arete_node_profile& plain = current_.list[position->second].plain;
  plain.calls += 1;
  plain.ns += event.elapsed_us * 1000;
}

void Profile::add_run(ProfilerObject* profiler, const ModelFile& file) {
  const Api& api = library().api;
  int count = 0;
  check(api.get_num_profiler_events(profiler, &count), "counting events");
  events_.assign(static_cast<std::size_t>(count), ProfilerEvent{});
  if (count > 0) {
    check(api.get_profiler_events(profiler, count, events_.data()), "reading events");
  }
  // XNNPACK numbers its operators anew in every part of the graph that it was given.
  std::uint64_t part = 0;
  std::uint64_t last = 0;
  bool inside = false;
  for (const ProfilerEvent& event : events_) {
    if (event.tag == nullptr) {
      continue;
    }
    if (event.type == kDelegateOperatorEvent) {
      part += inside && event.index <= last ? 1 : 0;
      inside = true;
      last = event.index;
      add_event(event, "part " + std::to_string(part) + ", " + std::to_string(event.index),
                "XNNPACK");
    } else if (event.type == kOperatorEvent) {
      std::string name = event.subgraph == 0 ? file.name_of_operator(event.index) : "";
      if (name.empty()) {
        name = "graph " + std::to_string(event.subgraph) + ", " + std::to_string(event.index);
      }
      add_event(event, name, "builtin");
    }
  }
  current_.runs += 1;
  check(api.start_profiler(profiler), "emptying the profile");
}

const arete_profile& Profile::report() {
  reported_ = std::exchange(current_, {});
  pointers_.clear();
  for (Node& node : reported_.list) {
    node.plain = {sizeof(arete_node_profile), node.name.c_str(), node.type.c_str(), node.device,
                  node.plain.calls,           node.plain.ns};
    pointers_.push_back(&node.plain);
  }
  plain_ = {sizeof(arete_profile), reported_.runs, static_cast<std::uint32_t>(pointers_.size()),
            pointers_.data()};
  return plain_;
}

}  // namespace arete_litert
