// Whole graphs with made-up models and sources: what comes out, in what order, and what happens
// when parts fail.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "media/faulty_source.hpp"
#include "pipeline/test_graph.hpp"

namespace arete::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kOneModel = R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, fps: 10, frames: 20}}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)";

std::vector<std::int64_t> sequences_of(const std::vector<Packet>& packets, int source = 0) {
  std::vector<std::int64_t> sequences;
  for (const Packet& packet : packets) {
    if (packet.stamp.source == source) {
      sequences.push_back(packet.stamp.sequence);
    }
  }
  return sequences;
}

std::vector<std::int64_t> counted(std::int64_t count) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    numbers.push_back(i);
  }
  return numbers;
}

TEST(Graph, EveryFrameOfAFileComesOutInOrder) {
  GraphBench bench;
  const auto report = bench.run(kOneModel);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(sequences_of(bench.outputs), counted(20));
  EXPECT_EQ(bench.runs, 21);  // and the one that warmed it
  EXPECT_EQ(report->sources[0].packets, 20);
  EXPECT_EQ(report->failures, 0);
  EXPECT_EQ(bench.outputs[3].stamp.media_time, std::chrono::milliseconds(300));
  ASSERT_NE(bench.outputs[0].result_of("find"), nullptr);
  EXPECT_EQ(bench.outputs[0].result_of("find")->findings.classes.at(0).label, "mean");
}

TEST(Graph, TheLedgerHasEveryStepOfEveryFrame) {
  GraphBench bench;
  ASSERT_TRUE(bench.run(kOneModel));
  const ElementSums find = bench.pipeline->ledger().sums_of(1);
  for (const Work work : {Work::kElement, Work::kPreprocess, Work::kInfer, Work::kPostprocess}) {
    EXPECT_EQ(find.time.at(work).count(), 20U) << name_of(work);
  }
  EXPECT_EQ(bench.pipeline->ledger().sums_of(0).time.at(Work::kDecode).count(), 20U);
  EXPECT_EQ(find.decisions[static_cast<std::size_t>(Decision::kPassed)], 20U);
  EXPECT_GT(find.cpu, Nanoseconds(0));
  EXPECT_GT(bench.pipeline->ledger().overhead(), Nanoseconds(0));
}

TEST(Graph, SeveralConsumersGetTheSamePackets) {
  GraphBench bench;
  const auto report = bench.run(R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, frames: 5}}
models: {m: m.picture, n: n.loud}
elements:
  a: {type: infer, model: m, input: cam}
  b: {type: infer, model: n, input: cam}
)");
  ASSERT_TRUE(report) << report.error().message();
  ASSERT_EQ(bench.outputs.size(), 10U);
  float once = 0;
  float twice = 0;
  for (const Packet& packet : bench.outputs) {
    if (const auto* a = packet.result_of("a")) {
      once += a->findings.classes[0].score;
    } else {
      twice += packet.result_of("b")->findings.classes[0].score;
    }
  }
  EXPECT_FLOAT_EQ(twice, 2 * once);
}

TEST(Graph, SourcesShareOneModelAndABatch) {
  GraphBench bench;
  const auto report = bench.run(R"(pipeline: 1
sources:
  a: {kind: test, width: 4, height: 4, frames: 50}
  b: {kind: test, width: 8, height: 8, frames: 50}
models: {m: m.batch}
elements: {find: {type: infer, model: m, input: [a, b]}}
)");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(sequences_of(bench.outputs, 0), counted(50));
  EXPECT_EQ(sequences_of(bench.outputs, 1), counted(50));
  EXPECT_LE(bench.largest_batch, 16);
}

