// SPDX-License-Identifier: Apache-2.0
#include "runtime/plugin_library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <initializer_list>

#include "base/log.hpp"
#include "runtime/abi_values.hpp"
#include "runtime/elf_file.hpp"

// A sanitizer needs the code of a stack trace to be there still when the process ends.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ARETE_DETAIL_KEEP_LIBRARIES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ARETE_DETAIL_KEEP_LIBRARIES 1
#endif
#endif

namespace arete::runtime {
namespace {

void log_from_plugin(void* /*user*/, std::int32_t level, const char* message) noexcept {
  const std::string_view text = message == nullptr ? "" : message;
  if (level >= 3) {
    ARETE_LOG(kError, "backend", {"message", text});
  } else if (level == 2) {
    ARETE_LOG(kWarning, "backend", {"message", text});
  } else if (level == 1) {
    ARETE_LOG(kInfo, "backend", {"message", text});
  } else {
    ARETE_LOG(kDebug, "backend", {"message", text});
  }
}

constexpr arete_host kHost{sizeof(arete_host), ARETE_BACKEND_ABI_VERSION, log_from_plugin, nullptr};

struct RequiredFunction {
  const char* name;
  bool there;
};

/// Looks at no member before the version says what the members are.
Status check_table(const arete_backend* table, std::string_view name) {
  if (table == nullptr) {
    return fail(ErrorCode::kUnavailable, "the plug-in offers nothing for ABI version {}",
                ARETE_BACKEND_ABI_VERSION);
  }
  if (table->abi_version != ARETE_BACKEND_ABI_VERSION) {
    return fail(ErrorCode::kUnavailable, "the plug-in has ABI version {}, this program has {}",
                table->abi_version, ARETE_BACKEND_ABI_VERSION);
  }
  if (table->struct_size < sizeof(arete_backend)) {
    return fail(ErrorCode::kUnavailable, "the plug-in's function table has {} bytes, {} are needed",
                table->struct_size, sizeof(arete_backend));
  }
  const std::initializer_list<RequiredFunction> required{
      {"free_error", table->free_error != nullptr},
      {"probe", table->probe != nullptr},
      {"supports", table->supports != nullptr},
      {"load", table->load != nullptr},
      {"unload", table->unload != nullptr},
      {"count", table->count != nullptr},
      {"describe", table->describe != nullptr},
      {"bind", table->bind != nullptr},
      {"run", table->run != nullptr},
      {"output", table->output != nullptr}};
  const auto* missing = std::ranges::find(required, false, &RequiredFunction::there);
  if (missing != required.end()) {
    return fail(ErrorCode::kUnavailable, "the plug-in lacks the function '{}'", missing->name);
  }
  if (table->name == nullptr || table->name != name) {
    return fail(ErrorCode::kUnavailable, "the plug-in calls itself '{}'",
                table->name == nullptr ? "" : table->name);
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const PluginLibrary>> PluginLibrary::open(const std::string& path,
                                                                 std::string_view name) {
  ARETE_TRY(check_whole_elf(path));
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return fail(ErrorCode::kUnavailable, "{}", reason == nullptr ? "cannot be loaded" : reason);
  }
  std::shared_ptr<PluginLibrary> opened(new PluginLibrary(library, path));
  void* const symbol = ::dlsym(library, ARETE_BACKEND_SYMBOL);
  if (symbol == nullptr) {
    return fail(ErrorCode::kUnavailable, "{}: no symbol '{}'", path, ARETE_BACKEND_SYMBOL);
  }
  opened->table_ = reinterpret_cast<arete_backend_entry>(symbol)(&kHost);
  ARETE_TRY(check_table(opened->table_, name), "{}", path);
  return std::shared_ptr<const PluginLibrary>(std::move(opened));
}

PluginLibrary::~PluginLibrary() {
#ifndef ARETE_DETAIL_KEEP_LIBRARIES
  ::dlclose(library_);
#endif
}

Error PluginLibrary::take(arete_error* error) const {
  Error taken(code_of(error->code), error->message == nullptr ? "no reason given" : error->message);
  table_->free_error(error);
  return std::move(taken).with_context(table_->name);
}

Status PluginLibrary::check(arete_error* error) const {
  if (error == nullptr) {
    return {};
  }
  return std::unexpected<Error>(take(error));
}

}  // namespace arete::runtime
