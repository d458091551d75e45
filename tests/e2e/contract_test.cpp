// docs/reference/json.md, verb by verb: keys, types and exit codes.
// SPDX-License-Identifier: Apache-2.0
#include "program_run.hpp"

namespace arete::e2e {
namespace {

using document::Kind;

TEST_F(ProgramTest, RunGivesOneObjectAPictureAndASummary) {
  const auto outcome = run_json({"run", "mean.onnx", "--input", "pictures"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  ASSERT_EQ(outcome.lines.size(), 3U);
  EXPECT_EQ(keys_of(outcome.lines[0]), "schema source frame time_ms detections classes events");
  EXPECT_EQ(outcome.lines[0].find("source")->string(), "pictures/1.png");
  EXPECT_EQ(outcome.lines[0].find("frame")->kind(), Kind::kInteger);
  EXPECT_EQ(outcome.lines[0].find("time_ms")->number(), 0);
  const auto classes = outcome.lines[0].find("classes")->items();
  ASSERT_EQ(classes.size(), 2U);
  EXPECT_EQ(keys_of(classes[0]), "label index score");
  EXPECT_EQ(classes[0].find("label")->string(), "red");
  EXPECT_NEAR(classes[0].find("score")->number(), 200.0 / 255, 1e-6);
  EXPECT_EQ(outcome.lines[1].find("classes")->items()[0].find("index")->integer(), 1);

  EXPECT_EQ(keys_of(outcome.lines[2]), "schema summary");
  const auto& summary = *outcome.lines[2].find("summary");
  EXPECT_EQ(keys_of(summary), "frames fps stages peak_rss_bytes engine precision");
  EXPECT_EQ(summary.find("frames")->integer(), 2);
  EXPECT_GT(summary.find("fps")->number(), 0);
  EXPECT_GT(summary.find("peak_rss_bytes")->integer(), 1 << 20);
  EXPECT_EQ(keys_of(*summary.find("stages")), "decode preprocess infer postprocess");
  EXPECT_EQ(keys_of(*summary.find("stages")->find("infer")), "p50_ms p99_ms");
}

TEST_F(ProgramTest, DrawingAddsItsStagesAndFiles) {
  const auto outcome = run_json({"run", "mean.onnx", "--input", "red.png", "--draw", "out/deep"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  EXPECT_EQ(keys_of(*outcome.lines.back().find("summary")->find("stages")),
            "decode preprocess infer postprocess draw write");
  EXPECT_TRUE(files_.has_file(folder_ / "out/deep/red.jpg"));
}

TEST_F(ProgramTest, NumbersThatAreNotFiniteAreNull) {
  const auto outcome = run_json({"run", "log.onnx", "--input", "black.png"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto* logs = outcome.lines[0].find("outputs")->find("logs");
  ASSERT_NE(logs, nullptr) << outcome.output;
  EXPECT_EQ(keys_of(*logs), "dtype shape data");
  EXPECT_EQ(logs->find("dtype")->string(), "f32");
  for (const auto& element : logs->find("data")->items()) {
    EXPECT_TRUE(element.is_null()) << outcome.output;
  }
}

TEST_F(ProgramTest, InspectHasTheDocumentedKeys) {
  const auto outcome = run_json({"inspect", "mean.onnx"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto& line = outcome.lines[0];
  EXPECT_EQ(keys_of(line),
            "schema source format producer opsets inputs outputs operators parameters "
            "parameter_bytes macs peak_activation_bytes assumed_shapes quantization engines "
            "engines_by_conversion");
  EXPECT_EQ(line.find("format")->string(), "onnx");
  EXPECT_EQ(line.find("operators")->find("ReduceMean")->integer(), 1);
  EXPECT_EQ(line.find("macs")->kind(), Kind::kInteger);
  EXPECT_EQ(keys_of(line.find("inputs")->items()[0]), "name dtype shape dim_names quantization");
  EXPECT_EQ(keys_of(*line.find("quantization")), "kind activations weights per_channel blocked");
  EXPECT_EQ(line.find("engines")->find("reference")->string(), "ok");
}

TEST_F(ProgramTest, UnknownExtentsAreNullWithTheirName) {
  const auto outcome = run_json({"inspect", "batch.onnx"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto& input = outcome.lines[0].find("inputs")->items()[0];
  const auto shape = input.find("shape")->items();
  const auto names = input.find("dim_names")->items();
  ASSERT_EQ(shape.size(), 3U);
  EXPECT_TRUE(shape[0].is_null());
  EXPECT_EQ(names[0].string(), "batch");
  EXPECT_TRUE(shape[1].is_null());
  EXPECT_TRUE(names[1].is_null());
  EXPECT_EQ(shape[2].integer(), 4);
  EXPECT_NE(outcome.lines[0].find("assumed_shapes")->find("x"), nullptr);
  const auto given = run_json({"inspect", "batch.onnx", "--shape", "x=2x3x4"});
  EXPECT_EQ(given.lines[0].find("assumed_shapes")->size(), 0U) << given.output;
}

TEST_F(ProgramTest, InspectGoesOnAfterAModelThatIsMissing) {
  const auto outcome = run_json({"inspect", "none.onnx", "mean.onnx"});
  EXPECT_EQ(outcome.exit_code, 1);
  ASSERT_EQ(outcome.lines.size(), 2U);
  EXPECT_EQ(error_of(outcome).find("code")->string(), "not_found");
  EXPECT_EQ(error_of(outcome).find("where")->string(), "none.onnx");
  EXPECT_EQ(outcome.lines[1].find("source")->string(), "mean.onnx");
}

TEST_F(ProgramTest, ConvertSaysWhatItWrote) {
  const auto outcome = run_json({"convert", "mean.onnx", "-o", "copy.onnx", "--dequantize"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto& line = outcome.lines[0];
  EXPECT_EQ(keys_of(line), "schema source output format bytes nodes operators warnings");
  EXPECT_EQ(line.find("bytes")->integer(),
            static_cast<std::int64_t>(files_.status(folder_ / "copy.onnx")->bytes));
  ASSERT_EQ(line.find("warnings")->size(), 1U);  // nothing to dequantize
}

TEST_F(ProgramTest, BackendsListsEngines) {
  const auto outcome = run_json({"backends"});
  ASSERT_EQ(outcome.exit_code, 0);
  bool has_reference = false;
  for (const auto& line : outcome.lines) {
    EXPECT_EQ(keys_of(line), "schema name version engine_version status formats options");
    const std::string& status = line.find("status")->string();
    EXPECT_TRUE(status == "ok" || status.starts_with("unavailable: ")) << status;
    has_reference |= line.find("name")->string() == "reference" && status == "ok";
  }
  EXPECT_TRUE(has_reference);
}

TEST_F(ProgramTest, WrongUseIsExitCodeTwoInTheFormAskedFor) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"run", "--bad", "--output", "json"},
                                             {"run", "--output", "json", "--bad"},
                                             {"run", "--output=json", "m.onnx", "--bad=1"},
                                             {"run", "m.onnx", "--output", "json"},
                                             {"inspct", "--output", "json"}}) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(
        outcome.output.starts_with(R"({"schema": 1, "error": {"code": "invalid", "message": ")"))
        << outcome.output;
  }
  const auto text = run({"run", "m.onnx", "--inptu", "x"});
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_TRUE(text.output.empty());
  EXPECT_NE(text.errors.find("unknown option '--inptu' (did you mean '--input'?)"),
            std::string::npos)
      << text.errors;
  EXPECT_NE(run({"inspct"}).errors.find("did you mean 'inspect'"), std::string::npos);
  EXPECT_EQ(run({}).exit_code, 2);
}

TEST_F(ProgramTest, AReaderThatGoesAwayAndAFullDiskAreErrors) {
  const auto closed = shell(
      "{ \"$ARETE\" run mean.onnx --input pictures --output json; "
      "echo \"exit $?\" >&2; } | true");
  EXPECT_NE(closed.errors.find("exit 1"), std::string::npos) << closed.errors;
  EXPECT_NE(closed.errors.find("cannot write to standard output"), std::string::npos);
  const auto first = shell("\"$ARETE\" run mean.onnx --input pictures --output json | head -1");
  EXPECT_TRUE(first.output.starts_with(R"({"schema": 1, "source": "pictures/1.png")"));
  for (const char* arguments : {"inspect mean.onnx", "--help", "backends --output json"}) {
    const auto full = shell(std::string("\"$ARETE\" ") + arguments + " > /dev/full");
    EXPECT_EQ(full.exit_code, 1) << arguments;
  }
}

}  // namespace
}  // namespace arete::e2e