TEST(Graph, ABatchGivesWhatSingleRunsGive) {
  GraphBench bench;
  ModelSettings settings;
  settings.file = "m.batch";
  auto parts = bench.model(settings);
  ASSERT_TRUE(parts) << parts.error().message();
  auto runner = ModelRunner::create(std::move(parts->session), std::move(parts->spec));
  ASSERT_TRUE(runner);
  ASSERT_EQ(runner->batch(), kMaxBatch);
  std::vector<tensor::Picture> pictures;
  for (int i = 0; i < 5; ++i) {
    pictures.emplace_back(tensor::PixelFormat::kRgb, 4, 4);
    std::ranges::fill(pictures.back().pixels, static_cast<std::uint8_t>(10 * (i + 1)));
  }
  std::vector<tensor::PictureView> views;
  for (const tensor::Picture& picture : pictures) {
    views.push_back(picture.view());
  }
  std::vector<ModelItem> items;
  for (const tensor::PictureView& view : views) {
    items.push_back({.picture = &view});
  }
  StageTimes times;
  const auto outputs = runner->run(items, bench.clock, times);
  ASSERT_TRUE(outputs) << outputs.error().message();
  ASSERT_EQ(outputs->size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_FLOAT_EQ((*outputs)[i].findings.classes[0].score, 10 * static_cast<float>(i + 1));
  }
  EXPECT_EQ(bench.largest_batch, 5);
}

TEST(Graph, EachSourceHasItsOwnState) {
  GraphBench bench;
  const auto report = bench.run(R"(pipeline: 1
sources:
  a: {kind: test, width: 4, height: 4, frames: 30}
  b: {kind: test, width: 4, height: 4, frames: 20}
models: {m: m.count}
elements: {find: {type: infer, model: m, input: [a, b]}}
)");
  ASSERT_TRUE(report) << report.error().message();
  for (const Packet& packet : bench.outputs) {
    EXPECT_EQ(packet.result_of("find")->raw.at(0).tensor.number_at(0),
              static_cast<double>(packet.stamp.sequence + 1));
  }
  EXPECT_EQ(bench.outputs.size(), 50U);
}

/// Another source, as if it could not be had again.
class LiveSource final : public media::Source {
 public:
  explicit LiveSource(std::unique_ptr<media::Source> inner) : inner_(std::move(inner)) {
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

/// Opens a live test source that breaks after 4 and then after 3.
SourceOpener breaking_opener(GraphBench& bench, std::atomic<int>& opened, ErrorCode code) {
  return [&bench, &opened, code](
             std::size_t,
             const media::SourceSettings& settings) -> Result<std::unique_ptr<media::Source>> {
    const int number = opened++;
    if (number == 1) {
      return fail(ErrorCode::kUnavailable, "the camera is not there yet");
    }
    ARETE_TRY_ASSIGN(auto inner, media::open_source(bench.files, bench.clock, settings));
    const media::SourceFaultPlan plan{.fail_after = number == 0 ? 4 : 3, .error = code};
    return std::make_unique<LiveSource>(
        std::make_unique<media::FaultySource>(std::move(inner), plan));
  };
}

constexpr const char* kBreaking = R"(pipeline: 1
sources:
  cam: {kind: test, width: 4, height: 4, fps: 10, retry: {first: 0.001, most: 0.002}}
models: {m: m.count}
elements: {find: {type: infer, model: m}}
)";

TEST(Graph, ABrokenSourceComesBackAndItsFramesGoOnCounting) {
  GraphBench bench;
  std::atomic<int> opened{0};
  bench.opener = breaking_opener(bench, opened, ErrorCode::kUnavailable);
  bench.hooks.on_output = [&](const Packet&) {
    if (bench.outputs.size() == 16) {
      bench.pipeline->stop();
    }
  };
  const auto report = bench.run(kBreaking);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_GE(report->sources[0].reconnects, 4);
  EXPECT_LE(report->failures, 1);  // that it broke is none, unless it was away at the end
  EXPECT_THAT(bench.problems, Contains(HasSubstr("the camera is not there yet")));
  const auto sequences = sequences_of(bench.outputs);
  EXPECT_EQ(sequences, counted(static_cast<std::int64_t>(sequences.size())));
  for (std::size_t i = 1; i < bench.outputs.size(); ++i) {
    EXPECT_GT(bench.outputs[i].stamp.media_time, bench.outputs[i - 1].stamp.media_time);
  }
  // What a model remembered of the stream before does not go on.
  EXPECT_EQ(bench.outputs[3].result_of("find")->raw[0].tensor.number_at(0), 4);
  EXPECT_EQ(bench.outputs[4].result_of("find")->raw[0].tensor.number_at(0), 1);
}

TEST(Graph, ASourceIsBackWithItsFirstFrameNotWhenItOpens) {
  GraphBench bench;
  int opened = 0;
  bench.opener =
      [&](std::size_t,
          const media::SourceSettings& settings) -> Result<std::unique_ptr<media::Source>> {
    const int number = opened++;
    ARETE_TRY_ASSIGN(auto inner, media::open_source(bench.files, bench.clock, settings));
    const bool gives_nothing = number == 0 || number == 2 || number == 3;
    const media::SourceFaultPlan plan{.fail_after = gives_nothing ? 0 : 4};
    return std::make_unique<LiveSource>(
        std::make_unique<media::FaultySource>(std::move(inner), plan));
  };
  bench.hooks.on_output = [&](const Packet&) {
    if (bench.outputs.size() == 6) {
      bench.pipeline->stop();
    }
  };
  const auto report = bench.run(kBreaking);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->sources[0].reconnects, 2);
  EXPECT_EQ(bench.outputs.front().stamp.media_time, Nanoseconds(0));
}

