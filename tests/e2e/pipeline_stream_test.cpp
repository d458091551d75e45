// Pipelines that do not end by themselves: a network camera that is killed and started again, a
// model that is replaced while frames come.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline_rig.hpp"

namespace arete::e2e {
namespace {

/// The test server on a port of this machine; "0" = any.
class NetworkCamera {
 public:
  static std::unique_ptr<NetworkCamera> start(const std::string& port) {
    io::ProcessRequest request;
    request.program = ARETE_TEST_RTSP_SERVER;
    request.arguments = {"--port", port};
    auto child = io::Child::start(request);
    const auto line = child ? child->read_line(kPatience) : "";
    if (!line || !line->starts_with("port ")) {
      ADD_FAILURE() << "the test server does not start at port " << port;
      return nullptr;
    }
    return std::unique_ptr<NetworkCamera>(
        new NetworkCamera(std::move(child).value(), line->substr(5)));
  }
  [[nodiscard]] const std::string& port() const { return port_; }

 private:
  NetworkCamera(io::Child child, std::string port)
      : child_(std::move(child)), port_(std::move(port)) {}

  io::Child child_;  ///< killed with us
  std::string port_;
};

class Streams : public PipelineTest {
 protected:
  /// Reads so many frames; each must follow the one before it.
  void read_frames(RunningProgram& program, int count) {
    for (int i = 0; i < count; ++i) {
      const auto frame = program.next_such("a frame", is_frame);
      ASSERT_TRUE(frame.has_value());
      check(*frame);
    }
  }
  /// Reads up to a line of the log; frames on the way count too.
  void read_until(RunningProgram& program, std::string_view event) {
    while (true) {
      const auto line = program.next();
      ASSERT_TRUE(line.has_value()) << "ended with " << program.exit_code();
      if (is_frame(*line)) {
        check(*line);
      } else if (is_logged(*line, event)) {
        return;
      }
    }
  }
  /// Everything up to the end; frames on the way count too.
  std::vector<document::Node> read_rest(RunningProgram& program) {
    std::vector<document::Node> lines;
    while (auto line = program.next()) {
      if (is_frame(*line)) {
        check(*line);
      }
      lines.push_back(std::move(*line));
    }
    return lines;
  }
  void check(const document::Node& frame) {
    EXPECT_EQ(frame.find("frame")->integer(), next_frame_++);
    EXPECT_GE(frame.find("time_ms")->number(), last_time_);
    last_time_ = frame.find("time_ms")->number();
  }

