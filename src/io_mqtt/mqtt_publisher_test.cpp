// SPDX-License-Identifier: Apache-2.0
#include "io_mqtt/mqtt_publisher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "io_mqtt/fake_mqtt.hpp"

namespace arete::io_mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr PublisherSettings kQuick{
    .queue_limit = 10, .first_wait = milliseconds(1), .longest_wait = milliseconds(5)};

MqttMessage numbered(int i, int qos = 1) {
  return {.topic = "a/b", .payload = std::to_string(i), .qos = qos, .retain = false};
}

std::vector<std::string> payloads(const FakeBroker& broker) {
  std::vector<std::string> all;
  for (const MqttMessage& message : broker.received()) {
    all.push_back(message.payload);
  }
  return all;
}

TEST(MqttPublisher, PublishesInOrder) {
  FakeBroker broker;
  MqttPublisher publisher(broker.connector(), {}, kQuick);
  std::vector<std::string> wanted;
  for (int i = 0; i < 100; ++i) {
    publisher.publish(numbered(i));
    wanted.push_back(std::to_string(i));
    if (i % 10 == 9) {
      ASSERT_TRUE(publisher.drain(seconds(20)));
    }
  }
  EXPECT_EQ(payloads(broker), wanted);
  EXPECT_EQ(publisher.counts().published, 100);
  EXPECT_EQ(publisher.counts().dropped, 0);
}

TEST(MqttPublisher, AFullQueueLosesItsOldestAndCountsThem) {
  FakeBroker broker;
  broker.go_down();
  MqttPublisher publisher(broker.connector(), {}, kQuick);
  for (int i = 0; i < 25; ++i) {
    publisher.publish(numbered(i));  // returns at once, connected or not
  }
  EXPECT_FALSE(publisher.drain(milliseconds(1)));
  EXPECT_EQ(publisher.counts().dropped, 15);
  EXPECT_EQ(publisher.counts().waiting, 10U);
  while (publisher.counts().failures == 0) {
    std::this_thread::yield();  // until it has tried in vain
  }
  broker.come_up();
  ASSERT_TRUE(publisher.drain(seconds(20)));
  EXPECT_EQ(payloads(broker),
            (std::vector<std::string>{"15", "16", "17", "18", "19", "20", "21", "22", "23", "24"}));
}

TEST(MqttPublisher, WhatWasNotConfirmedIsSentAgain) {
  FakeBroker broker;
  broker.break_after(3);
  MqttPublisher publisher(broker.connector(), {}, kQuick);
  for (int i = 0; i < 5; ++i) {
    publisher.publish(numbered(i));
  }
  ASSERT_TRUE(broker.wait_for(3, seconds(20)));
  EXPECT_EQ(publisher.counts().published, 0);
  broker.break_after(0);
  ASSERT_TRUE(publisher.drain(seconds(20)));
  const auto all = payloads(broker);
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(std::ranges::find(all, std::to_string(i)), all.end()) << i;
  }
  EXPECT_EQ(publisher.counts().published, 5);
  EXPECT_EQ(publisher.counts().dropped, 0);
}

TEST(MqttPublisher, ComesBackWheneverTheBrokerDoes) {
  FakeBroker broker;
  MqttPublisher publisher(broker.connector(), {}, kQuick);
  for (int i = 0; i < 20; ++i) {
    publisher.publish(numbered(i));
    ASSERT_TRUE(publisher.drain(seconds(20)));
    broker.go_down();
    broker.come_up();
  }
  EXPECT_EQ(publisher.counts().published, 20);
  EXPECT_GE(publisher.counts().connects, 2);
}

TEST(MqttPublisher, AMessageThatCanNeverBeSentIsDropped) {
  FakeBroker broker;
  MqttPublisher publisher(broker.connector(), {}, kQuick);
  MqttMessage bad = numbered(0);
  bad.topic = "a/#";
  publisher.publish(bad);
  publisher.publish(numbered(1));
  ASSERT_TRUE(publisher.drain(seconds(20)));
  EXPECT_EQ(payloads(broker), std::vector<std::string>{"1"});
  EXPECT_EQ(publisher.counts().dropped, 1);
  EXPECT_NE(publisher.counts().last_error.find("a/#"), std::string::npos);
}

TEST(MqttPublisher, EndsAtOnceThoughTheBrokerIsAway) {
  FakeBroker broker;
  broker.go_down();
  PublisherSettings patient = kQuick;
  patient.first_wait = patient.longest_wait = std::chrono::hours(1);
  MqttPublisher publisher(broker.connector(), {}, patient);
  publisher.publish(numbered(0));
}

TEST(MqttTopic, HasNoWildcards) {
  EXPECT_TRUE(check_topic("a/b c/d"));
  EXPECT_FALSE(check_topic(""));
  EXPECT_FALSE(check_topic("a/+"));
  EXPECT_FALSE(check_topic("#"));
  EXPECT_FALSE(check_topic(std::string("a\0b", 3)));
  EXPECT_FALSE(check_topic(std::string(70'000, 'x')));
}

}  // namespace
}  // namespace arete::io_mqtt
