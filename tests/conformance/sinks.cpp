// What sends events away, against real servers: an MQTT broker that is stopped and started while
// messages come, and an HTTP server that fails in all the usual ways.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "document/parse.hpp"
#include "io_http/http_client.hpp"
#include "io_mqtt/mqtt_publisher.hpp"
#include "pipeline/elements/mqtt_element.hpp"
#include "pipeline/elements/test_elements.hpp"
#include "pipeline/elements/webhook_element.hpp"
#include "sink_rig.hpp"

namespace arete {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Mqtt : public testing::Test {
 protected:
  void SetUp() override {
    if (!RealBroker::is_installed()) {
      GTEST_SKIP() << "no mosquitto broker on this machine";
    }
    ASSERT_TRUE(broker.start());
  }
  [[nodiscard]] io_mqtt::MqttSettings settings() const {
    io_mqtt::MqttSettings settings;
    settings.host = "127.0.0.1";
    settings.port = broker.port();
    return settings;
  }
  RealBroker broker;
};

constexpr io_mqtt::PublisherSettings kQuick{
    .queue_limit = 5000, .first_wait = milliseconds(10), .longest_wait = milliseconds(100)};

TEST_F(Mqtt, MessagesArriveInOrderWithBothQualities) {
  Listener listener(broker.port());
  ASSERT_TRUE(listener.is_ready(seconds(30)));
  io_mqtt::MqttPublisher publisher(io_mqtt::make_mqtt_connector(), settings(), kQuick);
  for (int i = 0; i < 200; ++i) {
    publisher.publish({i % 2 == 0 ? "order/0" : "order/1", std::to_string(i), i % 2, false});
  }
  ASSERT_TRUE(publisher.drain(seconds(30)));
  const auto heard = listener.wait_for(200, seconds(30));
  ASSERT_EQ(heard.size(), 200U);
  // MQTT keeps the order of messages of one quality only.
  int next_of[2] = {0, 1};
  for (const auto& one : heard) {
    int& next = next_of[one.topic == "order/1" ? 1 : 0];
    ASSERT_EQ(one.payload, std::to_string(next));
    next += 2;
  }
  EXPECT_EQ(publisher.counts().connects, 1);
}

TEST_F(Mqtt, NothingOfTheQueueIsLostWhenTheBrokerGoesAndComesBack) {
  Listener listener(broker.port());
  ASSERT_TRUE(listener.is_ready(seconds(30)));
  io_mqtt::MqttPublisher publisher(io_mqtt::make_mqtt_connector(), settings(), kQuick);
  constexpr int kMessages = 2000;
  for (int i = 0; i < kMessages; ++i) {
    publisher.publish({"test/restart", std::to_string(i), 1, false});
    if (i % 500 == 250) {
      broker.stop();  // with some on their way
    }
    if (i % 500 == 400) {
      ASSERT_TRUE(broker.start());
      ASSERT_TRUE(publisher.drain(seconds(60)));
    }
  }
  ASSERT_TRUE(publisher.drain(seconds(60)));
  std::set<std::string> all;
  for (std::size_t wanted = kMessages; all.size() < kMessages; ++wanted) {
    const auto heard = listener.wait_for(wanted, seconds(30));
    for (const auto& one : heard) {
      all.insert(one.payload);
    }
    if (heard.size() < wanted) {
      break;
    }
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kMessages));
  EXPECT_EQ(publisher.counts().published, kMessages);
  EXPECT_EQ(publisher.counts().dropped, 0);
  EXPECT_GE(publisher.counts().connects, 4);
}

TEST_F(Mqtt, AnElementPublishesUnderItsTopicAndRetains) {
  pipeline::ElementBench bench;
  ASSERT_EQ(bench.why_not(pipeline::mqtt_element_type(),
                          "{host: 127.0.0.1, port: " + std::to_string(broker.port()) +
                              ", retain: true, topic: 'home/{source}/{kind}', drain: 30}"),
            "");
  pipeline::Packet packet = pipeline::result_packet(1, {});
  pipeline::EventRecord event;
  event.kind = "appeared";
  event.label = "person";
  packet.events.push_back(event);
  EXPECT_EQ(bench.feed(packet).size(), 1U);
  bench.finish();
  Listener late(broker.port());
  const auto heard = late.wait_for(1, seconds(30));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].topic, "home/front/appeared");
  EXPECT_TRUE(heard[0].retained);
  const auto node = document::parse_json(heard[0].payload, "message");
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(node->find("label")->string(), "person");
}

TEST_F(Mqtt, WhoLeavesInOrderLeavesNoLastWill) {
  Listener listener(broker.port());
  ASSERT_TRUE(listener.is_ready(seconds(30)));
  {
    io_mqtt::MqttSettings with_will = settings();
    with_will.keepalive_s = 5;
    with_will.last_will = io_mqtt::MqttMessage{"will", "gone", 1, false};
    std::atomic<bool> stop = false;
    auto connector = io_mqtt::make_mqtt_connector();
    auto orderly = connector->connect(with_will, stop);
    ASSERT_TRUE(orderly.has_value()) << orderly.error().message();
  }  // says goodbye: no will
  io_mqtt::MqttPublisher publisher(io_mqtt::make_mqtt_connector(), settings(), kQuick);
  publisher.publish({"after", "", 1, false});
  const auto heard = listener.wait_for(1, seconds(30));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].topic, "after");
}

