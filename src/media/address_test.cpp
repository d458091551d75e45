// SPDX-License-Identifier: Apache-2.0
#include "media/address.hpp"

#include <gtest/gtest.h>

namespace arete::media {
namespace {

TEST(Address, IsSplitIntoPlaceUserAndPassword) {
  const Address address = split_address("rtsp://admin:s3cret@10.0.0.7:554/stream?channel=1");
  EXPECT_EQ(address.url, "rtsp://10.0.0.7:554/stream?channel=1");
  EXPECT_EQ(address.user, "admin");
  EXPECT_EQ(address.password, "s3cret");
  EXPECT_EQ(address.name, "rtsp://10.0.0.7:554/stream?channel=1");
}

TEST(Address, DecodesPercentSignsAndTakesTheLastAtSign) {
  const Address address = split_address("rtsp://me%40home:a%2Fb@c%zz@host/x@y");
  EXPECT_EQ(address.url, "rtsp://host/x@y");
  EXPECT_EQ(address.user, "me@home");
  EXPECT_EQ(address.password, "a/b@c%zz");
}

TEST(Address, WithoutLoginStaysAsItIs) {
  for (const char* const text : {"rtsp://host/a", "/a/b@c:d.mp4", "clip.mp4", "/dev/video0", "",
                                 "/a/rtsp://b:c@d", "rtsp://", "://", "rtsp://user@host"}) {
    const Address address = split_address(text);
    EXPECT_TRUE(address.password.empty()) << text;
    EXPECT_EQ(address.name, address.url) << text;
    EXPECT_EQ(address.url, address.user.empty() ? text : "rtsp://host") << text;
  }
}

TEST(Address, HidesSecretParametersWhereverTheyStand) {
  EXPECT_EQ(split_address("rtsp://h/user=admin&Password=x=y&channel=1").name,
            "rtsp://h/user=admin&Password=***&channel=1");
  EXPECT_EQ(split_address("rtsp://h/live?token=abc").name, "rtsp://h/live?token=***");
  EXPECT_EQ(split_address("rtsp://h/live?token=&a=1").name, "rtsp://h/live?token=&a=1");
}

TEST(Address, SecretsAreTakenOutOfMessages) {
  const Address address = split_address("rtsp://a:p%40ss@h/?pwd=hush");
  EXPECT_EQ(without_secrets("no p@ss or p%40ss at rtsp://h/?pwd=hush", address),
            "no *** or *** at rtsp://h/?pwd=***");
}

}  // namespace
}  // namespace arete::media
