// What commands print: data on stdout as text or JSON Lines, errors in the same form, talk on
// stderr. Every line leaves at once, so that a reader of a pipe sees it. Threads: one.
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

  void line(const document::Node& node);
  void text(std::string_view text);
  /// An error object on stdout with JSON, "arete: message" on stderr otherwise.
  void error(const Error& error);
  void usage_error(std::string_view message);

  /// False once standard output took no more (a closed pipe, a full disk): nobody reads on.
  [[nodiscard]] bool is_read() const { return write_errno_ == 0; }
  /// `code`, or kFailed with a word on stderr if something could not be written.
  [[nodiscard]] ExitCode finish(ExitCode code) const;

 private:
  void write(std::string_view text);

  OutputForm form_ = OutputForm::kText;
  int write_errno_ = 0;
};

/// Every engine of this machine, the reference evaluator included, and those that are known by name
/// but not built.
[[nodiscard]] runtime::Registry engines();

/// The named engine and no other: the rest is not even opened.
[[nodiscard]] runtime::Registry engine_alone(std::string_view name);

/// Exit code of an error.
[[nodiscard]] ExitCode exit_code_of(const Error& error);

}  // namespace arete::app
