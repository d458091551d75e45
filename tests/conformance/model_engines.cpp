// Every model file of the data folder on every engine that can take it, from the file's own bytes
// or by conversion, against the file's native engine. Each row comes from that engine's profile.
// Prints the table as Markdown.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "io/files.hpp"
#include "model/onnx/onnx.hpp"
#include "model/summary/summary.hpp"
#include "model/tflite/tflite.hpp"
#include "model_files.hpp"

namespace arete::conformance {

inline void PrintTo(const ModelFile& file, std::ostream* out) { *out << file.path; }

namespace {

using runtime::LoadOptions;
using Named = std::map<std::string, tensor::Tensor>;

constexpr std::array kEngines{"litert", "onnxruntime", "openvino"};

const runtime::Registry& engines() {
  static const runtime::Registry registry = runtime::Registry::discover();
  return registry;
}

/// What an engine made of a file: its outputs, or why there are none.
struct Answer {
  Named outputs;
  std::string reason;
  bool converted = false;
};

class ModelEngines : public testing::TestWithParam<ModelFile> {
 protected:
  static void SetUpTestSuite() {
    text_ = "| model | native |";
    for (const char* const engine : kEngines) {
      text_ += fmt::format(" {} |", engine);
    }
    text_ += "\n|---|---|---|---|---|\n";
  }
  static void TearDownTestSuite() { fmt::print("\n{}\n{}\n", text_, notes_); }

  void SetUp() override {
    auto opened = open_model(GetParam());
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    model_ = std::move(*opened);
    auto seeded = seeded_inputs(model_, GetParam());
    ASSERT_TRUE(seeded.has_value()) << seeded.error().message();
    const auto ids = fed_inputs(model_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      inputs_.emplace(model_.value(ids[i]).name, std::move((*seeded)[i]));
    }
  }

  [[nodiscard]] bool is_quantized() const {
    std::map<std::string, tensor::Shape> shapes;
    for (const auto& [name, input] : inputs_) {
      shapes[name] = input.shape();
    }
    const auto summary = model::summarize(model_, shapes);
    return summary && !summary->quantization.activations.empty();
  }

  [[nodiscard]] Result<runtime::ModelFile> file_for(const runtime::Backend& backend) const {
    const std::string format = is_tflite(GetParam()) ? "tflite" : "onnx";
    if (std::ranges::find(backend.info().formats, format) != backend.info().formats.end()) {
      io::PosixFiles files;
      ARETE_TRY_ASSIGN(SharedBytes bytes, files.map(GetParam().path));
      return runtime::ModelFile{format, GetParam().path, std::move(bytes)};
    }
    if (format == "onnx") {
      return fail(ErrorCode::kUnsupported, "takes TFLite only");
    }
    ARETE_TRY(model::require_known_operators(model_));
    ARETE_TRY_ASSIGN(Bytes onnx, model::write_onnx(model_), "converting");
    return runtime::ModelFile{"onnx", "", SharedBytes(std::move(onnx))};
  }

  /// Loads, runs once, and sees that nobody else did the work.
  [[nodiscard]] Result<Named> run_on(const runtime::Backend& backend, const LoadOptions& options,
                                     bool& converted) const {
    ARETE_TRY_ASSIGN(const runtime::ModelFile file, file_for(backend));
    converted = file.path.empty();
    ARETE_TRY_ASSIGN(const auto session, backend.load(file, options));
    std::vector<tensor::TensorView> views;
    for (const runtime::TensorInfo& info : session->inputs()) {
      const auto input = inputs_.find(info.name);
      if (input == inputs_.end()) {
        return fail(ErrorCode::kInternal, "has an input '{}' that nobody knows", info.name);
      }
      views.push_back(runtime::view_of(input->second));
    }
    ARETE_TRY_ASSIGN(auto outputs, session->run(views));
    ARETE_TRY_ASSIGN(const runtime::Profile profile, session->profile());
    EXPECT_FALSE(profile.nodes.empty());
    for (const runtime::NodeProfile& node : profile.nodes) {
      EXPECT_THAT(backend.info().devices, testing::Contains(node.device)) << node.name;
    }
    Named named;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      named.emplace(session->outputs()[i].name, std::move(outputs[i]));
    }
    return named;
  }

