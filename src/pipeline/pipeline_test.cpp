// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <utility>

#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "io/memory_files.hpp"
#include "media/picture_codec.hpp"
#include "pipeline/model_runner.hpp"
#include "pipeline/picture_run.hpp"
#include "pipeline/result_node.hpp"
#include "pipeline/stage_times.hpp"
#include "spec/parse.hpp"

namespace arete::pipeline {
namespace {

runtime::TensorInfo info_of(std::string name, tensor::DType dtype,
                            const std::vector<std::int64_t>& dims) {
  runtime::TensorInfo info;
  info.name = std::move(name);
  info.dtype = dtype;
  info.dims.emplace();
  for (const std::int64_t dim : dims) {
    info.dims->push_back({dim, ""});
  }
  return info;
}

/// Scores are the mean of the picture's channels; a second output counts the runs through a state.
class MeanSession final : public runtime::Session {
 public:
  explicit MeanSession(bool with_state) {
    inputs_.push_back(info_of("image", tensor::DType::kF32, {1, 2, 2, 3}));
    outputs_.push_back(info_of("means", tensor::DType::kF32, {1, 3}));
    if (with_state) {
      inputs_.push_back(info_of("count", tensor::DType::kF32, {1}));
      outputs_.push_back(info_of("count_next", tensor::DType::kF32, {1}));
    }
  }
  const std::vector<runtime::TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<runtime::TensorInfo>& outputs() const override { return outputs_; }

  Result<Outputs> run(std::span<const tensor::TensorView> inputs,
                      const runtime::RunOptions&) override {
    const auto* pixels = reinterpret_cast<const float*>(inputs[0].data);
    std::vector<float> means(3, 0);
    for (std::size_t i = 0; i < 12; ++i) {
      means[i % 3] += pixels[i] / 4;
    }
    Outputs outputs = {tensor::Tensor::of<float>({1, 3}, means)};
    if (inputs.size() > 1) {
      const float count = *reinterpret_cast<const float*>(inputs[1].data);
      outputs.push_back(tensor::Tensor::of<float>({1}, std::vector<float>{count + 1}));
    }
    return outputs;
  }
  Status run_into(std::span<const tensor::TensorView> inputs,
                  std::span<const runtime::MutableTensorView> outputs,
                  const runtime::RunOptions& options) override {
    if (!can_bind) {
      return fail(ErrorCode::kUnsupported, "this engine only gives what it allocates");
    }
    ARETE_TRY_ASSIGN(const Outputs results, run(inputs, options));
    for (std::size_t i = 0; i < results.size(); ++i) {
      EXPECT_EQ(outputs[i].shape, results[i].shape());
      std::ranges::copy(results[i].bytes(), outputs[i].data);
      bound.insert(outputs[i].data);
    }
    return {};
  }
  bool can_bind = true;
  std::set<const std::byte*> bound;  ///< every memory that was written to
  Status run_async(std::span<const tensor::TensorView>, Done, const runtime::RunOptions&) override {
    return fail(ErrorCode::kUnsupported, "not in this fake");
  }
  void cancel() override {}

 private:
  std::vector<runtime::TensorInfo> inputs_;
  std::vector<runtime::TensorInfo> outputs_;
};

constexpr const char* kTopK = R"(spec: 1
inputs:
  - {kind: image, range: [0, 255]}
outputs:
  - {decoder: top_k, k: 2, labels: [red, green, blue]}
)";

constexpr const char* kWithState = R"(spec: 1
inputs:
  - {name: image, kind: image, range: [0, 255]}
  - {name: count, kind: state, output: count_next, initial: 5}
outputs:
  - {decoder: raw, tensor: count_next}
)";

/// `seen` is set to the session, which the runner owns.
Result<ModelRunner> runner_for(const char* yaml, bool with_state, bool can_bind = true,
                               MeanSession** seen = nullptr) {
  ARETE_TRY_ASSIGN(const document::Node node, document::parse_yaml(yaml, "test.spec.yaml"));
  ARETE_TRY_ASSIGN(const spec::Spec spec, spec::parse(node));
  auto session = std::make_unique<MeanSession>(with_state);
  session->can_bind = can_bind;
  if (seen != nullptr) {
    *seen = session.get();
  }
  ARETE_TRY_ASSIGN(spec::ResolvedSpec resolved,
                   spec::resolve(spec, facts_of(session->inputs()), facts_of(session->outputs())));
  return ModelRunner::create(std::move(session), std::move(resolved));
}

tensor::Picture plain_picture(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  tensor::Picture picture(tensor::PixelFormat::kRgb, 4, 4);
  for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
    picture.pixels[i] = red;
    picture.pixels[i + 1] = green;
    picture.pixels[i + 2] = blue;
  }
  return picture;
}

void put_png(io::MemoryFiles& files, const io::Path& path, const tensor::Picture& picture) {
  const auto png = media::encode_png(picture.view());
  ASSERT_TRUE(png.has_value());
  ASSERT_TRUE(files.write_atomic(path, *png).has_value());
}

