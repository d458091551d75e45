// What is wrong with a pipeline, its sources and options is told by name, with the line of the
// file, and never by a crash.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline_rig.hpp"

namespace arete::e2e {
namespace {

struct BadPipeline {
  const char* name;
  std::string source;    ///< line 3
  std::string elements;  ///< from line 7 on
  const char* code;
  const char* where;
  std::vector<std::string> said;  ///< parts of the message
};

const std::string kTestSource = "{kind: test, width: 64, height: 48, frames: 3}";

class BadPipelines : public PipelineTest {
 protected:
  void write_pipeline(const std::string& source, const std::string& elements) {
    write("bad.yaml", "pipeline: 1\nsources:\n  cam: " + source +
                          "\nmodels:\n  mean: mean.onnx\nelements:\n" + elements);
  }

  void expect_told(const BadPipeline& bad) {
    SCOPED_TRACE(bad.name);
    write_pipeline(bad.source, bad.elements);
    const auto outcome = run_json({"run", "bad.yaml"});
    EXPECT_EQ(outcome.exit_code, 1) << outcome.output << outcome.errors;
    ASSERT_EQ(outcome.lines.size(), 1U) << "an error before anything starts: " << outcome.output;
    const auto error = error_of(outcome);
    EXPECT_EQ(error.find("code")->string(), bad.code) << outcome.output;
    EXPECT_EQ(error.find("where")->string(), bad.where) << outcome.output;
    for (const std::string& part : bad.said) {
      EXPECT_TRUE(error.find("message")->string().contains(part))
          << part << " is not in: " << error.find("message")->string();
    }
  }

