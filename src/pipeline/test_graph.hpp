// What tests of whole graphs share: a session that averages channels, boxes or counts its runs, and
// a pipeline made from YAML text with test sources. Threads: as Pipeline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document/parse.hpp"
#include "io/memory_files.hpp"
#include "pipeline/pipeline.hpp"
#include "spec/parse.hpp"
#include "spec/resolve.hpp"

namespace arete::pipeline {

/// Plain pictures or rows of 4 numbers in; their mean out, twice the mean with `gain` 2. With state
/// the second output counts the runs.
class FakeSession final : public runtime::Session {
 public:
  struct Shape {
    std::vector<std::int64_t> input;
    bool open_batch = false;
    bool state = false;
    float gain = 1;
    std::atomic<int>* runs = nullptr;
    std::atomic<int>* largest_batch = nullptr;
  };

  explicit FakeSession(Shape shape) : shape_(std::move(shape)) {
    add(inputs_, "x", shape_.input);
    add(outputs_, "mean", {shape_.open_batch ? -1 : 1, 3});
    if (shape_.state) {
      add(inputs_, "count", {1});
      add(outputs_, "count_next", {1});
    }
  }
  const std::vector<runtime::TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<runtime::TensorInfo>& outputs() const override { return outputs_; }

  Result<Outputs> run(std::span<const tensor::TensorView> inputs,
                      const runtime::RunOptions&) override {
    const std::int64_t items = inputs[0].shape[0];
    const std::int64_t each = inputs[0].shape.elements() / items;
    const auto* values = reinterpret_cast<const float*>(inputs[0].data);
    std::vector<float> means;
    for (std::int64_t i = 0; i < items * each; i += each) {
      float sum = 0;
      for (std::int64_t k = 0; k < each; ++k) {
        sum += values[i + k];
      }
      const float mean = shape_.gain * sum / static_cast<float>(each);
      means.insert(means.end(), {mean, mean / 2, 0});
    }
    if (shape_.runs != nullptr) {
      ++*shape_.runs;
    }
    if (shape_.largest_batch != nullptr) {
      *shape_.largest_batch = std::max(shape_.largest_batch->load(), static_cast<int>(items));
    }
    Outputs outputs = {tensor::Tensor::of<float>({items, 3}, means)};
    if (shape_.state) {
      const float count = *reinterpret_cast<const float*>(inputs[1].data);
      outputs.push_back(tensor::Tensor::of<float>({1}, std::vector<float>{count + 1}));
    }
    return outputs;
  }
  Status run_into(std::span<const tensor::TensorView> inputs,
                  std::span<const runtime::MutableTensorView> outputs,
                  const runtime::RunOptions& options) override {
    ARETE_TRY_ASSIGN(const Outputs results, run(inputs, options));
    for (std::size_t i = 0; i < results.size(); ++i) {
      std::ranges::copy(results[i].bytes(), outputs[i].data);
    }
    return {};
  }
  Status run_async(std::span<const tensor::TensorView>, Done, const runtime::RunOptions&) override {
    return fail(ErrorCode::kUnsupported, "not in this fake");
  }
  void cancel() override {}

 private:
  static void add(std::vector<runtime::TensorInfo>& infos, std::string name,
                  const std::vector<std::int64_t>& dims) {
    runtime::TensorInfo info;
    info.name = std::move(name);
    info.dtype = tensor::DType::kF32;
    info.dims.emplace();
    for (const std::int64_t dim : dims) {
      info.dims->push_back({dim, dim < 0 ? "batch" : ""});
    }
    infos.push_back(std::move(info));
  }

  Shape shape_;
  std::vector<runtime::TensorInfo> inputs_;
  std::vector<runtime::TensorInfo> outputs_;
};

constexpr const char* kPictureSpec = R"(spec: 1
inputs: [{kind: image, range: [0, 255]}]
outputs: [{decoder: top_k, k: 1, labels: [mean, half, zero]}]
)";
constexpr const char* kCountingSpec = R"(spec: 1
inputs:
  - {name: x, kind: image, range: [0, 255]}
  - {name: count, kind: state, output: count_next}
