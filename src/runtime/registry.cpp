// SPDX-License-Identifier: Apache-2.0
#include "runtime/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "io/paths.hpp"
#include "runtime/known_engines.hpp"
#include "runtime/plugin_backend.hpp"

namespace arete::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "arete_backend_";
constexpr std::string_view kSuffix = ".so";

/// "null" of "arete_backend_null.so".
std::optional<std::string> engine_name(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.size() <= kPrefix.size() + kSuffix.size() || !name.starts_with(kPrefix) ||
      !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  return name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
}

/// Files of one folder in the order of their names; a folder that is not there has none.
std::vector<fs::path> plugin_files(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (engine_name(entry->path())) {
      files.push_back(fs::absolute(entry->path(), error));
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : ", ") + part;
  }
  return text.empty() ? "nowhere" : text;
}

std::string reason_for_missing(const std::string& name, const std::vector<std::string>& path) {
  for (const KnownEngine& engine : known_engines()) {
    if (engine.name == name && !engine.not_built.empty()) {
      return fmt::format("not built: {}", engine.not_built);
    }
  }
  return fmt::format("not installed: no {}{}{} in {}", kPrefix, name, kSuffix, joined(path));
}

}  // namespace

std::vector<std::string> default_plugin_path() { return io::plugin_path(); }

Registry Registry::discover(const DiscoverOptions& options) {
  Registry registry;
  const std::vector<std::string> path = options.path.empty() ? default_plugin_path() : options.path;
  const auto listed = [&registry](std::string_view name) {
    return std::ranges::any_of(registry.list_,
                               [&](const BackendStatus& it) { return it.info.name == name; });
  };
  const auto wanted = [&options](const std::string& name) {
    return options.only.empty() || std::ranges::find(options.only, name) != options.only.end();
  };
  for (const std::string& folder : path) {
    for (const fs::path& file : plugin_files(folder)) {
      BackendStatus status;
      status.info.name = *engine_name(file);
      status.info.path = file.string();
      if (listed(status.info.name) || !wanted(status.info.name)) {
        continue;
      }
      auto opened = PluginBackend::open(status.info.path, status.info);
      status.available = opened.has_value();
      if (opened) {
        registry.backends_.push_back(std::move(opened).value());
      } else {
        status.reason = opened.error().message();
      }
      registry.list_.push_back(std::move(status));
    }
  }
  for (const std::string& name : options.expected) {
    if (!listed(name)) {
      BackendStatus status;
      status.info.name = name;
      status.reason = reason_for_missing(name, path);
      registry.list_.push_back(std::move(status));
    }
  }
  std::ranges::sort(registry.list_, {}, [](const BackendStatus& it) { return it.info.name; });
  return registry;
}

void Registry::add(std::shared_ptr<const Backend> backend) {
  const std::string name = backend->info().name;
  std::erase_if(list_, [&](const BackendStatus& it) { return it.info.name == name; });
  std::erase_if(backends_, [&](const auto& it) { return it->info().name == name; });
  list_.push_back({backend->info(), true, ""});
  std::ranges::sort(list_, {}, [](const BackendStatus& it) { return it.info.name; });
  backends_.push_back(std::move(backend));
}

Result<std::shared_ptr<const Backend>> Registry::find(std::string_view name) const {
  for (const auto& backend : backends_) {
    if (backend->info().name == name) {
      return backend;
    }
  }
  std::vector<std::string_view> names;
  std::string known;
  for (const BackendStatus& status : list_) {
    if (status.info.name == name) {
      return fail(ErrorCode::kUnavailable, "engine '{}' is unavailable: {}", name, status.reason);
    }
    names.emplace_back(status.info.name);
    known += (known.empty() ? "" : ", ") + status.info.name;
  }
  return fail(ErrorCode::kNotFound, "no engine '{}'{}; known: {}", name, did_you_mean(name, names),
              known.empty() ? "none" : known);
}

}  // namespace arete::runtime
