// SPDX-License-Identifier: Apache-2.0
#include "profile.hpp"

#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "arete/plugin.hpp"

namespace arete_ort {
namespace {

using arete::plugin::Failure;
using nlohmann::json;

constexpr std::string_view kKernelSuffix = "_kernel_time";

/// A member of an object as text, "" if it is not there or no text.
std::string member_text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

ProfileFolder::~ProfileFolder() {
  if (!path_.empty()) {
    std::error_code ignored;  // a leftover in the temporary folder harms nobody
    std::filesystem::remove_all(path_, ignored);
  }
}

std::string ProfileFolder::create() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  std::string name = (error ? std::filesystem::path("/tmp") : base) / "arete-profile-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw Failure(ARETE_IO, "cannot make a folder for the profile: " + name);
  }
  path_ = name;
  return path_ + "/run";
}

void Profile::add_node(std::string name, std::string type, std::string provider, std::uint64_t ns) {
  const auto [position, is_new] =
      positions_.try_emplace(name + '\n' + type + '\n' + provider, nodes_.size());
  if (is_new) {
    nodes_.push_back({std::move(name), std::move(type), std::move(provider), {}});
  }
  arete_node_profile& plain = nodes_[position->second].plain;
  plain.calls += 1;
  plain.ns += ns;
}

void Profile::parse(std::string_view text) {
  const json events = json::parse(text, nullptr, false);
  if (!events.is_array()) {
    throw Failure(ARETE_INTERNAL, "ONNX Runtime's profile is not a JSON array");
  }
  for (const json& event : events) {
    if (!event.is_object()) {
      continue;
    }
    std::string name = member_text(event, "name");
    const std::string category = member_text(event, "cat");
    runs_ += category == "Session" && name == "model_run" ? 1 : 0;
    const auto args = event.find("args");
    if (category != "Node" || !name.ends_with(kKernelSuffix) || args == event.end() ||
        !args->is_object()) {
      continue;
    }
    name.resize(name.size() - kKernelSuffix.size());
    const auto duration = event.find("dur");
    const bool timed = duration != event.end() && duration->is_number_unsigned();
    add_node(std::move(name), member_text(*args, "op_name"), member_text(*args, "provider"),
             timed ? duration->get<std::uint64_t>() * 1000 : 0);
  }
  for (Node& node : nodes_) {
    node.plain.struct_size = sizeof(arete_node_profile);
    node.plain.name = node.name.c_str();
    node.plain.type = node.type.c_str();
    node.plain.device = node.provider.c_str();
    pointers_.push_back(&node.plain);
  }
  plain_ = {sizeof(arete_profile), runs_, static_cast<std::uint32_t>(pointers_.size()),
            pointers_.data()};
}

}  // namespace arete_ort