TEST(MqttWithoutBroker, AWrongHostIsCountedAndStopsNothing) {
  io_mqtt::MqttSettings settings;
  settings.host = "127.0.0.1";
  settings.port = free_port();
  io_mqtt::MqttPublisher publisher(io_mqtt::make_mqtt_connector(), settings, kQuick);
  publisher.publish({"a", "b", 1, false});
  EXPECT_FALSE(publisher.drain(milliseconds(200)));
  const auto counts = publisher.counts();
  EXPECT_GE(counts.failures, 1);
  EXPECT_NE(counts.last_error.find("cannot reach the MQTT broker 127.0.0.1:"), std::string::npos)
      << counts.last_error;
}

TEST(MqttWithoutBroker, AnUnknownNameFailsToo) {
  io_mqtt::MqttSettings settings;
  settings.host = "nowhere.invalid";
  const std::atomic<bool> stop = false;
  const auto connection = io_mqtt::make_mqtt_connector()->connect(settings, stop);
  ASSERT_FALSE(connection.has_value());
  EXPECT_EQ(connection.error().code(), ErrorCode::kUnavailable) << connection.error().message();
}

/// Feeds one event to a webhook element and lets it finish.
std::vector<std::string> hook(const ScriptedServer& server, const std::string& more) {
  pipeline::ElementBench bench;
  EXPECT_EQ(bench.why_not(pipeline::webhook_element_type(),
                          "{url: '" + server.url() + "', retry_wait: 0.01, drain: 30" + more + "}"),
            "");
  pipeline::Packet packet = pipeline::result_packet(1, {});
  pipeline::EventRecord event;
  event.kind = "appeared";
  packet.events.push_back(event);
  EXPECT_EQ(bench.feed(packet).size(), 1U);
  bench.finish();
  return server.requests();
}

TEST(Webhook, PostsJsonWithItsHeaders) {
  ASSERT_EQ(::setenv("ARETE_TEST_TOKEN", "Bearer abc", 1), 0);
  const ScriptedServer server({200});
  const auto requests =
      hook(server, ", headers: {X-Site: yard}, secret_headers: {Authorization: ARETE_TEST_TOKEN}");
  ASSERT_EQ(requests.size(), 1U);
  for (const char* part :
       {"POST /hook HTTP/1.1\r\n", "Content-Type: application/json\r\n", "X-Site: yard\r\n",
        "Authorization: Bearer abc\r\n", R"("kind": "appeared")"}) {
    EXPECT_NE(requests[0].find(part), std::string::npos) << part << "\n" << requests[0];
  }
}

TEST(Webhook, TriesAgainAfter500) {
  const ScriptedServer server({500, 503, 200});
  EXPECT_EQ(hook(server, "").size(), 3U);
}

TEST(Webhook, DoesNotTryAgainAfter404) {
  const ScriptedServer server({404, 200});
  EXPECT_EQ(hook(server, "").size(), 1U);
}

TEST(Webhook, AServerThatSaysNothingIsGivenUpInTimeAndTriedAgain) {
  const ScriptedServer server({0, 200});
  EXPECT_EQ(hook(server, ", timeout: 0.2").size(), 2U);
}

TEST(Webhook, NobodyThereIsCounted) {
  io_http::HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(free_port()) + "/";
  const std::atomic<bool> stop = false;
  const auto answer = io_http::make_http_client()->send(request, stop);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), ErrorCode::kUnavailable) << answer.error().message();
}

TEST(HttpClient, GivesTheAnswerAndKeepsItsLimits) {
  const ScriptedServer server({201});
  const std::atomic<bool> stop = false;
  const auto client = io_http::make_http_client();
  io_http::HttpRequest request;
  request.url = server.url();
  const auto answer = client->send(request, stop);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "ok");
  request.response_limit = 1;
  EXPECT_EQ(client->send(request, stop).error().code(), ErrorCode::kNoSpace);
  const std::atomic<bool> stopped = true;
  EXPECT_EQ(client->send(request, stopped).error().code(), ErrorCode::kCancelled);
  EXPECT_TRUE(server.requests()[0].starts_with("GET /hook"));
}

TEST(HttpClient, DoesNotTrustWhoHasNoCertificate) {
  const ScriptedServer server({200});
  io_http::HttpRequest request;
  request.url = "https" + server.url().substr(4);
  request.timeout = request.connect_timeout = seconds(1);
  const std::atomic<bool> stop = false;
  EXPECT_FALSE(io_http::make_http_client()->send(request, stop).has_value());
}

}  // namespace
}  // namespace arete
