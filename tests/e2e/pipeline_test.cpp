// Pipelines on real models and real sound, pictures, sensor rows and clips. Skipped without the
// data.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "document/parse.hpp"
#include "pipeline_rig.hpp"

namespace arete::e2e {
namespace {

std::vector<document::Node> events_of(const ProgramOutcome& outcome, std::string_view kind) {
  std::vector<document::Node> events;
  std::ranges::copy_if(outcome.lines, std::back_inserter(events), [&](const auto& line) {
    return is_event(line) && line.find("kind")->string() == kind;
  });
  return events;
}

std::vector<document::Node> frames_of(const ProgramOutcome& outcome) {
  std::vector<document::Node> frames;
  std::ranges::copy_if(outcome.lines, std::back_inserter(frames), is_frame);
  return frames;
}

std::set<std::string> labels_of(const document::Node& classes) {
  std::set<std::string> labels;
  for (const document::Node& one : classes.items()) {
    labels.insert(one.find("label")->string());
  }
  return labels;
}

class Pipelines : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    ARETE_NEEDS_DATA();
  }

  void write_speech(const std::string& segment) {
    write("speech.yaml",
          "pipeline: 1\nname: speech\nsources:\n  mic: " + data("data/audio/vad_test.wav") +
              "\nmodels:\n  vad: " + model("vad/silero_vad_16k_op15.onnx") +
              "\nelements:\n  find: {type: infer, model: vad}\n"
              "  talk: {type: event, segments: {speech: " +
              segment + "}}\n");
  }

  /// The class that most windows of a recorded gesture are of, by its place in the alphabet.
  std::string gesture_of(const std::string& model_file, const std::string& rows) {
    write("wand.yaml", "pipeline: 1\nname: wand\nsources:\n  imu: {url: " + rows +
                           ", rate: 119}\nmodels:\n  wand: " + model("gesture/" + model_file) +
                           "\nelements:\n  what: {type: infer, model: wand}\n");
    const auto outcome = run_json({"run", "wand.yaml", "--print", "results"}, specs());
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
    std::map<std::string, int> votes;
    for (const document::Node& window : frames_of(outcome)) {
      const auto& best = window.find("classes")->items();
      EXPECT_EQ(best.size(), 1U);
      ++votes[best.empty() ? "" : best[0].find("label")->string()];
    }
    const auto most =
        std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
    return most == votes.end() ? "" : most->first;
  }
};

TEST_F(Pipelines, SpeechIsCutIntoTheThirtyPiecesThatItHas) {
  write_speech("{start_score: 0.5, end_score: 0.5, min_duration: 0, max_gap: 0, padding: 0}");
  const auto outcome = run_json({"run", "speech.yaml"}, specs());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto pieces = events_of(outcome, "speech");
  ASSERT_EQ(pieces.size(), 30U);
  double end = 0;
  for (const document::Node& piece : pieces) {
    EXPECT_GE(piece.find("start_ms")->number(), end);
    end = piece.find("end_ms")->number();
    EXPECT_GT(end, piece.find("start_ms")->number());
    EXPECT_LE(end, 60'000);
  }
}

TEST_F(Pipelines, SpeechThatPausesForAMomentIsOnePiece) {
  write_speech("{}");
  const auto outcome = run_json({"run", "speech.yaml"}, specs());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  EXPECT_EQ(events_of(outcome, "speech").size(), 19U);
}

TEST_F(Pipelines, SoundIsHeardInWindowsWithoutGaps) {
  write_speech("{}");
  const auto outcome = run_json({"run", "speech.yaml", "--print", "results"}, specs());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto windows = frames_of(outcome);
  ASSERT_EQ(windows.size(), 1875U);
  int spoken = 0;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    ASSERT_EQ(windows[i].find("time_ms")->number(), 32.0 * static_cast<double>(i));
    ASSERT_EQ(windows[i].find("classes")->size(), 1U);
    spoken += windows[i].find("classes")->items()[0].find("score")->number() > 0.5 ? 1 : 0;
  }
  EXPECT_NEAR(100.0 * spoken / 1875, 77.4, 0.05);
}