TEST(Graph, AFileThatBreaksEndsAndIsCounted) {
  GraphBench bench;
  bench.opener =
      [&](std::size_t,
          const media::SourceSettings& settings) -> Result<std::unique_ptr<media::Source>> {
    ARETE_TRY_ASSIGN(auto inner, media::open_source(bench.files, bench.clock, settings));
    return std::make_unique<media::FaultySource>(std::move(inner),
                                                 media::SourceFaultPlan{.fail_after = 4});
  };
  const auto report = bench.run(kOneModel);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(bench.outputs.size(), 4U);
  EXPECT_EQ(report->failures, 1);
  EXPECT_EQ(report->sources[0].reconnects, 0);
}

TEST(Graph, ASourceThatMayBeMissingAtTheStartIsWaitedFor) {
  GraphBench bench;
  std::atomic<int> opened{1};  // the first call fails
  bench.opener = breaking_opener(bench, opened, ErrorCode::kUnavailable);
  EXPECT_THAT(bench.why_not(kBreaking), HasSubstr("not there yet"));
  opened = 1;
  std::string patient = kBreaking;
  patient.insert(patient.find("first:"), "at_start: true, ");
  bench.hooks.on_output = [&](const Packet&) {
    if (bench.outputs.size() == 3) {
      bench.pipeline->stop();
    }
  };
  const auto report = bench.run(patient);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_GE(bench.outputs.size(), 3U);
}

TEST(Graph, ALoopedSourceGoesOnInTime) {
  GraphBench bench;
  const auto report = bench.run(R"(pipeline: 1
sources:
  cam: {kind: raw, url: f.raw, width: 2, height: 2, format: gray, fps: 10, loop: true, frames: 7}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)");
  ASSERT_FALSE(report);  // no such file yet
  ASSERT_TRUE(bench.files.write_atomic("f.raw", Bytes(12)));
  const auto again = bench.run(R"(pipeline: 1
sources:
  cam: {kind: raw, url: f.raw, width: 2, height: 2, format: gray, fps: 10, loop: true, frames: 7}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)");
  ASSERT_TRUE(again) << again.error().message();
  ASSERT_EQ(bench.outputs.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(bench.outputs[i].stamp.media_time, std::chrono::milliseconds(100 * i));
  }
}

TEST(Graph, AnEmptyFileIsNotLoopedForEver) {
  GraphBench bench;
  ASSERT_TRUE(bench.files.write_atomic("s.csv", as_bytes("a,b\n")));
  const auto report = bench.run(R"(pipeline: 1
sources: {s: {url: s.csv, rate: 10, loop: true}}
models: {m: m.rows}
elements: {look: {type: infer, model: m}}
)");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->failures, 1);
  EXPECT_THAT(bench.problems, Contains(HasSubstr("nothing in it to loop over")));
}