TEST(ModelRunner, FeedsThePictureAndDecodesTheAnswer) {
  auto runner = runner_for(kTopK, false);
  ASSERT_TRUE(runner.has_value()) << runner.error().message();
  FakeClock clock;
  StageTimes times;
  const auto output = runner->run(plain_picture(10, 200, 30).view(), clock, times);
  ASSERT_TRUE(output.has_value()) << output.error().message();
  ASSERT_EQ(output->findings.classes.size(), 2U);
  EXPECT_EQ(output->findings.classes[0].label, "green");
  EXPECT_FLOAT_EQ(output->findings.classes[0].score, 200);
  EXPECT_EQ(output->findings.classes[1].label, "blue");
  EXPECT_TRUE(times.summary(Stage::kInfer).has_value());
  EXPECT_FALSE(times.summary(Stage::kDecode).has_value());
}

TEST(ModelRunner, BindsItsMemoryOnceAndSwapsTheState) {
  MeanSession* session = nullptr;
  auto runner = runner_for(kWithState, true, true, &session);
  ASSERT_TRUE(runner.has_value()) << runner.error().message();
  FakeClock clock;
  StageTimes times;
  std::vector<tensor::Tensor> counts;
  for (int i = 0; i < 5; ++i) {
    const auto output = runner->run(plain_picture(1, 2, 3).view(), clock, times);
    ASSERT_TRUE(output.has_value()) << output.error().message();
    counts.push_back(output->raw.back().tensor);
  }
  EXPECT_EQ(session->bound.size(), 3U);  // the means, and the state's two places
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_EQ(counts[i].number_at(0), 6.0 + static_cast<double>(i)) << "a later run wrote into it";
  }
  ASSERT_TRUE(runner->reset());
  const auto output = runner->run(plain_picture(1, 2, 3).view(), clock, times);
  EXPECT_EQ(output.value().raw.back().tensor.number_at(0), 6);
  EXPECT_EQ(session->bound.size(), 3U);
}

TEST(ModelRunner, AnEngineThatOnlyGivesWhatItAllocatesWillDo) {
  auto runner = runner_for(kWithState, true, false);
  ASSERT_TRUE(runner.has_value()) << runner.error().message();
  FakeClock clock;
  StageTimes times;
  for (const double wanted : {6.0, 7.0, 8.0}) {
    const auto output = runner->run(plain_picture(1, 2, 3).view(), clock, times);
    ASSERT_TRUE(output.has_value()) << output.error().message();
    EXPECT_EQ(output->raw.back().tensor.number_at(0), wanted);
  }
  ASSERT_TRUE(runner->reset());
  const auto output = runner->run(plain_picture(1, 2, 3).view(), clock, times);
  EXPECT_EQ(output.value().raw.back().tensor.number_at(0), 6);
}

TEST(ModelRunner, CarriesStateBetweenRunsUntilReset) {
  auto runner = runner_for(kWithState, true);
  ASSERT_TRUE(runner.has_value()) << runner.error().message();
  FakeClock clock;
  StageTimes times;
  const auto count_after_run = [&] {
    const auto output = runner->run(plain_picture(1, 2, 3).view(), clock, times);
    EXPECT_TRUE(output.has_value());
    return output->raw.back().tensor.number_at(0);
  };
  EXPECT_EQ(count_after_run(), 6);
  EXPECT_EQ(count_after_run(), 7);
  ASSERT_TRUE(runner->reset().has_value());
  EXPECT_EQ(count_after_run(), 6);
}

TEST(PicturesOf, TakesAFolderInNaturalOrderAndIgnoresOtherFiles) {
  io::MemoryFiles files;
  for (const char* name : {"in/b10.png", "in/b9.PNG", "in/notes.txt", "in/a.jpeg"}) {
    ASSERT_TRUE(files.create_directories("in").has_value());
    ASSERT_TRUE(files.write_atomic(name, {}).has_value());
  }
  const auto paths = pictures_of(files, "in");
  ASSERT_TRUE(paths.has_value()) << paths.error().message();
  EXPECT_EQ(*paths, (std::vector<io::Path>{"in/a.jpeg", "in/b9.PNG", "in/b10.png"}));
}

