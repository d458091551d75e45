// SPDX-License-Identifier: Apache-2.0
#include "media/media_plugin.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "io/paths.hpp"

namespace arete::media {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "arete_media_";
constexpr std::string_view kSuffix = ".so";

/// In the order of the ABI's numbers, which start at 1.
constexpr std::array kErrorCodes{
    ErrorCode::kInvalid,     ErrorCode::kCorrupt,  ErrorCode::kNotFound, ErrorCode::kUnsupported,
    ErrorCode::kUnavailable, ErrorCode::kDenied,   ErrorCode::kNoSpace,  ErrorCode::kTimeout,
    ErrorCode::kCancelled,   ErrorCode::kConflict, ErrorCode::kIo,       ErrorCode::kInternal};
static_assert(kErrorCodes.size() == ARETE_INTERNAL);

ErrorCode error_code_of(arete_code code) {
  const bool known = code >= 1 && static_cast<std::size_t>(code) <= kErrorCodes.size();
  return known ? kErrorCodes.at(static_cast<std::size_t>(code) - 1) : ErrorCode::kInternal;
}

void log_from_media(void* /*user*/, std::int32_t level, const char* message) noexcept {
  const std::string_view text = message == nullptr ? "" : message;
  if (level >= 3) {
    ARETE_LOG(kError, "media", {"message", text});
  } else if (level == 2) {
    ARETE_LOG(kWarning, "media", {"message", text});
  } else if (level == 1) {
    ARETE_LOG(kInfo, "media", {"message", text});
  } else {
    ARETE_LOG(kDebug, "media", {"message", text});
  }
}

constexpr arete_host kMediaHost{sizeof(arete_host), ARETE_MEDIA_ABI_VERSION, log_from_media,
                                nullptr};

struct WantedFunction {
  const char* name;
  bool there;
};

/// Looks at no member before the version says what the members are.
Status check_media_table(const arete_media* table, std::string_view name) {
  if (table == nullptr) {
    return fail(ErrorCode::kUnavailable, "it offers nothing for ABI version {}",
                ARETE_MEDIA_ABI_VERSION);
  }
  if (table->abi_version != ARETE_MEDIA_ABI_VERSION) {
    return fail(ErrorCode::kUnavailable, "it has ABI version {}, this program has {}",
                table->abi_version, ARETE_MEDIA_ABI_VERSION);
  }
  if (table->struct_size < sizeof(arete_media)) {
    return fail(ErrorCode::kUnavailable, "its function table has {} bytes, {} are needed",
                table->struct_size, sizeof(arete_media));
  }
  const std::initializer_list<WantedFunction> wanted{
      {"free_error", table->free_error != nullptr},
      {"probe", table->probe != nullptr},
      {"open", table->open != nullptr},
      {"info", table->info != nullptr},
      {"next", table->next != nullptr},
      {"interrupt", table->interrupt != nullptr},
      {"close", table->close != nullptr},
      {"release", table->release != nullptr},
      {"create_video", table->create_video != nullptr},
      {"frame_memory", table->frame_memory != nullptr},
      {"write_frame", table->write_frame != nullptr},
      {"finish_video", table->finish_video != nullptr},
      {"close_video", table->close_video != nullptr}};
  const auto* const missing = std::ranges::find(wanted, false, &WantedFunction::there);
  if (missing != wanted.end()) {
    return fail(ErrorCode::kUnavailable, "it lacks the function '{}'", missing->name);
  }
  if (table->name == nullptr || table->name != name) {
    return fail(ErrorCode::kUnavailable, "it calls itself '{}'",
                table->name == nullptr ? "" : table->name);
  }
  return {};
}

/// "gstreamer" of "arete_media_gstreamer.so".
std::optional<std::string> media_plugin_name(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.size() <= kPrefix.size() + kSuffix.size() || !name.starts_with(kPrefix) ||
      !name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  return name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
}

/// In the order of their names; a folder that is not there has none.
std::vector<fs::path> media_plugins_in(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (media_plugin_name(entry->path())) {
      files.push_back(fs::absolute(entry->path(), error));
    }
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<MediaPlugin> MediaPlugin::find(const std::vector<std::string>& folders) {
  std::string reasons;
  for (const std::string& folder : folders) {
    for (const fs::path& file : media_plugins_in(folder)) {
      auto opened = open(file, *media_plugin_name(file));
      if (opened) {
        return opened;
      }
      reasons += (reasons.empty() ? "" : "; ") + opened.error().message();
    }
  }
  if (!reasons.empty()) {
    return fail(ErrorCode::kUnavailable, "no media plug-in works here: {}", reasons);
  }
  std::string searched;
  for (const std::string& folder : folders) {
    searched += (searched.empty() ? "" : ", ") + folder;
  }
  return fail(ErrorCode::kUnavailable,
              "no media plug-in is installed: no {}*{} in {} (it is built where GStreamer's "
              "development files are)",
              kPrefix, kSuffix, searched.empty() ? "any folder" : searched);
}

Result<MediaPlugin> MediaPlugin::find() { return find(io::plugin_path()); }

Result<MediaPlugin> MediaPlugin::open(const io::Path& file, std::string_view name) {
  // Never unloaded: types that GLib has registered stay for good.
  void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return fail(ErrorCode::kUnavailable, "{}", reason == nullptr ? "cannot be loaded" : reason);
  }
  void* const symbol = ::dlsym(library, ARETE_MEDIA_SYMBOL);
  if (symbol == nullptr) {
    return fail(ErrorCode::kUnavailable, "{}: no symbol '{}'", file.native(), ARETE_MEDIA_SYMBOL);
  }
  MediaPlugin plugin(reinterpret_cast<arete_media_entry>(symbol)(&kMediaHost));
  ARETE_TRY(check_media_table(plugin.table_, name), "{}", file.native());
  arete_media_probe probe{};
  probe.struct_size = sizeof(arete_media_probe);
  ARETE_TRY(plugin.check(plugin.table_->probe(&probe)), "{}", file.native());
  plugin.engine_version_ = probe.engine_version == nullptr ? "" : probe.engine_version;
  return plugin;
}

Status MediaPlugin::check(arete_error* error) const {
  if (error == nullptr) {
    return {};
  }
  Error taken(error_code_of(error->code),
              error->message == nullptr ? "no reason given" : error->message);
  table_->free_error(error);
  return std::unexpected<Error>(std::move(taken));
}

}  // namespace arete::media