outputs: [{decoder: raw, tensor: count_next}]
)";
constexpr const char* kAudioSpec = R"(spec: 1
inputs: [{kind: audio, sample_rate: 1000, window: 3, hop: 3, context: 1}]
outputs: [{decoder: raw, tensor: mean}]
)";
constexpr const char* kSeriesSpec = R"(spec: 1
inputs: [{kind: series, length: 2, hop: 1, columns: [{name: a}, {name: b}]}]
outputs: [{decoder: top_k, k: 1, labels: [mean, half, zero], aggregate: {method: max, windows: 2}}]
)";

inline Result<ModelParts> parts_of(FakeSession::Shape shape, const char* spec_text) {
  ARETE_TRY_ASSIGN(const document::Node node, document::parse_yaml(spec_text, "test.spec.yaml"));
  ARETE_TRY_ASSIGN(const spec::Spec spec, spec::parse(node));
  ModelParts parts;
  parts.session = std::make_unique<FakeSession>(std::move(shape));
  ARETE_TRY_ASSIGN(parts.spec, spec::resolve(spec, facts_of(parts.session->inputs()),
                                             facts_of(parts.session->outputs())));
  parts.identity = {"", "fake", "f32"};
  return parts;
}

/// Makes and runs pipelines of YAML text; models by their file's name.
class GraphBench {
 public:
  using Outputs = std::vector<Packet>;

  FakeSession::Shape picture{.input = {1, 2, 2, 3}};
  std::atomic<int> runs{0};
  std::atomic<int> largest_batch{0};
  io::MemoryFiles files;
  SystemClock clock;
  SourceOpener opener{};
  PipelineOptions options{};
  PipelineHooks hooks{};  ///< added to what is gathered
  Outputs outputs;
  std::vector<std::string> problems;
  std::vector<EventRecord> events;
  std::unique_ptr<Pipeline> pipeline;

  Result<ModelParts> model(const ModelSettings& settings) {
    FakeSession::Shape shape = picture;
    shape.runs = &runs;
    shape.largest_batch = &largest_batch;
    if (settings.file.ends_with("loud")) {
      shape.gain = 2;
    }
    if (settings.file.ends_with("batch")) {
      shape.input = {-1, 2, 2, 3};
      shape.open_batch = true;
    }
    if (settings.file.ends_with("count")) {
      shape.state = true;
      return parts_of(shape, kCountingSpec);
    }
    if (settings.file.ends_with("sound")) {
      shape.input = {1, 4};
      return parts_of(shape, kAudioSpec);
    }
    if (settings.file.ends_with("rows")) {
      shape.input = {1, 2, 2};
      return parts_of(shape, kSeriesSpec);
    }
    if (settings.file.ends_with("missing")) {
      return fail(ErrorCode::kNotFound, "there is no file '{}'", settings.file);
    }
    return parts_of(shape, kPictureSpec);
  }

  Result<GraphSpec> parse(std::string_view yaml) {
    ARETE_TRY_ASSIGN(const document::Node root, document::parse_yaml(yaml, "p.yaml"));
    return parse_graph(files, root, "");
  }

  Status create(std::string_view yaml) {
    ARETE_TRY_ASSIGN(GraphSpec graph, parse(yaml));
    Environment environment{files, clock, [this](const auto& settings) { return model(settings); },
                            opener};
    PipelineHooks all = hooks;
    all.on_output = [this, then = hooks.on_output](const Packet& packet) {
      outputs.push_back(packet);
      if (then) {
        then(packet);
      }
    };
    all.on_event = [this, then = hooks.on_event](const Packet& packet, const EventRecord& event) {
      events.push_back(event);
      if (then) {
        then(packet, event);
      }
    };
    all.on_problem = [this](const std::string& where, const Error& error) {
      problems.push_back(where + ": " + error.message());
    };
    ARETE_TRY_ASSIGN(pipeline,
                     Pipeline::create(std::move(graph), environment, std::move(all), options));
    return {};
  }

  Result<PipelineReport> run(std::string_view yaml) {
    ARETE_TRY(create(yaml));
    return pipeline->run();
  }

  /// "message (place)", or empty.
  std::string why_not(std::string_view yaml) {
    const Status status = create(yaml);
    return status ? "" : status.error().message() + " (" + status.error().where() + ")";
  }
};

}  // namespace arete::pipeline
