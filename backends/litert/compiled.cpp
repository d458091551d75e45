// SPDX-License-Identifier: Apache-2.0
#include "compiled.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>

namespace arete_litert {
namespace {

using arete::plugin::Failure;

/// LiteRT's options are pieces of text in TOML, each under the name of who reads it.
void add_options(OptionsObject* options, const char* reader, const std::string& text) {
  const Api& api = library().api;
  OpaqueOptionsObject* part = nullptr;
  check(api.create_opaque_options(reader, ::strdup(text.c_str()), std::free, &part),
        "making options");
  check(api.add_opaque_options(options, part), "adding options");
}

Owned<OptionsObject> options_of(const Settings& settings) {
  const Api& api = library().api;
  OptionsObject* made = nullptr;
  check(api.create_options(&made), "making options");
  Owned<OptionsObject> options(made, Release{&api});
  check(api.set_options_hardware_accelerators(made, kCpu), "choosing the CPU");
  const std::string mode = settings.kernels == "xnnpack" ? "delegate" : settings.kernels;
  add_options(made, "xnnpack",
              "kernel_mode = \"" + mode +
                  "\"\nnum_threads = " + std::to_string(settings.num_threads) + "\n");
  // Errors are kept in a buffer that take_messages() reads.
  add_options(made, "runtime_options_string",
              std::string("error_reporter_mode = 2\nenable_profiling = ") +
                  (settings.profile ? "true\n" : "false\n"));
  return options;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

/// LiteRT has one status for nearly everything; its messages tell more.
arete_code code_of(Status status, const std::string& messages) {
  if (status == kCancelled) {
    return ARETE_CANCELLED;
  }
  if (status == kNoMemory || contains(messages, "ailed to allocate memory")) {
    return ARETE_NO_SPACE;
  }
  if (status == kUnsupported || contains(messages, "failed to prepare") ||
      contains(messages, "unresolved custom op") || contains(messages, "not supported")) {
    return ARETE_UNSUPPORTED;
  }
  return contains(messages, "out of bounds") ? ARETE_INVALID : ARETE_INTERNAL;
}

}  // namespace

Compiled::Compiled(const ModelFile& file, const Settings& settings, std::atomic<bool>& stop)
    : signature_(file.signature()) {
  const Library& litert = library();
  const auto lock = creation_lock();
  const Owned<OptionsObject> options = options_of(settings);
  CompiledModelObject* made = nullptr;
  check(litert.api.create_compiled_model(litert.environment, file.get(), options.get(), &made),
        "LiteRT cannot compile the model: compiling", ARETE_UNSUPPORTED);
  compiled_ = {made, Release{&litert.api}};
  check(litert.api.set_compiled_model_cancellation_function(
            made, &stop, [](void* data) { return static_cast<std::atomic<bool>*>(data)->load(); }),
        "making a run stoppable");
  if (settings.profile) {
    check(litert.api.compiled_model_get_profiler(made, &profiler_), "making a profile");
    check(litert.api.start_profiler(profiler_), "starting the profile");
  }
}

std::string Compiled::take_messages() {
  const Api& api = library().api;
  char* given = nullptr;
  if (api.compiled_model_get_error_messages(compiled_.get(), &given) != kOk || given == nullptr) {
    return "";
  }
  const std::unique_ptr<char, decltype(&std::free)> owned(given, &std::free);
  static_cast<void>(api.compiled_model_clear_errors(compiled_.get()));
  // One line, without the advice where to read on.
  std::string text;
  for (const char* line = given; *line != '\0';) {
    const char* const end =
        std::strchr(line, '\n') == nullptr ? line + std::strlen(line) : std::strchr(line, '\n');
    const std::string part(line, end);
    if (!part.empty() && !part.starts_with("See instructions") && !contains(text, part.c_str())) {
      text += (text.empty() ? "" : "; ") + part;
    }
    line = *end == '\0' ? end : end + 1;
  }
  return text;
}

void Compiled::fail(Status status, const std::string& what) {
  const std::string messages = take_messages();
  // The one place where it asks what kind of memory an output has. An operator that computes its
  // result's shape from data allocates that itself.
  if (contains(messages, "allocation_type == kTfLiteArenaRw")) {
    throw Failure(ARETE_UNSUPPORTED,
                  "an output's shape depends on data, and LiteRT's C interface cannot give such");
  }
  throw Failure(code_of(status, messages), what + " fails with LiteRT status " +
                                               std::to_string(status) +
                                               (messages.empty() ? "" : ": " + messages));
}

bool Compiled::resize_input(std::size_t index, std::span<const std::int64_t> shape) {
  if (index >= input_shapes_.size()) {
    input_shapes_.resize(index + 1);
  }
  if (std::ranges::equal(input_shapes_[index], shape)) {
    return false;
  }
  std::vector<int> dimensions;
  for (const std::int64_t extent : shape) {
    if (extent > std::numeric_limits<int>::max()) {
      throw Failure(ARETE_INVALID, "shape " + arete::plugin::text_of(shape) + " is too large");
    }
    dimensions.push_back(static_cast<int>(extent));
  }
  const Status status = library().api.compiled_model_resize_input_tensor(
      compiled_.get(), signature_, index, dimensions.data(), dimensions.size());
  if (status != kOk) {
    fail(status, "taking an input of shape " + arete::plugin::text_of(shape));
  }
  input_shapes_[index].assign(shape.begin(), shape.end());
  return true;
}

std::vector<std::vector<std::int64_t>> Compiled::output_shapes(std::size_t count) {
  std::vector<Layout> layouts(count);
  const Status status = library().api.get_compiled_model_output_tensor_layouts(
      compiled_.get(), signature_, count, layouts.data(), true);
  if (status != kOk) {
    fail(status, "preparing the model");
  }
  std::vector<std::vector<std::int64_t>> shapes;
  for (const Layout& layout : layouts) {
    const std::size_t rank = std::min<std::size_t>(layout.rank_and_strides & kRankBits, kMostRank);
    shapes.emplace_back(layout.dimensions, layout.dimensions + rank);
  }
  return shapes;
}

void Compiled::run(std::span<TensorBufferObject*> inputs, std::span<TensorBufferObject*> outputs) {
  const Status status = library().api.run_compiled_model(
      compiled_.get(), signature_, inputs.size(), inputs.data(), outputs.size(), outputs.data());
  if (status != kOk) {
    fail(status, "the run");
  }
}

}  // namespace arete_litert
