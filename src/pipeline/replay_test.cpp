// A recording, replayed, decides alike; and what is wrong with a recording is named.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/frame_file.hpp"
#include "pipeline/metrics_text.hpp"
#include "pipeline/recording.hpp"
#include "pipeline/test_graph.hpp"
#include "pipeline/trace_file.hpp"

namespace arete::pipeline {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGated = R"(pipeline: 1
sources: {cam: {kind: test, width: 32, height: 32, format: gray, fps: 10, frames: 40}}
models: {m: m.picture}
elements:
  gate: {type: motion}
  find: {type: infer, model: m}
  tell: {type: event, rules: {seen: {at_least: 1, min_score: 0.5}}}
)";

/// Frames that cannot be had again.
SourceOpener live_opener(GraphBench& bench) {
  class Live final : public media::Source {
   public:
    explicit Live(std::unique_ptr<media::Source> inner) : inner_(std::move(inner)) {
      info_ = inner_->info();
      info_.live = true;
    }
    const media::StreamInfo& info() const override { return info_; }
    Result<std::optional<media::MediaPacket>> next() override { return inner_->next(); }
    void stop() override { inner_->stop(); }

   private:
    std::unique_ptr<media::Source> inner_;
    media::StreamInfo info_;
  };
  return [&bench](std::size_t,
                  const media::SourceSettings& settings) -> Result<std::unique_ptr<media::Source>> {
    ARETE_TRY_ASSIGN(auto inner, media::open_source(bench.files, bench.clock, settings));
    return std::make_unique<Live>(std::move(inner));
  };
}

void record(GraphBench& bench, const char* yaml) {
  const auto graph = bench.parse(yaml);
  ASSERT_TRUE(graph) << graph.error().message();
  auto recorder = Recorder::create(bench.files, "rec", *graph);
  ASSERT_TRUE(recorder) << recorder.error().message();
  (*recorder)->listen(bench.hooks);
  ASSERT_TRUE(bench.create(yaml));
  (*recorder)->listen(bench.pipeline->ledger());
  const auto report = bench.pipeline->run();
  ASSERT_TRUE(report) << report.error().message();
  ASSERT_TRUE((*recorder)->finish());
}

Result<ReplayReport> replay(io::MemoryFiles& files, const char* yaml, const char* model_yaml) {
  GraphBench bench;
  ARETE_TRY_ASSIGN(const GraphSpec graph, bench.parse(model_yaml));
  ARETE_TRY_ASSIGN(const Recording recording, read_recording(files, "rec", graph));
  static_cast<void>(yaml);
  ReplayCheck check(recording);
  check.listen(bench.hooks, graph);
  bench.opener = [&](std::size_t index, const media::SourceSettings& settings) {
    return open_recorded(files, bench.clock, recording, index, settings);
  };
  bench.options.replay = &recording.plan;
  ARETE_TRY(bench.create(model_yaml));
  check.listen(bench.pipeline->ledger());
  ARETE_TRY(bench.pipeline->run());
  return check.report();
}

TEST(Replay, DecidesAsTheRecordedRunDid) {
  GraphBench bench;
  record(bench, kGated);
  const auto report = replay(bench.files, kGated, kGated);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->identical());
  EXPECT_GT(report->decisions, 40U);
}

TEST(Replay, LeavesOutWhatWritesAndMissesNothingOfIt) {
  std::string yaml = kGated;
  yaml += "  log: {type: file, path: seen.jsonl}\n  calm: {type: smooth}\n";
  GraphBench bench;
  record(bench, yaml.c_str());
  ASSERT_TRUE(bench.files.has_file("seen.jsonl"));
  const auto report = replay(bench.files, yaml.c_str(), yaml.c_str());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->identical())
      << report->missing.size() << " missing, " << report->extra.size() << " new";
}

TEST(Replay, LiveFramesAreStored) {
  GraphBench bench;
  bench.opener = live_opener(bench);
  bench.hooks.on_output = [&](const Packet& packet) {
    if (packet.stamp.sequence >= 20) {
      bench.pipeline->stop();
    }
  };
  record(bench, kGated);
  EXPECT_TRUE(bench.files.has_file("rec/frames-0.bin"));
  const auto report = replay(bench.files, kGated, kGated);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->identical());
}

TEST(Replay, LosesTheSameFramesInTheSameQueue) {
  // A queue that keeps the newest, behind a source that does not wait: which frames are lost is
  // chance, but the replay must lose the same.
  std::string yaml = kGated;
  yaml.insert(yaml.find("model: m}"), "queue: {policy: newest}, ");
  GraphBench bench;
  record(bench, yaml.c_str());
  const auto report = replay(bench.files, yaml.c_str(), yaml.c_str());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->identical())
      << report->missing.size() << " missing, " << report->extra.size() << " new";
}

