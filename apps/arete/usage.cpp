// SPDX-License-Identifier: Apache-2.0
#include "usage.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace arete::app {
namespace {

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  return did_you_mean(word, candidates);
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) {
    if (!verb->get_group().empty()) {  // those without a group are hidden
      names.push_back(verb->get_name());
    }
  }
  return names;
}

std::vector<std::string> options_of(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

}  // namespace

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--output=json" ||
        (argument == "--output" && i + 1 < argc && std::string_view(argv[i + 1]) == "json")) {
      return true;
    }
  }
  return false;
}

std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> verbs = app.get_subcommands();
  const std::vector<std::string> unknown = app.remaining(true);
  if (unknown.empty()) {
    return error.what();
  }
  // A misspelt option often leaves another one missing, which alone would mislead.
  const std::string word = unknown.front().substr(0, unknown.front().find('='));
  if (word.starts_with('-')) {
    return fmt::format("unknown option '{}'{}", word,
                       suggestion(word, options_of(verbs.empty() ? app : *verbs.front())));
  }
  if (verbs.empty()) {
    return fmt::format("no verb '{}'{}", word, suggestion(word, verbs_of(app)));
  }
  return fmt::format("'{}' is one argument too many", word);
}

CLI::Validator one_of(std::vector<std::string> words) {
  return CLI::Validator(
      [words = std::move(words)](std::string& value) {
        for (const std::string& word : words) {
          if (word == value) {
            return std::string();
          }
        }
        return fmt::format("'{}' is not one of {}{}", value, fmt::join(words, ", "),
                           suggestion(value, words));
      },
      "");
}

}  // namespace arete::app
