// What to say when the command line is wrong: the word that is not known and the one that was
// probably meant.
// Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace arete::app {

/// Whether the arguments ask for JSON, however much of them is wrong.
[[nodiscard]] bool asks_for_json(int argc, const char* const* argv);

/// The parser's message, or the unknown word first: "unknown option '--inptu' (did you mean ...".
[[nodiscard]] std::string usage_message(const CLI::App& app, const CLI::ParseError& error);

/// A check that an option's value is one of these words; the message names them.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);

}  // namespace arete::app
