// Events of a pipeline through a real broker to somebody who listens.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <string>

#include "../conformance/sink_rig.hpp"
#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "pipeline_rig.hpp"

namespace arete::e2e {
namespace {

/// Bright frames are `seen` each; a rule of events tells of the first.
constexpr const char* kElements = R"(
models:
  mean: mean.onnx
elements:
  find: {type: infer, model: mean}
  watch: {type: event, rules: {bright: {labels: [red, green, blue], min_score: 0.1}}}
)";

class Brokers : public PipelineTest {
 protected:
  void SetUp() override {
    PipelineTest::SetUp();
    if (!RealBroker::is_installed()) {
      GTEST_SKIP() << "no mosquitto broker on this machine";
    }
  }
  /// Pictures of a folder begin anew each, so that each raises an event.
  void write_pipeline(int port) {
    write("tell.yaml", "pipeline: 1\nname: shop\nsources:\n  front: pictures" +
                           std::string(kElements) +
                           "  tell: {type: mqtt, host: 127.0.0.1, port: " + std::to_string(port) +
                           ", topic: \"site/{pipeline}/{source}/{kind}\", drain: 60}\n"
                           "  log: {type: file, path: events.jsonl, wall_time: false}\n");
  }
};

TEST_F(Brokers, AnEventReachesWhoeverListens) {
  RealBroker broker;
  ASSERT_TRUE(broker.start());
  Listener listener(broker.port());
  ASSERT_TRUE(listener.is_ready(kPatience));
  write_pipeline(broker.port());
  const auto outcome = run_json({"run", "tell.yaml"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  const auto heard = listener.wait_for(2, kPatience);
  ASSERT_EQ(heard.size(), 2U) << outcome.output << outcome.errors;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    EXPECT_EQ(heard[i].topic, "site/shop/front/appeared");
    const auto event = document::parse_json(heard[i].payload, "message");
    ASSERT_TRUE(event.has_value()) << heard[i].payload;
    EXPECT_EQ(event->find("source")->string(), "front");
    EXPECT_EQ(event->find("frame")->integer(), static_cast<std::int64_t>(i));
    EXPECT_EQ(event->find("label")->string(), i == 0 ? "red" : "green");
    EXPECT_FALSE(event->find("reason")->string().empty());
    EXPECT_NE(event->find("wall_time"), nullptr);
    // What was printed and what was sent is the same event.
    ASSERT_TRUE(is_event(outcome.lines[i]));
    for (const char* key : {"element", "kind", "reason", "start_ms"}) {
      EXPECT_EQ(document::to_json(*event->find(key)),
                document::to_json(*outcome.lines[i].find(key)));
    }
  }
}

TEST_F(Brokers, WithoutABrokerThePipelineRunsOnAndSaysWhatWasNotSent) {
  RealBroker nobody;  // never started
  write_pipeline(nobody.port());
  const auto yaml = files_.read(folder_ / "tell.yaml");
  ASSERT_TRUE(yaml.has_value());
  std::string text(as_text(*yaml));
  text.replace(text.find("drain: 60"), 9, "drain: 0");
  write("tell.yaml", text);
  const auto outcome = run_json({"run", "tell.yaml"});
  EXPECT_EQ(outcome.exit_code, 0) << "what cannot be sent stops nothing: " << outcome.output;
  EXPECT_TRUE(outcome.errors.contains("mqtt_messages_lost")) << outcome.errors;
  const auto written = files_.read(folder_ / "events.jsonl");
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(std::ranges::count(as_text(*written), '\n'), 2);
}

}  // namespace
}  // namespace arete::e2e