  /// A clip of its own, so that no data is needed.
  void write_clip(const std::string& name) {
    write("clip.yaml",
          "pipeline: 1\nsources:\n  cam: {kind: test, width: 160, height: 120, frames: 100, fps: "
          "25}\nelements:\n  video: {type: write_video, path: " +
              name + "}\n");
    const auto outcome = run({"run", "clip.yaml", "--print", "none"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  }
};

TEST_F(BadPipelines, MistakesInTheFileAreToldWithTheirLine) {
  const std::vector<BadPipeline> all = {
      {"unknown type",
       kTestSource,
       "  a: {type: trak}\n",
       "invalid",
       "bad.yaml:7",
       {"'trak'", "did you mean 'track'", "webhook"}},
      {"types that do not fit",
       kTestSource,
       "  a: {type: track}\n",
       "invalid",
       "bad.yaml:7",
       {"'a' (track) takes result", "'cam' gives frame"}},
      {"circle",
       kTestSource,
       "  a: {type: draw, input: b}\n  b: {type: draw, input: a}\n",
       "invalid",
       "bad.yaml:7",
       {"circle", "a <- b <- a"}},
      {"unknown input",
       kTestSource,
       "  a: {type: draw, input: cab}\n",
       "invalid",
       "bad.yaml:7",
       {"'cab'", "cam"}},
      {"unknown key",
       kTestSource,
       "  a:\n    type: motion\n    differenze: 3\n",
       "invalid",
       "bad.yaml:9",
       {"'differenze'", "did you mean 'difference'"}},
      {"value out of range",
       kTestSource,
       "  a: {type: motion, min_share: 7}\n",
       "invalid",
       "bad.yaml:7",
       {"min_share", "7"}},
      {"unknown model",
       kTestSource,
       "  a: {type: infer, model: men}\n",
       "invalid",
       "bad.yaml:7",
       {"'men'", "did you mean 'mean'"}},
      {"broken YAML", kTestSource, "  a: {type: draw\n", "corrupt", "bad.yaml:8", {"line 8"}},
      {"unknown key of a source",
       "{kind: test, wide: 3}",
       "  a: {type: draw}\n",
       "invalid",
       "bad.yaml:3",
       {"'wide'", "width"}},
      {"nothing known about a url",
       "cam.xyz",
       "  a: {type: draw}\n",
       "invalid",
       "cam.xyz",
       {"bad.yaml:3: source 'cam'", "cam.xyz"}},
  };
  for (const BadPipeline& bad : all) {
    expect_told(bad);
  }
}

TEST_F(BadPipelines, AModelThatIsNotThereIsNamed) {
  std::filesystem::remove(folder_ / "mean.onnx");
  write_pipeline(kTestSource, "  a: {type: infer, model: mean}\n");
  const auto outcome = run_json({"run", "bad.yaml"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto error = error_of(outcome);
  EXPECT_EQ(error.find("code")->string(), "not_found");
  EXPECT_TRUE(error.find("message")->string().starts_with("bad.yaml:5: model 'mean'"))
      << outcome.output;
}

TEST_F(BadPipelines, FilesThatAreNoPipelinesAreNamed) {
  write("empty.yaml", "");
  write("list.yaml", "- 1\n");
  write("other.yaml", "spec: 1\n");
  for (const char* file : {"empty.yaml", "list.yaml", "other.yaml", "missing.yaml"}) {
    const auto outcome = run_json({"run", file});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_TRUE(error_of(outcome).find("where")->string().starts_with(file)) << outcome.output;
  }
}

TEST_F(BadPipelines, SourcesThatCannotBeOpenedAreNamed) {
  ARETE_NEEDS_CLIPS();
  write("text.mp4", "These words are no clip.\n");
  write("nothing.mp4", "");
  const std::string draw = "  a: {type: draw}\n";
  expect_told({"missing clip",
               "nowhere.mp4",
               draw,
               "not_found",
               "bad.yaml:3",
               {"bad.yaml:3: source 'cam'", "nowhere.mp4"}});
  expect_told({"missing camera",
               "/dev/video99",
               draw,
               "not_found",
               "bad.yaml:3",
               {"source 'cam'", "/dev/video99"}});
  expect_told({"text named .mp4", "text.mp4", draw, "unsupported", "bad.yaml:3", {"text.mp4"}});
  expect_told({"empty clip", "nothing.mp4", draw, "corrupt", "bad.yaml:3", {"nothing.mp4"}});
  expect_told({"missing pictures",
               "pictures/3.png",
               draw,
               "not_found",
               "pictures/3.png",
               {"bad.yaml:3: source 'cam'", "3.png"}});
}

TEST_F(BadPipelines, AClipThatIsCutOffGivesItsFramesAndIsCounted) {
  ARETE_NEEDS_CLIPS();
  ASSERT_NO_FATAL_FAILURE(write_clip("whole.mp4"));
  const auto whole = files_.read(folder_ / "whole.mp4");
  ASSERT_TRUE(whole.has_value());
  const auto frames_with = [&](std::size_t bytes) {
    EXPECT_TRUE(files_.write_atomic(folder_ / "cut.mp4", std::span(*whole).first(bytes)));
    write_pipeline("cut.mp4", "  a: {type: draw}\n");
    return run_json({"run", "bad.yaml", "--print", "results"});
  };
  const auto all = frames_with(whole->size());
  EXPECT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_EQ(std::ranges::count_if(all.lines, is_frame), 100);
  const auto cut = frames_with(whole->size() * 6 / 10);
  EXPECT_EQ(cut.exit_code, 1);
  const auto frames = std::ranges::count_if(cut.lines, is_frame);
  EXPECT_GT(frames, 10);
  EXPECT_LT(frames, 90);
  EXPECT_TRUE(cut.errors.contains("cut.mp4: the file is cut off")) << cut.errors;
  const auto summary = summary_of(cut.lines);
  EXPECT_EQ(summary.find("failures")->integer(), 1);
  EXPECT_EQ(source_of(summary).find("errors")->integer(), 1);
  EXPECT_EQ(source_of(summary).find("reconnects")->integer(), 0);
}

TEST_F(BadPipelines, SoundOfAnotherRateIsRefusedByNumber) {
  ARETE_NEEDS_DATA();
  // 8 kHz, 16 bits, silence.
  const std::string head(
      "RIFF\x24\x40\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10"
      "\0data\0\x40\0\0",
      44);
  write("slow.wav", head + std::string(0x4000, '\0'));
  write("bad.yaml", "pipeline: 1\nsources:\n  mic: slow.wav\nmodels:\n  vad: " +
                        model("vad/silero_vad_16k_op15.onnx") +
                        "\nelements:\n  find: {type: infer, model: vad}\n");
  const auto outcome = run_json({"run", "bad.yaml"}, specs());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(outcome.errors.contains("8000 samples a second, the model wants 16000"))
      << outcome.errors;
  EXPECT_GT(summary_of(outcome.lines).find("failures")->integer(), 0);
}

TEST_F(BadPipelines, RowsThatAreNoNumbersEndTheFileAndAreNamed) {
  ARETE_NEEDS_DATA();
  write("rows.csv", "aX,aY,aZ,gX,gY,gZ\n1,2,3,4,5,6\n1,2,three,4,5,6\n");
  const std::string text =
      "pipeline: 1\nsources:\n  imu: {url: rows.csv, rate: 119}\nmodels:\n"
      "  wand: " +
      model("gesture/magic_wand_float.tflite") +
      "\nelements:\n  find: {type: infer, model: wand}\n";
  write("bad.yaml", text);
  const auto outcome = run_json({"run", "bad.yaml"}, specs());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(outcome.errors.contains("rows.csv")) << outcome.errors;
  EXPECT_TRUE(outcome.errors.contains("three")) << outcome.errors;
  write("rows.csv", "aX,aY,aZ,gX,gY\n1,2,3,4,5\n");
  const auto missing = run_json({"run", "bad.yaml"}, specs());
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_TRUE((missing.output + missing.errors).contains("gZ")) << missing.output << missing.errors;
}

TEST_F(BadPipelines, OptionsThatCannotBeMeantAreRefused) {
  write_pipeline(kTestSource, "  a: {type: draw}\n");
  struct BadOption {
    std::vector<std::string> arguments;
    int exit_code;
    const char* said;
  };
  const std::vector<BadOption> all = {
      {{"--print", "x"}, 2, "'x' is not one of events, results, none"},
      {{"--replay", "nowhere"}, 1, "nowhere/recording.json"},
      {{"--input", "cab=red.png"}, 1, "no source 'cab' (did you mean 'cam'?)"},
      {{"--input", "cam=nowhere.png"}, 1, "nowhere.png"},
      {{"--model", "men=mean.onnx"}, 1, "did you mean 'mean'"},
      {{"--model", "mean"}, 1, "mean"},
      {{"--spec", "mean.spec.yaml"}, 1, "a pipeline's file says it itself"},
      {{"--draw", "out"}, 1, "a pipeline's file says it itself"},
      {{"--plot", "times.gif"}, 1, "gif"},
      {{"--record", "a", "--replay", "b"}, 2, "--re"},
  };
  for (const BadOption& bad : all) {
    std::vector<std::string> arguments = {"run", "bad.yaml"};
    arguments.insert(arguments.end(), bad.arguments.begin(), bad.arguments.end());
    const auto outcome = run_json(arguments);
    EXPECT_EQ(outcome.exit_code, bad.exit_code) << outcome.output;
    EXPECT_TRUE(error_of(outcome).find("message")->string().contains(bad.said)) << outcome.output;
  }
}

TEST_F(BadPipelines, AFileThatCannotBeWrittenIsAnErrorNotALoss) {
  write_pipeline(kTestSource, "  a: {type: draw}\n");
  write("file", "not a folder");
  for (const char* option : {"--record", "--trace", "--plot"}) {
    const std::string target =
        std::string("file/x") + (option == std::string("--plot") ? ".svg" : "");
    const auto outcome = run_json({"run", "bad.yaml", option, target});
    EXPECT_EQ(outcome.exit_code, 1) << option << outcome.output;
    EXPECT_TRUE(outcome.output.contains("file")) << option << outcome.output;
    static_cast<void>(error_of(outcome));
  }
}

}  // namespace
}  // namespace arete::e2e
