// One model with its spec: takes pictures, regions of pictures or windows of numbers, feeds the
// session as the spec says, gives findings. Where the file leaves the batch open, several items run
// at once. State is kept by stream: switching streams parks one state and takes up the other. Where
// all shapes are known, inputs and outputs are memory of its own that is bound once.
// Not here: files, drawing, cutting a stream into windows.
// Threads: serial, like the session it owns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "pipeline/model_input.hpp"
#include "pipeline/packet_type.hpp"
#include "pipeline/score_history.hpp"
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

/// Items that run at once at most, where the file leaves the batch open.
inline constexpr std::size_t kMaxBatch = 16;

class ModelRunner {
 public:
  /// `batch`: items to run at once at most; more than the file allows is not an error.
  /// kUnsupported if no source can feed the spec's inputs.
  [[nodiscard]] static Result<ModelRunner> create(std::unique_ptr<runtime::Session> session,
                                                  spec::ResolvedSpec spec,
                                                  std::size_t batch = kMaxBatch);

  /// What it is run on: pictures, windows of sound or of rows, tensors.
  [[nodiscard]] PacketType takes() const { return takes_; }
  /// Items that one run takes; 1 for a model that keeps state.
  [[nodiscard]] std::size_t batch() const { return batch_; }
  [[nodiscard]] bool keeps_state() const;

  /// One output an item, in their order; at most batch() items. Their findings are in the pixels
  /// of the whole picture, whatever the region.
  [[nodiscard]] Result<std::vector<ModelOutput>> run(std::span<const ModelItem> items, Clock& clock,
                                                     StageSink& times);
  /// The same with a whole picture.
  [[nodiscard]] Result<ModelOutput> run(const tensor::PictureView& picture, Clock& clock,
                                        StageSink& times);
  /// Runs once on zeros, so that the first real run is as quick as the others; the state is not
  /// touched.
  [[nodiscard]] Status warm_up();

  /// From here on runs belong to `stream`, whose state is taken up where it was left.
  [[nodiscard]] Status select_stream(int stream);
  /// State of the current stream as before its first run.
  [[nodiscard]] Status reset();

  [[nodiscard]] const spec::ResolvedSpec& spec() const { return spec_; }
  [[nodiscard]] const spec::ResolvedInput& fed_input() const { return spec_.inputs[fed_]; }

 private:
  using State = std::vector<tensor::Tensor>;
  struct Parked {
    State carried;   ///< of state inputs, in the spec's order
    State internal;  ///< of the engine; empty if it keeps none
  };

  ModelRunner(std::unique_ptr<runtime::Session> session, spec::ResolvedSpec spec, std::size_t fed,
              PacketType takes)
      : session_(std::move(session)), spec_(std::move(spec)), fed_(fed), takes_(takes) {}

  [[nodiscard]] bool batch_is_open() const;
  [[nodiscard]] Status allocate_inputs();
  [[nodiscard]] Status bind_outputs();
  void unbind_outputs();
  void set_items(std::size_t items);
  [[nodiscard]] Status feed(std::span<const ModelItem> items,
                            std::span<transform::Geometry> geometries);
  [[nodiscard]] Status infer();
  [[nodiscard]] Result<ModelOutput> output_of(std::size_t item, std::size_t items,
                                              const transform::Geometry& geometry) const;
  [[nodiscard]] Result<State> item_outputs(std::size_t item, std::size_t items) const;
  [[nodiscard]] Status add_raw(const State& outputs, ModelOutput& result) const;
  void carry_state();
  [[nodiscard]] Status take_up(Parked& parked);

  std::unique_ptr<runtime::Session> session_;
  spec::ResolvedSpec spec_;
  std::size_t fed_;  ///< index into spec_.inputs
  PacketType takes_;
  std::size_t batch_ = 1;
  std::vector<transform::Preprocessor> preprocessor_;  ///< one for pictures, else none
  std::vector<tensor::Tensor> inputs_;  ///< in the order of the session's inputs; room for batch_
  std::size_t fed_item_bytes_ = 0;
  std::vector<tensor::TensorView> input_views_;
  std::vector<tensor::Tensor> outputs_;  ///< of the last run
  /// Of outputs_, where the engine writes; empty where it allocates them anew at each run.
  std::vector<runtime::MutableTensorView> output_views_;
  std::vector<transform::Geometry> geometries_;
  bool has_run_ = false;
  std::optional<ScoreHistory> history_;  ///< of models of windows
  int stream_ = 0;
  std::map<int, Parked> parked_;  ///< of the other streams
};

}  // namespace arete::pipeline