  [[nodiscard]] Answer answer_of(const std::string& engine, const std::string& kernels = "") const {
    Answer answer;
    const auto backend = engines().find(engine);
    if (!backend) {
      answer.reason = backend.error().message();
      return answer;
    }
    LoadOptions options;
    options.options["profile"] = "on";
    if (!kernels.empty()) {
      options.options["kernels"] = kernels;
    }
    auto outputs = run_on(**backend, options, answer.converted);
    if (outputs) {
      answer.outputs = std::move(*outputs);
    } else {
      answer.reason = outputs.error().message();
    }
    return answer;
  }

  static inline std::string text_;
  static inline std::string notes_;
  model::Model model_;
  Named inputs_;
};

/// Largest number in `of` minus the smallest.
double range_of(const tensor::Tensor& of) {
  double lowest = HUGE_VAL;
  double highest = -HUGE_VAL;
  for (std::int64_t i = 0; i < of.elements(); ++i) {
    lowest = std::min(lowest, of.number_at(i));
    highest = std::max(highest, of.number_at(i));
  }
  return of.elements() == 0 ? 0 : highest - lowest;
}

/// Share of elements that are the same to a step of 8 bits: one, of integers; of floating-point
/// results, 1/255 of their range.
Result<double> agreement(const Named& wanted, const Named& given) {
  double same = 0;
  double all = 0;
  for (const auto& [name, want] : wanted) {
    const auto found = given.find(name);
    if (found == given.end() || found->second.shape() != want.shape()) {
      return fail(ErrorCode::kInvalid, "no output '{}' of the same shape", name);
    }
    const double step = tensor::is_floating(want.dtype()) ? range_of(want) / 255 : 1;
    for (std::int64_t i = 0; i < want.elements(); ++i) {
      same += std::abs(want.number_at(i) - found->second.number_at(i)) <= step ? 1 : 0;
      all += 1;
    }
  }
  return all == 0 ? 1 : same / all;
}

/// Of the outputs that both have: an engine that keeps state itself does not show it.
Result<Difference> distance(const Named& wanted, const Named& given) {
  Difference whole;
  std::size_t compared = 0;
  for (const auto& [name, want] : wanted) {
    const auto found = given.find(name);
    if (found != given.end()) {
      ARETE_TRY_ASSIGN(const Difference one, difference(want, found->second), "output '{}'", name);
      whole.merge(one);
      ++compared;
    }
  }
  if (compared == 0) {
    return fail(ErrorCode::kInvalid, "no output in common");
  }
  return whole;
}

TEST_P(ModelEngines, GiveTheAnswersOfTheFilesOwnEngine) {
  const std::string native = is_tflite(GetParam()) ? "litert" : "onnxruntime";
  if (const auto found = engines().find(native); !found) {
    GTEST_SKIP() << found.error().message();
  }
  const bool quantized = is_quantized();
  // LiteRT's own kernels are what quantized results are measured against.
  Answer measure = answer_of(native, quantized && native == "litert" ? "reference" : "");
  const Answer own = answer_of(native);
  std::optional<double> own_agreement;
  if (quantized && own.reason.empty() && measure.reason.empty()) {
    const auto share = agreement(measure.outputs, own.outputs);
    ASSERT_TRUE(share.has_value()) << share.error().message();
    own_agreement = *share;
  }
  std::string row = fmt::format("| {} | {} |", GetParam().name, native);
  for (const std::string engine : kEngines) {
    const Answer answer = engine == native ? own : answer_of(engine);
    if (!answer.reason.empty()) {
      notes_ += fmt::format("- {} on {}: {}\n", GetParam().name, engine, answer.reason);
      row += " - |";
    } else if (!measure.reason.empty()) {
      row += " runs |";
    } else if (quantized) {
      const auto share = agreement(measure.outputs, answer.outputs);
      ASSERT_TRUE(share.has_value()) << engine << ": " << share.error().message();
      EXPECT_GE(*share, own_agreement.value_or(1) - 0.01) << engine;
      row += fmt::format(" {:.1f} % |", 100 * *share);
    } else {
      const auto apart = distance(measure.outputs, answer.outputs);
      ASSERT_TRUE(apart.has_value()) << engine << ": " << apart.error().message();
      EXPECT_LE(apart->relative, 1e-3) << engine;
      EXPECT_EQ(apart->steps, 0) << engine;
      row += fmt::format(" {:.1e} |", apart->relative);
    }
  }
  text_ += row + "\n";
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ModelEngines);
INSTANTIATE_TEST_SUITE_P(Files, ModelEngines, testing::ValuesIn(model_files()),
                         [](const auto& file) { return file.param.name; });

}  // namespace
}  // namespace arete::conformance
