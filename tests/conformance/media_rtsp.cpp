// Network streams: a server on loopback that is killed and started again, refuses, keeps silent or
// wants a password.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "io/child.hpp"
#include "io/paths.hpp"
#include "media/plugin_source.hpp"
#include "media_rig.hpp"

namespace arete::conformance {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr Nanoseconds kPatience = std::chrono::seconds(60);
constexpr Nanoseconds kTimeout = std::chrono::seconds(5);

class Server {
 public:
  /// Port 0 = any.
  static std::optional<Server> start(std::vector<std::string> arguments, const std::string& port) {
    io::ProcessRequest request;
    request.program = ARETE_TEST_RTSP_SERVER;
    request.arguments = std::move(arguments);
    request.arguments.insert(request.arguments.end(), {"--port", port});
    auto child = io::Child::start(request);
    if (!child) {
      ADD_FAILURE() << child.error().message();
      return std::nullopt;
    }
    const auto line = child->read_line(kPatience);
    if (!line || !line->starts_with("port ")) {
      ADD_FAILURE() << (line ? *line : line.error().message());
      return std::nullopt;
    }
    return Server(std::move(child).value(), line->substr(5));
  }

  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& login = "") const {
    return "rtsp://" + login + "127.0.0.1:" + port_ + "/live";
  }

 private:
  Server(io::Child child, std::string port) : child_(std::move(child)), port_(std::move(port)) {}

  io::Child child_;  ///< killed with us
  std::string port_;
};

class Rtsp : public testing::Test {
 protected:
  void SetUp() override {
    ARETE_NEEDS_MEDIA();
    if (!fs::exists(ARETE_TEST_RTSP_SERVER)) {
      GTEST_SKIP() << "the test server was not built (libgstrtspserver-1.0-dev)";
    }
  }

  static Result<std::unique_ptr<media::Source>> open(const std::string& url,
                                                     Nanoseconds timeout = kTimeout) {
    media::SourceSettings settings;
    settings.kind = media::SourceKind::kRtsp;
    settings.url = url;
    settings.timeout = timeout;
    settings.newest = false;
    return media::open_plugin_source(real_clock(), settings);
  }

  /// The error of opening, or of the first packet.
  static std::optional<Error> first_error(const std::string& url, Nanoseconds timeout = kTimeout) {
    auto source = open(url, timeout);
    if (!source) {
      return std::move(source).error();
    }
    auto packet = (*source)->next();
    return packet ? std::nullopt : std::optional<Error>(std::move(packet).error());
  }
};

std::size_t entries_of(const char* folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

/// Reads frames until the stream breaks.
std::optional<Error> read_until_error(media::Source& source) {
  while (true) {
    auto packet = source.next();
    if (!packet) {
      return std::move(packet).error();
    }
    if (!*packet) {
      return std::nullopt;
    }
  }
}

/// Opens, looks at some frames, and waits for the end that killing the server brings.
void live_through(std::optional<Server>& server, const std::string& url) {
  media::SourceSettings settings;
  settings.kind = media::SourceKind::kRtsp;
  settings.url = url;
  settings.timeout = kTimeout;
  auto source = media::open_plugin_source(real_clock(), settings);
  ASSERT_TRUE(source.has_value()) << source.error().message();
  Nanoseconds last{-1};
  for (int i = 0; i < 4; ++i) {
    auto packet = (*source)->next();
    ASSERT_TRUE(packet.has_value()) << packet.error().message();
    ASSERT_TRUE(packet->has_value());
    const auto& frame = std::get<media::VideoFrame>(**packet);
    EXPECT_EQ(frame.view.width, 160);
    EXPECT_EQ(frame.view.height, 120);
    EXPECT_GT(frame.media_time, last);
    last = frame.media_time;
  }
  server.reset();
  const Nanoseconds killed = real_clock().monotonic();
  const auto error = read_until_error(**source);
  ASSERT_TRUE(error.has_value()) << "the stream ended as if nothing had happened";
  EXPECT_THAT(error->code(), AnyOf(ErrorCode::kUnavailable, ErrorCode::kTimeout, ErrorCode::kIo))
      << error->message();
  EXPECT_LT(real_clock().monotonic() - killed, kTimeout + std::chrono::seconds(5));
}

TEST_F(Rtsp, ComesBackEachTimeItsServerDoes) {
  constexpr int kTimes = 20;
  std::string port = "0";
  std::size_t threads = 0;
  std::size_t descriptors = 0;
  for (int i = 0; i < kTimes; ++i) {
    auto server = Server::start({}, port);
    ASSERT_TRUE(server.has_value());
    port = server->port();
    ASSERT_NO_FATAL_FAILURE(live_through(server, "rtsp://127.0.0.1:" + port + "/live"));
    if (i == 2) {  // GStreamer's own have started by now
      threads = entries_of("/proc/self/task");
      descriptors = entries_of("/proc/self/fd");
    }
  }
  EXPECT_LE(entries_of("/proc/self/task"), threads + 2) << "GLib keeps a few idle ones";
  EXPECT_LE(entries_of("/proc/self/fd"), descriptors);
}

TEST_F(Rtsp, ServerThatIsNotThereIsUnavailable) {
  auto server = Server::start({}, "0");
  ASSERT_TRUE(server.has_value());
  const std::string url = server->url("me:hush-hush@");
  server.reset();
  const auto error = first_error(url);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), ErrorCode::kUnavailable) << error->message();
  EXPECT_THAT(error->message(), HasSubstr("rtsp://127.0.0.1:"));
  EXPECT_THAT(error->message(), Not(HasSubstr("hush")));
  RecordProperty("message", error->message());
}