TEST(Replay, ShowsWhatIsDecidedOtherwise) {
  GraphBench bench;
  record(bench, kGated);
  std::string stricter = kGated;
  stricter.replace(stricter.find("type: motion"), 12, "type: motion, min_share: 0.9, hold: 0");
  const auto report = replay(bench.files, kGated, stricter.c_str());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_FALSE(report->identical());
  EXPECT_FALSE(report->missing.empty());
  EXPECT_FALSE(report->extra.empty());
}

TEST(Replay, AFileThatHasChangedIsNoticed) {
  constexpr const char* kRaw = R"(pipeline: 1
sources: {cam: {url: f.raw, kind: raw, width: 2, height: 2, format: gray, fps: 10}}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)";
  GraphBench bench;
  ASSERT_TRUE(bench.files.write_atomic("f.raw", Bytes(12)));
  record(bench, kRaw);
  Bytes changed(12);
  changed[9] = std::byte{1};
  ASSERT_TRUE(bench.files.write_atomic("f.raw", changed));
  const auto report = replay(bench.files, kRaw, kRaw);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message(), HasSubstr("packet 2 differs"));
}

TEST(Replay, BadRecordingsAreNamed) {
  GraphBench bench;
  record(bench, kGated);
  const auto graph = bench.parse(kGated);
  EXPECT_EQ(Recorder::create(bench.files, "rec", *graph).error().code(), ErrorCode::kConflict);
  EXPECT_EQ(read_recording(bench.files, "nowhere", *graph).error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(bench.files.append("rec/packets.jsonl", as_bytes("{\"source\": 9}\n")));
  const auto bad = read_recording(bench.files, "rec", *graph);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().where(), HasSubstr("packets.jsonl"));
  ASSERT_TRUE(bench.files.write_atomic("rec/recording.json",
                                       as_bytes(R"({"recording": 1, "sources": ["door"]})")));
  EXPECT_EQ(read_recording(bench.files, "rec", *graph).error().code(), ErrorCode::kConflict);
}

TEST(FrameFile, PacketsComeBackAsTheyWere) {
  GraphBench bench;
  for (const tensor::PixelFormat format :
       {tensor::PixelFormat::kI420, tensor::PixelFormat::kNv12, tensor::PixelFormat::kYuyv,
        tensor::PixelFormat::kGray, tensor::PixelFormat::kRgb}) {
    media::SourceSettings settings;
    settings.kind = media::SourceKind::kTest;
    settings.width = 7;
    settings.height = 5;
    settings.format = format;
    auto source = media::open_source(bench.files, bench.clock, settings);
    ASSERT_TRUE(source);
    const auto packet = (*source)->next();
    ASSERT_TRUE(packet && *packet);
    const auto again = packet_from(description_of(**packet), SharedBytes(bytes_of(**packet)));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(bytes_of(*again), bytes_of(**packet));
    EXPECT_EQ(hash_of(*again), hash_of(**packet));
    EXPECT_FALSE(packet_from(description_of(**packet), SharedBytes(Bytes(3))));
  }
}

TEST(Traces, AreJsonWithABarForEachStep) {
  GraphBench bench;
  ASSERT_TRUE(bench.create(kGated));
  Ledger& ledger = bench.pipeline->ledger();
  auto trace = TraceFile::create(bench.files, "t.json", ledger.names(), ledger.sources());
  ASSERT_TRUE(trace);
  ledger.add_tap([&](const LedgerRecord& record) { trace->add(record); });
  ASSERT_TRUE(bench.pipeline->run());
  ASSERT_TRUE(trace->finish());
  const auto bytes = bench.files.read("t.json");
  ASSERT_TRUE(bytes);
  const auto parsed = document::parse_json(as_text(*bytes), "t.json");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_GT(parsed->size(), 40U);
  EXPECT_EQ(parsed->items()[0].find("name")->string(), "thread_name");
}

TEST(MetricsText, HasAFamilyForTimesPacketsAndProcessor) {
  GraphBench bench;
  ASSERT_TRUE(bench.run(kGated));
  const std::string text = metrics_text(bench.pipeline->ledger(), "a \"b\"");
  EXPECT_THAT(text, HasSubstr("# TYPE arete_step_seconds summary"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(arete_step_seconds_count{pipeline="a \"b\"",element="cam",work="decode"} 40)"));
  EXPECT_THAT(text, HasSubstr("arete_packets_total{"));
  EXPECT_THAT(text, HasSubstr("arete_cpu_seconds_total{"));
}

}  // namespace
}  // namespace arete::pipeline
