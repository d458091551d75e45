// ONNX Runtime's profile: a JSON file that it writes when profiling ends, read into the ABI's form.
// Threads: as a session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "arete/backend.h"

namespace arete_ort {

/// A private folder for the profile file, removed with all that is in it.
class ProfileFolder {
 public:
  ProfileFolder() = default;
  ProfileFolder(const ProfileFolder&) = delete;
  ProfileFolder& operator=(const ProfileFolder&) = delete;
  ~ProfileFolder();

  /// Makes the folder; returns the prefix for the file. Throws Failure if the system refuses.
  [[nodiscard]] std::string create();

 private:
  std::string path_;
};

class Profile {
 public:
  /// Throws Failure if the text is not such a profile.
  void parse(std::string_view json);
  [[nodiscard]] const arete_profile& plain() const { return plain_; }

 private:
  struct Node {
    std::string name;
    std::string type;
    std::string provider;
    arete_node_profile plain{};
  };

  void add_node(std::string name, std::string type, std::string provider, std::uint64_t ns);

  std::deque<Node> nodes_;  // a deque: `plain` points into its neighbours
  std::map<std::string, std::size_t> positions_;
  std::uint64_t runs_ = 0;
  std::vector<const arete_node_profile*> pointers_;
  arete_profile plain_{};
};

}  // namespace arete_ort
