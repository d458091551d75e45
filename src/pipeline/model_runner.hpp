// One model with its spec: takes a picture, feeds the session as the spec says, gives findings.
// State inputs are carried from run to run until reset(). Where all shapes are known, inputs and
// outputs are memory of its own that is bound once, and a state changes places with its successor.
// Not here: files, drawing (picture_run.hpp). Threads: serial, like the session it owns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "pipeline/stage_times.hpp"
#include "runtime/session.hpp"
#include "spec/resolve.hpp"
#include "tensor/picture.hpp"
#include "tensor/results.hpp"
#include "tensor/tensor.hpp"
#include "transform/preprocessor.hpp"

namespace arete::pipeline {

/// What the spec needs to know of a session's tensors.
[[nodiscard]] std::vector<spec::TensorFacts> facts_of(std::span<const runtime::TensorInfo> infos);

/// A tensor that a raw decoder hands on as it is.
struct RawOutput {
  std::string name;  ///< as the file has it
  tensor::Tensor tensor;
  std::string file;  ///< where it was written, if it was too large to print
};

struct ModelOutput {
  tensor::Findings findings;
  std::vector<RawOutput> raw;
};

class ModelRunner {
 public:
  /// kUnsupported if the spec has no picture input or an input that a picture run cannot feed.
  [[nodiscard]] static Result<ModelRunner> create(std::unique_ptr<runtime::Session> session,
                                                  spec::ResolvedSpec spec);

  [[nodiscard]] Result<ModelOutput> run(const tensor::PictureView& picture, Clock& clock,
                                        StageTimes& times);
  /// State as before the first run.
  [[nodiscard]] Status reset();

  [[nodiscard]] const spec::ResolvedSpec& spec() const { return spec_; }

 private:
  ModelRunner(std::unique_ptr<runtime::Session> session, spec::ResolvedSpec spec,
              std::size_t image_input, transform::Preprocessor preprocessor)
      : session_(std::move(session)),
        spec_(std::move(spec)),
        image_input_(image_input),
        preprocessor_(std::move(preprocessor)) {}

  [[nodiscard]] Status allocate_inputs();
  [[nodiscard]] Status bind_outputs();
  void unbind_outputs();
  [[nodiscard]] Status infer();
  [[nodiscard]] Result<std::vector<RawOutput>> raw_outputs() const;
  void carry_state();

  std::unique_ptr<runtime::Session> session_;
  spec::ResolvedSpec spec_;
  std::size_t image_input_;               ///< index into spec_.inputs
  transform::Preprocessor preprocessor_;  ///< keeps its plans from picture to picture
  std::vector<tensor::Tensor> inputs_;    ///< in the order of the session's inputs
  std::vector<tensor::TensorView> input_views_;
  std::vector<tensor::Tensor> outputs_;  ///< of the last run
  /// Of outputs_, where the engine writes; empty where it allocates them anew at each run.
  std::vector<runtime::MutableTensorView> output_views_;
  bool has_run_ = false;
};

}  // namespace arete::pipeline
