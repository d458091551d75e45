// SPDX-License-Identifier: Apache-2.0
#include "self_test.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace arete_litert {
namespace {

using arete::plugin::Failure;
namespace fs = std::filesystem;

/// A TFLite file: f32[1, 4] x, RELU, f32[1, 4] y. Words, because the format wants them aligned.
alignas(64) constexpr std::uint32_t kModel[] = {
    0x18U,     0x334c4654U, 0xe0000U, 0x100014U,   0x8000cU,   0x40000U,   0xeU,      0x10U,
    0x14U,     0x18U,       0x3U,     0x1U,        0x114U,     0x1U,       0x34U,     0x1U,
    0x10U,     0x10000cU,   0xfU,     0x40008U,    0xcU,       0x13U,      0x1U,      0x13000000U,
    0x14000cU, 0xc0010U,    0x40008U, 0xcU,        0x10U,      0x14U,      0x18U,     0x1cU,
    0x1U,      0x2cU,       0x1U,     0x1U,        0x1U,       0x0U,       0x2U,      0x74U,
    0x2cU,     0xa0000U,    0xcU,     0x40008U,    0xaU,       0x8U,       0xcU,      0x1U,
    0x1U,      0x1U,        0x0U,     0xffffffd2U, 0x1000000U, 0x20U,      0x10U,     0x2U,
    0x1U,      0x4U,        0x2U,     0x1U,        0x4U,       0x1U,       0x160079U, 0xc0010U,
    0x0U,      0x8U,        0x0U,     0x70000U,    0x16U,      0x1000000U, 0x20U,     0x10U,
    0x2U,      0x1U,        0x4U,     0x2U,        0x1U,       0x4U,       0x1U,      0x78U,
    0x40004U,  0x4U};

constexpr const char* kProgram = "arete_litert_check";

/// Where the success of a self-test is remembered; empty if there is no such place.
fs::path memory_of(const LibraryFile& file) {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  fs::path folder;
  if (cache != nullptr && *cache == '/') {
    folder = cache;
  } else if (home != nullptr && *home == '/') {
    folder = fs::path(home) / ".cache";
  } else {
    return {};
  }
  std::array<char, 96> name{};
  std::snprintf(name.data(), name.size(), "litert-%llx-%llx-%llx.ok",
                static_cast<unsigned long long>(file.bytes),
                static_cast<unsigned long long>(file.modified_ns),
                static_cast<unsigned long long>(file.checksum));
  return folder / "arete" / name.data();
}

/// Nothing is lost if this fails: the next process tests again.
void remember(const fs::path& memory) {
  std::error_code ignored;
  fs::create_directories(memory.parent_path(), ignored);
  std::ofstream(memory) << "self-test passed\n";
}

/// The exit status of the program; 128 + n if signal n ended it.
int status_of(const std::string& program, const std::string& library) {
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0);
  }
  std::string program_copy = program;
  std::string library_copy = library;
  std::array<char*, 3> arguments{program_copy.data(), library_copy.data(), nullptr};
  pid_t child = 0;
  const int refused =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (refused != 0) {
    throw Failure(ARETE_UNAVAILABLE,
                  "cannot start the self-test " + program + ": " + std::strerror(refused));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw Failure(ARETE_UNAVAILABLE, "the self-test " + program + " cannot be waited for");
    }
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// A host buffer of LiteRT over four floats.
Owned<TensorBufferObject> buffer_over(const Api& api, float* memory) {
  RankedTensorType type{};
  type.element_type = 1;
  type.layout.rank_and_strides = 2;
  type.layout.dimensions[0] = 1;
  type.layout.dimensions[1] = 4;
  TensorBufferObject* made = nullptr;
  check(api.create_tensor_buffer_from_host_memory(&type, memory, 4 * sizeof(float), nullptr, &made),
        "the self-test's buffer", ARETE_UNAVAILABLE);
  return {made, Release{&api}};
}

}  // namespace

void run_self_test(const Library& library) {
  const Api& api = library.api;
  ModelObject* model = nullptr;
  check(api.create_model_from_buffer(library.environment, kModel, sizeof(kModel), &model),
        "the self-test's model", ARETE_UNAVAILABLE);
  const Owned<ModelObject> own_model(model, Release{&api});
  OptionsObject* options = nullptr;
  check(api.create_options(&options), "the self-test's options", ARETE_UNAVAILABLE);
  const Owned<OptionsObject> own_options(options, Release{&api});
  check(api.set_options_hardware_accelerators(options, kCpu), "the self-test's options",
        ARETE_UNAVAILABLE);
  CompiledModelObject* compiled = nullptr;
  check(api.create_compiled_model(library.environment, model, options, &compiled),
        "compiling the self-test", ARETE_UNAVAILABLE);
  const Owned<CompiledModelObject> own_compiled(compiled, Release{&api});
  // With room behind it: XNNPACK reads in whole vectors.
  alignas(64) std::array<float, 32> x{-1, 2, -3, 4};
  alignas(64) std::array<float, 32> y{};
  const Owned<TensorBufferObject> input = buffer_over(api, x.data());
  const Owned<TensorBufferObject> output = buffer_over(api, y.data());
  TensorBufferObject* inputs[] = {input.get()};
  TensorBufferObject* outputs[] = {output.get()};
  check(api.run_compiled_model(compiled, 0, 1, inputs, 1, outputs), "the self-test",
        ARETE_UNAVAILABLE);
  constexpr std::array<float, 4> kAnswer{0, 2, 0, 4};
  if (!std::equal(kAnswer.begin(), kAnswer.end(), y.begin())) {
    throw Failure(ARETE_UNAVAILABLE, library.path + ": the self-test gives a wrong answer");
  }
}

void require_self_test(const std::string& path, const LibraryFile& file) {
  const fs::path memory = memory_of(file);
  std::error_code error;
  if (!memory.empty() && fs::exists(memory, error)) {
    return;
  }
  const int status = status_of(arete::plugin::own_folder() + kProgram, path);
  if (status != 0) {
    throw Failure(ARETE_UNAVAILABLE, path + ": the self-test in a child process ends with status " +
                                         std::to_string(status) +
                                         (status > 128 ? ", a signal" : ""));
  }
  if (!memory.empty()) {
    remember(memory);
  }
}

}  // namespace arete_litert
