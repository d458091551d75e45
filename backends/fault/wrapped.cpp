// SPDX-License-Identifier: Apache-2.0
#include "wrapped.hpp"

#include <dlfcn.h>

namespace arete_fault {
namespace {

using arete::plugin::Description;
using arete::plugin::Failure;

[[noreturn]] void unavailable(const std::string& name, const std::string& reason) {
  throw Failure(ARETE_UNAVAILABLE, "engine '" + name + "' inside: " + reason);
}

}  // namespace

const arete_backend& find(const std::string& name) {
  // The name becomes part of a path.
  if (name.empty() || name.find('/') != std::string::npos || name == "fault") {
    throw Failure(ARETE_INVALID, "option 'engine': '" + name + "' cannot be wrapped");
  }
  const std::string path = arete::plugin::own_folder() + "arete_backend_" + name + ".so";
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // kept open
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    unavailable(name, reason == nullptr ? path : reason);
  }
  void* const symbol = ::dlsym(library, ARETE_BACKEND_SYMBOL);
  if (symbol == nullptr) {
    unavailable(name, "no symbol " ARETE_BACKEND_SYMBOL);
  }
  const arete_backend* const table =
      reinterpret_cast<arete_backend_entry>(symbol)(arete::plugin::host());
  if (table == nullptr || table->abi_version != ARETE_BACKEND_ABI_VERSION) {
    unavailable(name, "another ABI version");
  }
  arete_probe probe{};
  probe.struct_size = sizeof(arete_probe);
  arete::plugin::raise(*table, table->probe(&probe));
  return *table;
}

WrappedSession::WrappedSession(const arete_backend& backend, const arete_model_source& source,
                               const arete_load_options& options)
    : backend_(backend) {
  check(backend.load(&source, &options, &session_));
}

WrappedSession::~WrappedSession() { backend_.unload(session_); }

Description WrappedSession::describe(arete_direction direction, std::uint32_t index) const {
  arete_tensor_info info{};
  info.struct_size = sizeof(arete_tensor_info);
  check(backend_.describe(session_, direction, index, &info));
  Description made;
  made.name = info.name;
  made.dtype = info.dtype;
  made.rank_known = info.rank >= 0;
  for (std::int32_t i = 0; i < info.rank; ++i) {
    made.shape.push_back(info.shape[i]);
    if (info.dim_names != nullptr) {
      made.dim_names.emplace_back(info.dim_names[i]);
    }
  }
  if (info.quantization != nullptr) {
    const arete_quantization& given = *info.quantization;
    auto& copy = made.quantization.emplace();
    copy.scales.assign(given.scales, given.scales + given.count);
    if (given.zero_points != nullptr) {
      copy.zero_points.assign(given.zero_points, given.zero_points + given.count);
    }
    copy.expressed = given.expressed;
    copy.axis = given.axis;
    copy.block_size = given.block_size;
  }
  return made;
}

}  // namespace arete_fault
