// From a C++ class to the C function table: make_backend<Engine>(). Engine is a struct of statics:
//   static constexpr const char *kName, *kVersion, *kDescription;
//   static const char* const* formats();                     // NULL-terminated
//   static std::span<const arete_option_info* const> options();
//   static void probe(arete_probe& out);                     // throws if the engine cannot work
//   static void supports(const arete_model_source&, const Options&);  // throws the reason
//   static std::unique_ptr<Session> load(const arete_model_source&, const Options&);
// Everything may throw Failure; nothing needs to know of arete_error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "arete/backend.h"
#include "arete/plugin/failure.hpp"
#include "arete/plugin/options.hpp"
#include "arete/plugin/session.hpp"

#define ARETE_PLUGIN_EXPORT extern "C" __attribute__((visibility("default")))

namespace arete::plugin {

namespace detail {

inline Session& session_of(arete_session* session) { return *reinterpret_cast<Session*>(session); }
inline const Session& session_of(const arete_session* session) {
  return *reinterpret_cast<const Session*>(session);
}

/// The functions that are the same for every engine.
inline void fill_session_functions(arete_backend& table) {
  table.unload = [](arete_session* session) {
    if (session != nullptr) {
      session_of(session).close();
      delete &session_of(session);
    }
  };
  table.count = [](const arete_session* session, arete_direction direction) {
    return session_of(session).count(direction);
  };
  table.describe = [](const arete_session* session, arete_direction direction, std::uint32_t index,
                      arete_tensor_info* out) {
    // Filling caches pointers inside the session: not a change that anyone can see.
    auto& mutable_session = const_cast<Session&>(session_of(session));
    return guard([&] { mutable_session.describe(direction, index, *out); });
  };
  table.bind = [](arete_session* session, arete_direction direction, std::uint32_t index,
                  const arete_tensor* tensor) {
    return guard([&] { session_of(session).bind_checked(direction, index, tensor); });
  };
  table.run = [](arete_session* session, const arete_run_options* options) {
    return session_of(session).run(options);
  };
  table.run_async = [](arete_session* session, const arete_run_options* options, arete_done done,
                       void* user) {
    return guard([&] { session_of(session).run_async(options, done, user); });
  };
  table.cancel = [](arete_session* session) { session_of(session).cancel(); };
  table.output = [](arete_session* session, std::uint32_t index, arete_tensor* out) {
    return guard([&] { session_of(session).output_checked(index, *out); });
  };
  table.get_state = [](arete_session* session, std::uint32_t index, arete_tensor* out) {
    return guard([&] { session_of(session).get_state_checked(index, *out); });
  };
  table.set_state = [](arete_session* session, std::uint32_t index, const arete_tensor* tensor) {
    return guard([&] { session_of(session).set_state_checked(index, *tensor); });
  };
  table.reset_state = [](arete_session* session) {
    return guard([&] { session_of(session).reset_state(); });
  };
  table.profile = [](arete_session* session, const arete_profile** out) {
    return guard([&] { *out = &session_of(session).profile(); });
  };
  table.metric = [](arete_session* session, std::uint32_t index, arete_metric* out) {
    return guard([&] {
      out->struct_size = sizeof(arete_metric);
      if (!session_of(session).metric(index, *out)) {
        throw Failure(ARETE_NOT_FOUND, "no more metrics");
      }
    });
  };
}

}  // namespace detail

/// Host-side structs may be older and shorter than ours; a shorter one than version 1's is refused.
template <class Struct>
void check_size(const Struct* given) {
  if (given == nullptr || given->struct_size < sizeof(Struct)) {
    throw Failure(ARETE_INVALID, "a struct of the host is shorter than ABI 1 has it");
  }
}

template <class Engine>
const arete_backend* make_backend() {
  static const arete_backend kTable = [] {
    arete_backend made{};
    made.struct_size = sizeof(arete_backend);
    made.abi_version = ARETE_BACKEND_ABI_VERSION;
    made.name = Engine::kName;
    made.version = Engine::kVersion;
    made.description = Engine::kDescription;
    made.formats = Engine::formats();
    made.option_count = static_cast<std::uint32_t>(Engine::options().size());
    made.options = Engine::options().data();
    made.free_error = free_error;
    made.probe = [](arete_probe* out) {
      return guard([&] {
        out->struct_size = sizeof(arete_probe);
        Engine::probe(*out);
      });
    };
    made.supports = [](const arete_model_source* source, const arete_load_options* options) {
      return guard([&] {
        check_size(source);
        Engine::supports(*source, Options(Engine::options(), options));
      });
    };
    made.load = [](const arete_model_source* source, const arete_load_options* options,
                   arete_session** out) {
      return guard([&] {
        check_size(source);
        std::unique_ptr<Session> session =
            Engine::load(*source, Options(Engine::options(), options));
        *out = reinterpret_cast<arete_session*>(session.release());
      });
    };
    detail::fill_session_functions(made);
    return made;
  }();
  return &kTable;
}

}  // namespace arete::plugin