TEST(PicturesOf, NamesWhatIsMissing) {
  io::MemoryFiles files;
  EXPECT_EQ(pictures_of(files, "nowhere").error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(files.create_directories("empty").has_value());
  EXPECT_NE(pictures_of(files, "empty").error().message().find("empty"), std::string::npos);
}

TEST(RunPictures, GoesOnAfterABrokenPictureAndWritesDrawnCopies) {
  io::MemoryFiles files;
  ASSERT_TRUE(files.create_directories("in").has_value());
  put_png(files, "in/1.png", plain_picture(250, 0, 0));
  ASSERT_TRUE(files.write_atomic("in/2.png", as_bytes("no picture")).has_value());
  put_png(files, "in/3.png", plain_picture(0, 0, 250));
  auto runner = runner_for(kTopK, false);
  ASSERT_TRUE(runner.has_value());
  FakeClock clock;
  std::vector<std::string> seen;
  RunOptions options;
  options.draw_folder = "out";
  const auto report = run_pictures(
      files, clock, *runner, {"in/1.png", "in/2.png", "in/3.png"}, options,
      [&](const std::string& source, Result<FrameResult> frame) {
        seen.push_back(frame ? frame->output.findings.classes[0].label : frame.error().where());
        EXPECT_FALSE(source.empty());
        return true;
      });
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->frames, 2);
  EXPECT_EQ(report->failed, 1);
  EXPECT_EQ(seen, (std::vector<std::string>{"red", "in/2.png", "blue"}));
  EXPECT_TRUE(files.has_file("out/1.jpg"));
  EXPECT_FALSE(files.has_file("out/2.jpg"));
  EXPECT_TRUE(files.has_file("out/3.jpg"));
}

TEST(RunPictures, GivesPicturesOfOneNameDifferentFiles) {
  io::MemoryFiles files;
  for (const char* folder : {"a", "b"}) {
    ASSERT_TRUE(files.create_directories(folder).has_value());
    put_png(files, io::Path(folder) / "x.png", plain_picture(9, 9, 9));
  }
  auto runner = runner_for(kTopK, false);
  ASSERT_TRUE(runner.has_value());
  FakeClock clock;
  RunOptions options;
  options.draw_folder = "out";
  const auto report =
      run_pictures(files, clock, *runner, {"a/x.png", "b/x.png"}, options,
                   [](const std::string&, const Result<FrameResult>&) { return true; });
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(files.has_file("out/x.jpg"));
  EXPECT_TRUE(files.has_file("out/x_2.jpg"));
}

TEST(RunPictures, StopsWhenNobodyListensAnyMore) {
  io::MemoryFiles files;
  ASSERT_TRUE(files.create_directories("in").has_value());
  put_png(files, "in/1.png", plain_picture(1, 0, 0));
  put_png(files, "in/2.png", plain_picture(2, 0, 0));
  auto runner = runner_for(kTopK, false);
  ASSERT_TRUE(runner.has_value());
  FakeClock clock;
  const auto report =
      run_pictures(files, clock, *runner, {"in/1.png", "in/2.png"}, {},
                   [](const std::string&, const Result<FrameResult>&) { return false; });
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->frames, 1);
}

TEST(StageTimes, PercentilesAreNearestRanks) {
  StageTimes times;
  for (int ms = 1; ms <= 100; ++ms) {
    times.add(Stage::kInfer, std::chrono::milliseconds(ms));
  }
  EXPECT_DOUBLE_EQ(times.summary(Stage::kInfer)->p50_ms, 50);
  EXPECT_DOUBLE_EQ(times.summary(Stage::kInfer)->p99_ms, 99);
  EXPECT_EQ(times.total(), std::chrono::milliseconds(5050));
}

TEST(ResultNode, FollowsTheContract) {
  FrameResult frame;
  frame.source = "a.jpg";
  tensor::Detection dog;
  dog.label = "dog";
  dog.index = 17;
  dog.score = 0.5F;
  dog.box = {1, 2, 30.5F, 40};
  dog.keypoints = {{3, 4, 1}};
  frame.output.findings.detections.push_back(dog);
  frame.output.raw.push_back(
      {"y",
       tensor::Tensor::of<float>({2},
                                 std::vector<float>{1.5F, std::numeric_limits<float>::infinity()}),
       ""});
  EXPECT_EQ(
      document::to_json(to_node(frame)),
      R"({"schema": 1, "source": "a.jpg", "frame": 0, "time_ms": 0.0, "detections": [{"label": "dog", )"
      R"("index": 17, "score": 0.5, "box": [1.0, 2.0, 30.5, 40.0], "keypoints": [[3.0, 4.0, 1.0]], )"
      R"("track": null}], "classes": [], "events": [], "outputs": {"y": {"dtype": "f32", )"
      R"("shape": [2], "data": [1.5, null]}}})");
}

TEST(ResultNode, SummaryLeavesOutStagesThatDidNotRun) {
  RunReport report;
  report.frames = 4;
  report.seconds = 2;
  report.times.add(Stage::kInfer, std::chrono::milliseconds(8));
  EXPECT_EQ(document::to_json(to_node(report, {"onnxruntime", "f32", 1000})),
            R"({"schema": 1, "summary": {"frames": 4, "fps": 2.0, "stages": {"infer": {"p50_ms": )"
            R"(8.0, "p99_ms": 8.0}}, "peak_rss_bytes": 1000, "engine": "onnxruntime", )"
            R"("precision": "f32"}})");
}

}  // namespace
}  // namespace arete::pipeline
