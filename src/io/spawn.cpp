// SPDX-License-Identifier: Apache-2.0
#include "io/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "io/errno.hpp"

extern char** environ;

namespace arete::io {
namespace {

/// Ours with the additions; an addition replaces what has its name.
std::vector<std::string> environment_of(const ProcessRequest& request) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    const bool replaced = std::ranges::any_of(
        request.environment, [name](const auto& added) { return added.first == name; });
    if (!replaced) {
      variables.emplace_back(text);
    }
  }
  for (const auto& [name, value] : request.environment) {
    variables.push_back(fmt::format("{}={}", name, value));
  }
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

/// posix_spawn's settings, freed whatever happens.
struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

void set_streams(SpawnSettings& settings, const Streams& streams) {
  ::posix_spawn_file_actions_adddup2(&settings.actions, streams.input.reader.get(), 0);
  ::posix_spawn_file_actions_adddup2(&settings.actions, streams.output.writer.get(), 1);
  if (streams.errors.writer.valid()) {
    ::posix_spawn_file_actions_adddup2(&settings.actions, streams.errors.writer.get(), 2);
  }
}

void set_signals(SpawnSettings& settings) {
  sigset_t none;
  sigemptyset(&none);
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  ::posix_spawnattr_setsigmask(&settings.attributes, &none);
  ::posix_spawnattr_setsigdefault(&settings.attributes, &pipe_signal);
  ::posix_spawnattr_setpgroup(&settings.attributes, 0);
  ::posix_spawnattr_setflags(
      &settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

}  // namespace

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail_errno("make", "a pipe");
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<pid_t> spawn(const ProcessRequest& request, const Streams& streams) {
  SpawnSettings settings;
  set_streams(settings, streams);
  set_signals(settings);
  if (!request.folder.empty()) {
    ::posix_spawn_file_actions_addchdir_np(&settings.actions, request.folder.c_str());
  }
  std::vector<std::string> arguments{request.program};
  arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
  std::vector<std::string> environment = environment_of(request);
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, request.program.c_str(), &settings.actions, &settings.attributes,
                     argument_pointers.data(), environment_pointers.data());
  if (failed != 0) {
    return fail_errno("start", request.program, failed);
  }
  return child;
}

PipeSignalBlocked::PipeSignalBlocked() {
  sigemptyset(&signal_);
  sigaddset(&signal_, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &signal_, &before_);
}

PipeSignalBlocked::~PipeSignalBlocked() {
  const timespec now{};
  while (::sigtimedwait(&signal_, nullptr, &now) > 0) {
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace arete::io
