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
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/files.hpp"
#include "media/picture_file.hpp"
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
  std::vector<Named> outputs;  ///< one set a case
  std::string reason;
};

/// Models that take 8-bit color pictures are shown these, scaled without care: noise tells little
/// of them. One that looks for people is shown a whole one: where a shoulder that is not there
/// should be is decided by differences of any size.
constexpr std::array kPeople{"pose/squat.bmp"};
constexpr std::array kThings{"images-coral/grace_hopper.bmp", "images-coral/pets.jpg",
                             "images-coral/cat.bmp",          "images-coral/bird.bmp",
                             "images-tfls/burger.jpg",        "pose/squat.bmp"};

std::optional<tensor::Picture> picture(const std::string& name) {
  io::PosixFiles files;
  auto read = media::read_picture(files, data_folder() / "data" / name);
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

bool takes_pictures(const tensor::Tensor& input) {
  const tensor::Shape& shape = input.shape();
  return (input.dtype() == tensor::DType::kU8 || input.dtype() == tensor::DType::kI8) &&
         shape.rank() == 4 && shape[3] == 3;
}

/// The nearest pixels, 0 to 255 or -128 to 127.
tensor::Tensor scaled(const tensor::Picture& picture, const tensor::Tensor& like) {
  tensor::Tensor made = like;
  const std::int64_t height = like.shape()[1];
  const std::int64_t width = like.shape()[2];
  const double offset = like.dtype() == tensor::DType::kI8 ? -128 : 0;
  for (std::int64_t i = 0; i < height * width * 3; ++i) {
    const std::int64_t y = i / 3 / width * picture.height / height;
    const std::int64_t x = i / 3 % width * picture.width / width;
    made.set_number(i, picture.row(static_cast<int>(y))[x * 3 + i % 3] + offset);
  }
  return made;
}

/// One set of inputs a picture if the model takes pictures and they are there; else `inputs` alone.
std::vector<Named> with_pictures(const Named& inputs, const ModelFile& file) {
  const bool seeks_people = file.path.find("/pose/") != std::string::npos;
  std::vector<Named> cases;
  if (inputs.size() == 1 && takes_pictures(inputs.begin()->second)) {
    for (const char* const name : seeks_people ? std::span<const char* const>(kPeople) : kThings) {
      if (const auto shown = picture(name)) {
        cases.push_back({{inputs.begin()->first, scaled(*shown, inputs.begin()->second)}});
      }
    }
  }
  return cases.empty() ? std::vector{inputs} : cases;
}

Result<Named> run_once(runtime::Session& session, const Named& inputs) {
  std::vector<tensor::TensorView> views;
  for (const runtime::TensorInfo& info : session.inputs()) {
    const auto input = inputs.find(info.name);
    if (input == inputs.end()) {
      return fail(ErrorCode::kInternal, "has an input '{}' that nobody knows", info.name);
    }
    views.push_back(runtime::view_of(input->second));
  }
  ARETE_TRY_ASSIGN(auto outputs, session.run(views));
  Named named;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    named.emplace(session.outputs()[i].name, std::move(outputs[i]));
  }
  return named;
}

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
    Named inputs;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      inputs.emplace(model_.value(ids[i]).name, std::move((*seeded)[i]));
    }
    cases_ = with_pictures(inputs, GetParam());
  }

  [[nodiscard]] bool is_quantized() const {
    std::map<std::string, tensor::Shape> shapes;
    for (const auto& [name, input] : cases_.front()) {
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

  /// Loads, runs all cases, and sees that nobody else did the work.
  [[nodiscard]] Result<std::vector<Named>> run_on(const runtime::Backend& backend,
                                                  const LoadOptions& options) const {
    ARETE_TRY_ASSIGN(const runtime::ModelFile file, file_for(backend));
    ARETE_TRY_ASSIGN(const auto session, backend.load(file, options));
    std::vector<Named> answers;
    for (const Named& inputs : cases_) {
      ARETE_TRY_ASSIGN(answers.emplace_back(), run_once(*session, inputs));
    }
    ARETE_TRY_ASSIGN(const runtime::Profile profile, session->profile());
    EXPECT_EQ(profile.runs, cases_.size());
    EXPECT_FALSE(profile.nodes.empty());
    for (const runtime::NodeProfile& node : profile.nodes) {
      EXPECT_THAT(backend.info().devices, testing::Contains(node.device)) << node.name;
    }
    return answers;
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
    auto outputs = run_on(**backend, options);
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
  std::vector<Named> cases_;
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

/// Sum of the distances, each as a share of what the results range over: 255 steps of 8-bit
/// integers, the results' own range of floating-point numbers. Class indices are equal or not.
double distances(const tensor::Tensor& want, const tensor::Tensor& given) {
  const bool is_float = tensor::is_floating(want.dtype());
  const bool is_index = !is_float && tensor::bits_of(want.dtype()) > 8;
  const double range = is_float ? range_of(want) : (is_index ? 1 : 255);
  double sum = 0;
  for (std::int64_t i = 0; i < want.elements(); ++i) {
    const double apart = std::abs(want.number_at(i) - given.number_at(i));
    sum += apart == 0 ? 0 : (range == 0 ? 1 : std::min(1.0, apart / range));
  }
  return sum;
}

/// 1 less the mean distance, over all outputs of all cases.
Result<double> agreement(const std::vector<Named>& wanted, const std::vector<Named>& given) {
  double apart = 0;
  double all = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (const auto& [name, want] : wanted[i]) {
      const auto found = given[i].find(name);
      if (found == given[i].end() || found->second.shape() != want.shape()) {
        return fail(ErrorCode::kInvalid, "no output '{}' of the same shape", name);
      }
      apart += distances(want, found->second);
      all += static_cast<double>(want.elements());
    }
  }
  return all == 0 ? 1 : 1 - apart / all;
}

/// Of the outputs that both have: an engine that keeps state itself does not show it.
Result<Difference> distance(const std::vector<Named>& wanted, const std::vector<Named>& given) {
  Difference whole;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    for (const auto& [name, want] : wanted[i]) {
      const auto found = given[i].find(name);
      if (found != given[i].end()) {
        ARETE_TRY_ASSIGN(const Difference one, difference(want, found->second), "output '{}'",
                         name);
        whole.merge(one);
        ++compared;
      }
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
  // Quantized results are measured against LiteRT's own kernels. (Its C library has no others: what
  // it calls its reference kernels are the same ones.)
  Answer measure = answer_of(native, quantized && native == "litert" ? "builtin" : "");
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
      row += fmt::format(" {:.2f} % |", 100 * *share);
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