TEST_F(Pipelines, AClassifierLooksAtWhatADetectorHasFound) {
  write("pets.yaml",
        "pipeline: 1\nname: pets\nsources:\n  pets: " + data("data/images-tfls/cats_and_dogs.jpg") +
            "\nmodels:\n  find: " + model("detection/ssd_mobilenet_v1_coco_uint8.tflite") +
            "\n  breed: " + model("classification/mobilenet_v1_0.25_224_uint8.tflite") +
            "\nelements:\n  boxes: {type: infer, model: find}\n"
            "  breeds: {type: infer, model: breed, regions: boxes, "
            "labels: [cat, dog]}\n");
  const auto outcome = run_json({"run", "pets.yaml", "--print", "results"}, specs());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto pictures = frames_of(outcome);
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_EQ(pictures[0].find("classes")->size(), 0U) << "the answer belongs to the box";
  std::set<std::string> of_cats;
  int others = 0;
  for (const document::Node& found : pictures[0].find("detections")->items()) {
    const std::string& label = found.find("label")->string();
    if (label != "cat" && label != "dog") {
      EXPECT_EQ(found.find("classes"), nullptr) << label;
      ++others;
      continue;
    }
    ASSERT_NE(found.find("classes"), nullptr) << label;
    const auto& classes = found.find("classes")->items();
    ASSERT_EQ(classes.size(), 5U);
    EXPECT_EQ(keys_of(classes[0]), "label index score");
    EXPECT_GT(classes[0].find("score")->number(), classes[4].find("score")->number());
    if (label == "cat") {
      of_cats.merge(labels_of(*found.find("classes")));
    }
  }
  EXPECT_EQ(others, 1) << "the bed they sit on";
  for (const char* breed : {"Egyptian cat", "Persian cat", "tabby"}) {
    EXPECT_TRUE(of_cats.contains(breed)) << breed;
  }
}

TEST_F(Pipelines, RecordedGesturesAreWhatTheyWere) {
  // Classes are numbered in the alphabet's order of the files.
  constexpr std::array<const char*, 5> kGestures = {"AlohomoraCharm", "ArrestoMomentumCharm",
                                                    "AvadaKedavra", "LocomotorCharm", "Revelio"};
  for (const char* file :
       {"magic_wand_float.tflite", "magic_wand_int8.tflite", "magic_wand.onnx"}) {
    for (std::size_t i = 0; i < kGestures.size(); ++i) {
      const std::string rows = data("data/gesture-train/") + kGestures[i] + ".csv";
      EXPECT_EQ(gesture_of(file, rows), "class " + std::to_string(i)) << file;
    }
  }
}

TEST_F(Pipelines, ColumnsAreFoundByTheirNames) {
  // One still hand, its columns in the spec's order and in another with one that nobody wants.
  std::string usual = "aX,aY,aZ,gX,gY,gZ\n";
  std::string other = "gZ,note,aZ,gX,aX,aY,gY\n";
  for (int i = 0; i < 240; ++i) {
    const std::string a = std::to_string(i % 7);
    usual += a + ",0.5,1,-200,300,-" + a + "00\n";
    other += "-" + a + "00,9,1,-200," + a + ",0.5,300\n";
  }
  write("usual.csv", usual);
  write("other.csv", other);
  std::vector<std::string> answers;
  for (const char* rows : {"usual.csv", "other.csv"}) {
    static_cast<void>(gesture_of("magic_wand_float.tflite", rows));
    const auto outcome = run_json({"run", "wand.yaml", "--print", "results"}, specs());
    const auto windows = frames_of(outcome);
    ASSERT_EQ(windows.size(), 2U) << outcome.errors;
    answers.push_back(
        windows[1].find("classes")->items()[0].find("label")->string() + " " +
        std::to_string(windows[1].find("classes")->items()[0].find("score")->number()));
  }
  EXPECT_EQ(answers[0], answers[1]);
}

