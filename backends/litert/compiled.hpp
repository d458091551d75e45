// A model file and its compiled form: what LiteRT tells of its tensors, shapes, runs, and the
// messages of its errors.
// Threads: as a session. Errors: Failure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "arete/plugin.hpp"
#include "library.hpp"

namespace arete_litert {

/// What the options of load say; see engine.cpp.
struct Settings {
  int num_threads = 1;
  std::string kernels = "xnnpack";
  std::string signature;  ///< empty = the first
  bool profile = false;
};

/// An input or output as the file has it.
struct FileTensor {
  arete::plugin::Description description;
  std::int32_t element_type = 0;
};

class ModelFile {
 public:
  /// ARETE_NOT_FOUND, ARETE_CORRUPT or ARETE_UNSUPPORTED; ARETE_INVALID for the signature.
  ModelFile(const arete_model_source& source, const std::string& signature);

  [[nodiscard]] ModelObject* get() const { return model_.get(); }
  [[nodiscard]] std::size_t signature() const { return signature_; }
  [[nodiscard]] std::vector<FileTensor> inputs() const;
  [[nodiscard]] std::vector<FileTensor> outputs() const;
  /// What the model's variables hold, as far as the main graph reads them.
  [[nodiscard]] std::vector<FileTensor> states() const;
  /// Of the first output of an operator of the main graph; empty if it has none.
  [[nodiscard]] std::string name_of_operator(std::uint64_t index) const;

 private:
  void choose_signature(const std::string& key);

  Owned<ModelObject> model_;
  std::size_t signature_ = 0;
  SubgraphObject* graph_ = nullptr;  ///< belongs to the model
};

class Compiled {
 public:
  /// `stop` is looked at between two operators of a run.
  Compiled(const ModelFile& file, const Settings& settings, std::atomic<bool>& stop);

  /// True if the shape changed.
  bool resize_input(std::size_t index, std::span<const std::int64_t> shape);
  /// Shapes of all outputs for the inputs as they are; ARETE_UNSUPPORTED if an operator refuses.
  [[nodiscard]] std::vector<std::vector<std::int64_t>> output_shapes(std::size_t count);
  void run(std::span<TensorBufferObject*> inputs, std::span<TensorBufferObject*> outputs);
  /// nullptr unless settings asked for it.
  [[nodiscard]] ProfilerObject* profiler() const { return profiler_; }

 private:
  [[noreturn]] void fail(Status status, const std::string& what);
  [[nodiscard]] std::string take_messages();

  Owned<CompiledModelObject> compiled_;
  std::size_t signature_;
  std::vector<std::vector<std::int64_t>> input_shapes_;
  ProfilerObject* profiler_ = nullptr;
};

}  // namespace arete_litert
