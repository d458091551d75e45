// The engine inside: another plug-in of the same folder, called through its C ABI.
// Threads: find() from any; a WrappedSession as the ABI says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "arete/plugin.hpp"

namespace arete_fault {

/// Opened at the first call and never closed. Throws ARETE_UNAVAILABLE with the reason.
[[nodiscard]] const arete_backend& find(const std::string& name);

/// A session of another engine; its errors become Failures.
class WrappedSession {
 public:
  WrappedSession(const arete_backend& backend, const arete_model_source& source,
                 const arete_load_options& options);
  WrappedSession(const WrappedSession&) = delete;
  WrappedSession& operator=(const WrappedSession&) = delete;
  ~WrappedSession();

  [[nodiscard]] const arete_backend& table() const { return backend_; }
  [[nodiscard]] arete_session* get() const { return session_; }
  void check(arete_error* error) const { arete::plugin::raise(backend_, error); }
  [[nodiscard]] arete::plugin::Description describe(arete_direction direction,
                                                    std::uint32_t index) const;

 private:
  const arete_backend& backend_;
  arete_session* session_ = nullptr;
};

}  // namespace arete_fault
