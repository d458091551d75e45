// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace arete_fault {
namespace {

using arete::plugin::Failure;

struct CodeName {
  std::string_view name;
  arete_code code;
};
constexpr std::array<CodeName, 12> kCodes{{{"invalid", ARETE_INVALID},
                                           {"corrupt", ARETE_CORRUPT},
                                           {"not_found", ARETE_NOT_FOUND},
                                           {"unsupported", ARETE_UNSUPPORTED},
                                           {"unavailable", ARETE_UNAVAILABLE},
                                           {"denied", ARETE_DENIED},
                                           {"no_space", ARETE_NO_SPACE},
                                           {"timeout", ARETE_TIMEOUT},
                                           {"cancelled", ARETE_CANCELLED},
                                           {"conflict", ARETE_CONFLICT},
                                           {"io", ARETE_IO},
                                           {"internal", ARETE_INTERNAL}}};
constexpr std::array<std::string_view, 8> kFunctions{
    "supports", "load", "bind", "run", "output", "get_state", "set_state", "profile"};

/// Up to the next separator, which is taken too.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

Rule read_rule(std::string_view text) {
  const std::string whole(text);
  Rule rule;
  rule.function = take_until(text, ':');
  if (std::ranges::find(kFunctions, rule.function) == kFunctions.end()) {
    throw Failure(ARETE_INVALID, "'" + whole + "': no function '" + rule.function + "'");
  }
  if (const std::string_view call = take_until(text, ':'); call == "every") {
    rule.call = 0;
  } else if (!call.empty()) {
    const auto [end, code] = std::from_chars(call.data(), call.data() + call.size(), rule.call);
    if (code != std::errc() || end != call.data() + call.size() || rule.call == 0) {
      throw Failure(ARETE_INVALID, "'" + whole + "': a call is a number from 1, or 'every'");
    }
  }
  if (!text.empty()) {
    const auto* const found = std::ranges::find(kCodes, text, &CodeName::name);
    if (found == kCodes.end()) {
      throw Failure(ARETE_INVALID, "'" + whole + "': no code '" + std::string(text) + "'");
    }
    rule.code = found->code;
  }
  return rule;
}

std::vector<Rule> read_rules(std::string_view text, std::string_view only) {
  std::vector<Rule> rules;
  while (!text.empty()) {
    rules.push_back(read_rule(take_until(text, ',')));
    if (!only.empty() && rules.back().function != only) {
      throw Failure(ARETE_INVALID, "only '" + std::string(only) + "' can do this, not '" +
                                       rules.back().function + "'");
    }
  }
  return rules;
}

}  // namespace

Plan read_plan(const arete::plugin::Options& options) {
  return {read_rules(options.text("fail"), ""), read_rules(options.text("stall"), "run"),
          read_rules(options.text("wrong_shape"), "output")};
}

const Rule* Calls::next(std::string_view function) {
  auto count = counts_.find(function);
  if (count == counts_.end()) {
    count = counts_.emplace(function, 0).first;
  }
  ++count->second;
  for (const Rule& rule : *rules_) {
    if (rule.function == function && (rule.call == 0 || rule.call == count->second)) {
      return &rule;
    }
  }
  return nullptr;
}

void fail_if_planned(Calls& calls, std::string_view function) {
  if (const Rule* const rule = calls.next(function)) {
    throw Failure(rule->code, "planned failure of " + std::string(function));
  }
}

}  // namespace arete_fault
