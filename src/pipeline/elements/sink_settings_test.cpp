// What elements that send over the network make of their settings. Sending itself is tested with
// real servers: tests/conformance.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "pipeline/elements/mqtt_element.hpp"
#include "pipeline/elements/mqtt_topic.hpp"
#include "pipeline/elements/test_elements.hpp"
#include "pipeline/elements/webhook_element.hpp"

namespace arete::pipeline {
namespace {

TEST(MqttTopicPattern, FieldsAreFilledInAsOneLevelEach) {
  const TopicFields fields{"shop", "front/door", "a+b", "line#crossed"};
  EXPECT_EQ(make_topic("x/{pipeline}/{source}/{element}/{kind}", fields).value(),
            "x/shop/front_door/a_b/line_crossed");
  EXPECT_EQ(make_topic("{kind}", {"", "", "", ""}).value(), "_");
  EXPECT_EQ(make_topic("plain", fields).value(), "plain");
  EXPECT_NE(make_topic("{name}", fields).error().message().find("'name' is no field"),
            std::string::npos);
  EXPECT_FALSE(make_topic("{kind", fields));
  EXPECT_FALSE(make_topic("a/+", fields));
  EXPECT_FALSE(make_topic("", fields));
}

TEST(MqttElement, RefusesSettingsThatMakeNoSense) {
  ElementBench bench;
  const auto& type = mqtt_element_type();
  const auto has = [&](const char* yaml, const char* text) {
    const std::string why = bench.why_not(type, yaml);
    EXPECT_NE(why.find(text), std::string::npos) << yaml << ": " << why;
  };
  has("{}", "host");
  has("{host: ''}", "'host' is empty");
  has("{host: h, port: 0}", "from 1 to 65535");
  has("{host: h, qos: 2}", "from 0 to 1");
  has("{host: h, topic: 'a/{b}'}", "line 1: 'b' is no field of a topic");
  has("{host: h, clean_session: false}", "needs a 'client_id'");
  has("{host: h, password_env: ARETE_TEST_NOT_SET}",
      "the environment variable 'ARETE_TEST_NOT_SET' is not set");
  has("{host: h, password: x}", "unknown key 'password'");
  has("{host: h, last_will: {topic: 'a/#'}}", "must not have");
  has("{host: h, tls: {ca_file: nowhere.pem}}", "there is no file /home/nowhere.pem");
  bench.files.put("/home/c.pem", "x");
  has("{host: h, tls: {cert_file: c.pem}}", "go together");
}

TEST(WebhookElement, RefusesSettingsThatMakeNoSense) {
  ElementBench bench;
  const auto& type = webhook_element_type();
  const auto has = [&](const char* yaml, const char* text) {
    const std::string why = bench.why_not(type, yaml);
    EXPECT_NE(why.find(text), std::string::npos) << yaml << ": " << why;
  };
  has("{}", "needs 'url' or 'url_env'");
  has("{url: ftp://a/b}", "http:// or https://");
  has("{url: 'http://me:secret@'}", "no URL");
  has("{url: http://a, headers: {'X Y': z}}", "no name of an HTTP header");
  has("{url: http://a, headers: {X: 5}}", "must be text");
  has("{url: http://a, secret_headers: {X: ARETE_TEST_NOT_SET}}", "is not set");
  has("{url: http://a, timeout: 0}", "from 0.1 to 600");
  ASSERT_EQ(::setenv("ARETE_TEST_SECRET", "not a url", 1), 0);
  has("{url_env: ARETE_TEST_SECRET}", "holds no http or https URL");
  EXPECT_EQ(bench.why_not(type, "{url_env: ARETE_TEST_SECRET}").find("not a url"),
            std::string::npos);
}

}  // namespace
}  // namespace arete::pipeline