  std::int64_t next_frame_ = 0;
  double last_time_ = 0;
};

class NetworkStreams : public Streams {
 protected:
  void SetUp() override {
    Streams::SetUp();
    ARETE_NEEDS_CLIPS();
    if (!std::filesystem::exists(ARETE_TEST_RTSP_SERVER)) {
      GTEST_SKIP() << "the test server was not built (libgstrtspserver-1.0-dev)";
    }
  }
};

TEST_F(NetworkStreams, ACameraThatIsKilledAndStartedAgainComesBackEachTime) {
  const int times = std::getenv("ARETE_TEST_FULL") != nullptr ? 20 : 3;
  auto camera = NetworkCamera::start("0");
  ASSERT_NE(camera, nullptr);
  const std::string port = camera->port();
  // A queue that waits: no frame may be lost, so that numbers show it if one is.
  write("cam.yaml", "pipeline: 1\nname: cam\nsources:\n  cam: {url: \"rtsp://127.0.0.1:" + port +
                        "/live\", timeout: 5, retry: {first: 0.05, most: 0.2}}\n"
                        "models:\n  mean: mean.onnx\nelements:\n"
                        "  find: {type: infer, model: mean, queue: {policy: block, size: 4}}\n");
  auto program = RunningProgram::start(folder_, {"run", "cam.yaml", "--print", "results"});
  ASSERT_TRUE(program.has_value());
  ASSERT_NO_FATAL_FAILURE(read_frames(*program, 5));
  for (int i = 0; i < times; ++i) {
    camera.reset();
    camera = NetworkCamera::start(port);
    ASSERT_NE(camera, nullptr);
    ASSERT_NO_FATAL_FAILURE(read_until(*program, "source_back"));
    ASSERT_NO_FATAL_FAILURE(read_frames(*program, 5));
  }
  program->signal(SIGINT);
  const auto lines = read_rest(*program);
  EXPECT_EQ(program->exit_code(), 0) << "the source broke, but it came back";
  const auto summary = summary_of(lines);
  const auto source = source_of(summary);
  EXPECT_EQ(source.find("reconnects")->integer(), times);
  EXPECT_GE(source.find("errors")->integer(), times);
  EXPECT_EQ(source.find("packets")->integer(), next_frame_);
  EXPECT_EQ(summary.find("frames")->integer(), next_frame_);
}

TEST_F(NetworkStreams, ACameraThatIsNotThereMayBeWaitedFor) {
  auto camera = NetworkCamera::start("0");
  ASSERT_NE(camera, nullptr);
  const std::string port = camera->port();
  camera.reset();
  write("cam.yaml", "pipeline: 1\nsources:\n  cam: {url: \"rtsp://127.0.0.1:" + port +
                        "/live\", timeout: 5, retry: {first: 0.05, most: 0.2, at_start: true}}\n"
                        "elements:\n  draw: {type: draw, queue: {policy: block, size: 4}}\n");
  auto program = RunningProgram::start(folder_, {"run", "cam.yaml", "--print", "results"});
  ASSERT_TRUE(program.has_value());
  ASSERT_TRUE(program
                  ->next_such("a problem",
                              [](const document::Node& line) {
                                return is_logged(line, "pipeline_problem");
                              })
                  .has_value());
  camera = NetworkCamera::start(port);
  ASSERT_NE(camera, nullptr);
  ASSERT_NO_FATAL_FAILURE(read_frames(*program, 3));
  EXPECT_LT(last_time_, 3600e3) << "the stream's own time, not the machine's";
  program->signal(SIGTERM);
  const auto lines = read_rest(*program);
  EXPECT_EQ(source_of(summary_of(lines)).find("reconnects")->integer(), 1);
}

TEST_F(Streams, AnInterruptEndsTheSourceAndNothingThatWasReadIsLost) {
  write("test.yaml",
        "pipeline: 1\nsources:\n  cam: {kind: test, width: 32, height: 24, fps: 100, pace: "
        "realtime}\nmodels:\n  mean: mean.onnx\nelements:\n"
        "  find: {type: infer, model: mean, queue: {policy: block, size: 4}}\n"
        "  log: {type: file, path: results.jsonl, send: results}\n");
  auto program = RunningProgram::start(folder_, {"run", "test.yaml", "--print", "results"});
  ASSERT_TRUE(program.has_value());
  ASSERT_NO_FATAL_FAILURE(read_frames(*program, 10));
  program->signal(SIGINT);
  const auto lines = read_rest(*program);
  EXPECT_EQ(program->exit_code(), 0);
  EXPECT_EQ(summary_of(lines).find("frames")->integer(), next_frame_);
  const auto written = files_.read(folder_ / "results.jsonl");
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(std::ranges::count(as_text(*written), '\n'), next_frame_);
}

TEST_F(Streams, AModelIsReplacedBetweenTwoFramesWhenItsFileChanges) {
  const auto plain = files_.read(folder_ / "mean.onnx");
  const auto logarithm = files_.read(folder_ / "log.onnx");
  ASSERT_TRUE(plain.has_value() && logarithm.has_value());
  ASSERT_TRUE(files_.write_atomic(folder_ / "live.onnx", *plain));
  write("swap.yaml",
        "pipeline: 1\nsources:\n  cam: {kind: test, width: 32, height: 24, fps: 100, pace: "
        "realtime}\nmodels:\n  live: {file: live.onnx, spec: log.spec.yaml}\nelements:\n"
        "  find: {type: infer, model: live, queue: {policy: block, size: 4}}\n");
  auto program = RunningProgram::start(folder_, {"run", "swap.yaml", "--print", "results"});
  ASSERT_TRUE(program.has_value());
  ASSERT_NO_FATAL_FAILURE(read_frames(*program, 5));
  for (const auto& [bytes, output] :
       {std::pair(&*logarithm, "logs"), std::pair(&*plain, "means")}) {
    ASSERT_TRUE(files_.write_atomic(folder_ / "live.onnx", *bytes));
    program->signal(SIGHUP);
    ASSERT_NO_FATAL_FAILURE(read_until(*program, "model_replaced"));
    ASSERT_NO_FATAL_FAILURE(read_frames(*program, 10));  // some were on their way
    const auto frame = program->next_such("a frame", is_frame);
    ASSERT_TRUE(frame.has_value());
    check(*frame);
    EXPECT_EQ(keys_of(*frame->find("outputs")), output);
  }
  // A file that is no model leaves the old one where it is.
  write("live.onnx", "no model");
  program->signal(SIGHUP);
  ASSERT_NO_FATAL_FAILURE(read_until(*program, "model_kept"));
  ASSERT_NO_FATAL_FAILURE(read_frames(*program, 5));
  // The same file once more is no change; there is nothing to try.
  program->signal(SIGHUP);
  ASSERT_NO_FATAL_FAILURE(read_frames(*program, 5));
  program->signal(SIGTERM);
  const auto lines = read_rest(*program);
  EXPECT_EQ(program->exit_code(), 0);
  for (const document::Node& line : lines) {
    EXPECT_FALSE(is_logged(line, "model_replaced") || is_logged(line, "model_kept"));
  }
  EXPECT_EQ(summary_of(lines).find("frames")->integer(), next_frame_);
  EXPECT_EQ(summary_of(lines).find("failures")->integer(), 0);
}

}  // namespace
}  // namespace arete::e2e
