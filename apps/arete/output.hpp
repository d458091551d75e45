// What commands print: data on stdout as text or JSON Lines, errors in the same form, talk on
// stderr.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "document/node.hpp"
#include "exit_code.hpp"
#include "runtime/registry.hpp"

namespace arete::app {

enum class OutputForm { kText, kJson };

class Output {
 public:
  void set_form(OutputForm form) { form_ = form; }
  [[nodiscard]] bool json() const { return form_ == OutputForm::kJson; }

  void line(const document::Node& node) const;
  void text(std::string_view text) const;
  /// An error object on stdout with JSON, "arete: message" on stderr otherwise.
  void error(const Error& error) const;
  void usage_error(std::string_view message) const;

 private:
  OutputForm form_ = OutputForm::kText;
};

/// Every engine of this machine, the reference evaluator included, and those that are known by name
/// but not built.
[[nodiscard]] runtime::Registry engines();

/// Exit code of an error.
[[nodiscard]] ExitCode exit_code_of(const Error& error);

}  // namespace arete::app