TEST(Graph, WindowsOfSoundOverlapAsTheSpecSays) {
  GraphBench bench;
  bench.opener = [](std::size_t,
                    const media::SourceSettings&) -> Result<std::unique_ptr<media::Source>> {
    class Sound final : public media::Source {
     public:
      Sound() {
        info_.kind = media::MediaKind::kAudio;
        info_.sample_rate_hz = 1000;
      }
      const media::StreamInfo& info() const override { return info_; }
      Result<std::optional<media::MediaPacket>> next() override {
        if (given_ == 4) {
          return std::optional<media::MediaPacket>();
        }
        media::AudioBlock block{1000, {}, std::chrono::milliseconds(2 * given_)};
        block.samples = {static_cast<float>(2 * given_ + 1), static_cast<float>(2 * given_ + 2)};
        ++given_;
        return std::optional<media::MediaPacket>(std::move(block));
      }
      void stop() override {}

     private:
      media::StreamInfo info_;
      int given_ = 0;
    };
    return std::make_unique<Sound>();
  };
  const auto report = bench.run(R"(pipeline: 1
sources: {mic: {kind: wav, url: x.wav}}
models: {m: m.sound}
elements: {hear: {type: infer, model: m}}
)");
  ASSERT_TRUE(report) << report.error().message();
  // Samples 1..8: [0, 1 2 3] and [3, 4 5 6]; 7 and 8 are no whole window.
  ASSERT_EQ(bench.outputs.size(), 2U);
  EXPECT_FLOAT_EQ(static_cast<float>(bench.outputs[0].result_of("")->raw[0].tensor.number_at(0)),
                  6.0F / 4);
  EXPECT_FLOAT_EQ(static_cast<float>(bench.outputs[1].result_of("")->raw[0].tensor.number_at(0)),
                  18.0F / 4);
  EXPECT_EQ(bench.outputs[1].stamp.media_time, std::chrono::milliseconds(3));
}

TEST(Graph, RowsAreFedByTheNamesOfTheirColumns) {
  GraphBench bench;
  ASSERT_TRUE(bench.files.write_atomic("s.csv", as_bytes("b,c,a\n10,0,1\n20,0,2\n40,0,4\n")));
  const auto report = bench.run(R"(pipeline: 1
sources: {s: {url: s.csv, rate: 10}}
models: {m: m.rows}
elements: {look: {type: infer, model: m}}
)");
  ASSERT_TRUE(report) << report.error().message();
  ASSERT_EQ(bench.outputs.size(), 2U);
  EXPECT_FLOAT_EQ(bench.outputs[0].result_of("")->findings.classes[0].score, 33.0F / 4);
  EXPECT_FLOAT_EQ(bench.outputs[1].result_of("")->findings.classes[0].score, 66.0F / 4);
  ASSERT_TRUE(bench.files.write_atomic("s.csv", as_bytes("b,c\n1,2\n")));
  EXPECT_TRUE(bench.run(R"(pipeline: 1
sources: {s: {url: s.csv, rate: 10}}
models: {m: m.rows}
elements: {look: {type: infer, model: m}}
)"));
  EXPECT_THAT(bench.problems, Contains(HasSubstr("no column 'a'")));
}

TEST(Graph, AnElementThatAlwaysFailsStopsThePipeline) {
  GraphBench bench;
  bench.options.most_failures = 5;
  ASSERT_TRUE(bench.files.write_atomic("s.csv", as_bytes("b,c\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n")));
  const auto report = bench.run(R"(pipeline: 1
sources: {s: {url: s.csv, rate: 10, loop: true}}
models: {m: m.rows}
elements: {look: {type: infer, model: m}}
)");
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message(),
              AllOf(HasSubstr("element 'look' failed 5 times"), HasSubstr("no column 'a'")));
}

TEST(Graph, StopEndsAnEndlessSourceAndWorksThroughWhatWasRead) {
  GraphBench bench;
  bench.hooks.on_output = [&](const Packet&) {
    if (bench.outputs.size() == 10) {
      bench.pipeline->stop();
    }
  };
  const auto report = bench.run(R"(pipeline: 1
sources: {cam: {kind: test, width: 4, height: 4, fps: 1000}}
models: {m: m.picture}
elements: {find: {type: infer, model: m}}
)");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(static_cast<std::int64_t>(bench.outputs.size()), report->sources[0].packets);
}

}  // namespace
}  // namespace arete::pipeline