TEST_F(Rtsp, WrongPathIsNotFound) {
  auto server = Server::start({}, "0");
  ASSERT_TRUE(server.has_value());
  const auto error = first_error(server->url() + "/other");
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), ErrorCode::kNotFound) << error->message();
}

TEST_F(Rtsp, PasswordIsUsedAndNeverShown) {
  auto server = Server::start({"--user", "me", "--password", "p@ss/word"}, "0");
  ASSERT_TRUE(server.has_value());
  auto source = open(server->url("me:p%40ss%2Fword@"));
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_EQ((*source)->info().name, server->url());
  const auto packet = (*source)->next();
  ASSERT_TRUE(packet.has_value()) << packet.error().message();
  EXPECT_TRUE(packet->has_value());
  const auto refused = first_error(server->url("me:wrong-word@"));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->code(), ErrorCode::kDenied) << refused->message();
  EXPECT_THAT(refused->message(), Not(HasSubstr("wrong-word")));
  RecordProperty("message", refused->message());
}

TEST_F(Rtsp, SilentServerIsATimeoutNotAHang) {
  auto server = Server::start({"--silent"}, "0");
  ASSERT_TRUE(server.has_value());
  const Nanoseconds start = real_clock().monotonic();
  const auto error = first_error(server->url(), std::chrono::seconds(1));
  ASSERT_TRUE(error.has_value());
  EXPECT_THAT(error->code(), AnyOf(ErrorCode::kTimeout, ErrorCode::kUnavailable))
      << error->message();
  EXPECT_LT(real_clock().monotonic() - start, std::chrono::seconds(10));
  RecordProperty("message", error->message());
}

TEST_F(Rtsp, StopEndsTheWaitForASilentServer) {
  auto server = Server::start({"--silent"}, "0");
  ASSERT_TRUE(server.has_value());
  auto source = open(server->url(), std::chrono::minutes(10));
  ASSERT_TRUE(source.has_value()) << source.error().message();
  std::optional<ErrorCode> code;
  std::thread reader([&] {
    const auto packet = (*source)->next();
    code = packet ? std::nullopt : std::optional<ErrorCode>(packet.error().code());
  });
  (*source)->stop();
  reader.join();
  EXPECT_EQ(code, ErrorCode::kCancelled);
  const Nanoseconds start = real_clock().monotonic();
  source->reset();
  EXPECT_LT(real_clock().monotonic() - start, std::chrono::seconds(5));
}

TEST_F(Rtsp, ClipComesWhole) {
  const fs::path file = clip("carphone_pristine.mp4");
  if (file.empty()) {
    GTEST_SKIP() << "no clip";
  }
  auto server = Server::start({"--clip", file.string()}, "0");
  ASSERT_TRUE(server.has_value());
  auto source = open(server->url());
  ASSERT_TRUE(source.has_value()) << source.error().message();
  EXPECT_TRUE((*source)->info().live);
  int frames = 0;
  std::optional<Error> error;
  while (frames < 100 && !error) {
    auto packet = (*source)->next();
    if (!packet) {
      error = std::move(packet).error();
    } else if (!*packet) {
      break;
    } else {
      ++frames;
    }
  }
  EXPECT_FALSE(error.has_value()) << error->message();
  EXPECT_EQ(frames, 100);
  EXPECT_EQ((*source)->info().width, 176);
}

}  // namespace
}  // namespace arete::conformance
