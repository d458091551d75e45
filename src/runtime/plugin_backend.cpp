// SPDX-License-Identifier: Apache-2.0
#include "runtime/plugin_backend.hpp"

#include <utility>
#include <vector>

#include "runtime/abi_values.hpp"
#include "runtime/plugin_session.hpp"

namespace arete::runtime {
namespace {

void learn_from_table(const arete_backend& table, BackendInfo& info) {
  info.version = text_or_empty(table.version);
  info.description = text_or_empty(table.description);
  for (const char* const* format = table.formats; format != nullptr && *format != nullptr;
       ++format) {
    info.formats.emplace_back(*format);
  }
  for (std::uint32_t i = 0; i < table.option_count; ++i) {
    const arete_option_info& option = *table.options[i];
    info.options.push_back({text_or_empty(option.name), text_or_empty(option.default_value),
                            text_or_empty(option.values), text_or_empty(option.doc)});
  }
}

void learn_from_probe(const arete_probe& probe, BackendInfo& info) {
  info.engine_version = text_or_empty(probe.engine_version);
  for (std::uint32_t i = 0; i < probe.device_count; ++i) {
    info.devices.push_back(text_or_empty(probe.devices[i]));
  }
  info.host_memory = (probe.memory & ARETE_MEMORY_HOST) != 0;
  info.dmabuf_memory = (probe.memory & ARETE_MEMORY_DMABUF) != 0;
  info.device_memory = (probe.memory & ARETE_MEMORY_DEVICE) != 0;
}

/// The C form of what a caller asks; points into `file` and `options`.
class CRequest {
 public:
  CRequest(const ModelFile& file, const LoadOptions& options) {
    for (const auto& [name, value] : options.options) {
      names_.push_back(name.c_str());
      values_.push_back(value.c_str());
    }
    source = {sizeof(arete_model_source), file.format.empty() ? nullptr : file.format.c_str(),
              file.path.empty() ? nullptr : file.path.c_str(),
              file.bytes.empty() ? nullptr : file.bytes.data(), file.bytes.size()};
    load = {sizeof(arete_load_options),
            options.cache_dir.empty() ? nullptr : options.cache_dir.c_str(),
            static_cast<std::uint32_t>(names_.size()), names_.data(), values_.data()};
  }

  arete_model_source source{};
  arete_load_options load{};

 private:
  std::vector<const char*> names_;
  std::vector<const char*> values_;
};

Status check_file(const ModelFile& file) {
  if (file.path.empty() && file.bytes.empty()) {
    return fail(ErrorCode::kInvalid, "neither a path nor bytes of a model were given");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Backend>> PluginBackend::open(const std::string& path,
                                                           BackendInfo& info) {
  ARETE_TRY_ASSIGN(auto library, PluginLibrary::open(path, info.name));
  const arete_backend& table = library->table();
  learn_from_table(table, info);
  arete_probe probe{};
  probe.struct_size = sizeof(arete_probe);
  ARETE_TRY(library->check(table.probe(&probe)));
  learn_from_probe(probe, info);
  return std::shared_ptr<const Backend>(std::make_shared<PluginBackend>(std::move(library), info));
}

Status PluginBackend::supports(const ModelFile& file, const LoadOptions& options) const {
  ARETE_TRY(check_file(file));
  const CRequest request(file, options);
  return library_->check(library_->table().supports(&request.source, &request.load));
}

Result<std::unique_ptr<Session>> PluginBackend::load(const ModelFile& file,
                                                     const LoadOptions& options) const {
  ARETE_TRY(check_file(file));
  const CRequest request(file, options);
  arete_session* session = nullptr;
  ARETE_TRY(library_->check(library_->table().load(&request.source, &request.load, &session)),
            "loading {}", file.path.empty() ? "a model from memory" : file.path);
  if (session == nullptr) {
    return fail(ErrorCode::kInternal, "{}: load gave neither a session nor an error", info_.name);
  }
  return PluginSession::adopt(library_, session, file.bytes);
}

}  // namespace arete::runtime