class Clips : public Pipelines {
 protected:
  void SetUp() override {
    Pipelines::SetUp();
    ARETE_NEEDS_CLIPS();
    if (!IsSkipped() && demo_file("carphone_pristine.mp4").empty()) {
      GTEST_SKIP() << "the demo's clip was not fetched (./dev demo)";
    }
  }
  void write_driver(const std::string& score) {
    write("driver.yaml",
          "pipeline: 1\nname: driver\nsources:\n  cam: " + demo_file("carphone_pristine.mp4") +
              "\nmodels:\n  face: " + model("face/ultraface_rfb_320.onnx") +
              "\nelements:\n  find: {type: infer, model: face}\n  track: {type: track}\n"
              "  watch: {type: event, rules: {driver: {labels: [face], min_score: " +
              score +
              ", for: 0.2}}}\n  log: {type: file, path: events.jsonl}\n  draw: {type: draw}\n"
              "  video: {type: write_video, path: out.mp4}\n");
  }
};

TEST_F(Clips, AFaceIsFoundFollowedToldAndDrawn) {
  write_driver("0.6");
  const auto outcome = run_json({"run", "driver.yaml", "--print", "results"}, specs());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto frames = frames_of(outcome);
  ASSERT_EQ(frames.size(), 120U);
  EXPECT_EQ(frames[60].find("detections")->items()[0].find("track")->integer(), 1);
  const auto told = files_.read(folder_ / "events.jsonl");
  ASSERT_TRUE(told.has_value());
  const auto event = document::parse_json(as_text(*told), "events.jsonl");
  ASSERT_TRUE(event.has_value()) << "one line: " << as_text(*told);
  EXPECT_EQ(event->find("kind")->string(), "appeared");
  EXPECT_EQ(event->find("element")->string(), "watch");
  EXPECT_TRUE(event->find("reason")->string().starts_with("1 x face >= 1, score "))
      << event->find("reason")->string();
  EXPECT_EQ(event->find("details")->find("track")->integer(), 1);
  // The drawn video, read again: as many frames, and the face is still to be found in them.
  const auto again =
      run_json({"run", model("face/ultraface_rfb_320.onnx"), "--input", "out.mp4"}, specs());
  ASSERT_EQ(again.exit_code, 0) << again.errors;
  const auto drawn = frames_of(again);
  ASSERT_EQ(drawn.size(), 120U);
  EXPECT_NEAR(drawn[119].find("time_ms")->number(), frames[119].find("time_ms")->number(), 1);
  EXPECT_EQ(drawn[60].find("detections")->size(), 1U);
}

TEST_F(Clips, AReplayDecidesAlikeUntilAThresholdChanges) {
  write_driver("0.6");
  ASSERT_EQ(
      run({"run", "driver.yaml", "--record", "recording", "--print", "none"}, specs()).exit_code,
      0);
  const std::vector<std::string> replay = {"run",       "driver.yaml", "--replay",
                                           "recording", "--print",     "none"};
  const auto alike = run(replay, specs());
  EXPECT_EQ(alike.exit_code, 0) << alike.errors;
  EXPECT_TRUE(alike.output.contains("decisions as recorded")) << alike.output;
  const auto counted = run_json(replay, specs());
  const document::Node* const report = counted.lines.back().find("replay");
  ASSERT_NE(report, nullptr) << counted.output;
  EXPECT_GT(report->find("decisions")->integer(), 480);
  EXPECT_EQ(report->find("missing")->integer(), 0);
  EXPECT_EQ(report->find("extra")->integer(), 0);
  write_driver("0.99999");
  const auto otherwise = run(replay, specs());
  EXPECT_EQ(otherwise.exit_code, 3) << otherwise.errors;
  EXPECT_TRUE(otherwise.output.contains("\"event\": \"appeared\"")) << otherwise.output;
  EXPECT_EQ(run_json(replay, specs()).exit_code, 3);
  const auto full = run_json({"run", "driver.yaml", "--record", "recording"}, specs());
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_EQ(error_of(full).find("code")->string(), "conflict");
  const auto both =
      run_json({"run", "driver.yaml", "--record", "new", "--replay", "recording"}, specs());
  EXPECT_EQ(both.exit_code, 2);
}

}  // namespace
}  // namespace arete::e2e
