// SPDX-License-Identifier: Apache-2.0
#include "pipeline/inbox.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace arete::pipeline {
namespace {

Packet packet_of(int source, std::int64_t sequence) {
  Packet packet;
  packet.stamp.source = source;
  packet.stamp.sequence = sequence;
  return packet;
}

/// "0:1 1:0 ..." of everything that is in it, taken one by one.
std::string drain(Inbox& inbox, std::size_t most = 1) {
  std::string text;
  std::vector<Inbox::Item> items;
  while (inbox.take(most, items)) {
    for (const Inbox::Item& item : items) {
      text += item.restart ? "r" + std::to_string(item.packet.stamp.source) + " "
                           : std::to_string(item.packet.stamp.source) + ":" +
                                 std::to_string(item.packet.stamp.sequence) + " ";
    }
    items.clear();
  }
  return text;
}

TEST(Inbox, NewestLetsTheOldestGo) {
  Inbox inbox(QueuePolicy::kNewest, 2, 1, 1);
  EXPECT_FALSE(inbox.push(packet_of(0, 0), Nanoseconds(0)));
  EXPECT_FALSE(inbox.push(packet_of(0, 1), Nanoseconds(0)));
  const auto lost = inbox.push(packet_of(0, 2), Nanoseconds(0));
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->stamp.sequence, 0);
  EXPECT_FALSE(lost->newcomer);
  inbox.close();
  EXPECT_EQ(drain(inbox), "0:1 0:2 ");
  EXPECT_EQ(inbox.high_water(), 2U);
}

TEST(Inbox, OldestTurnsTheNewcomerAway) {
  Inbox inbox(QueuePolicy::kOldest, 1, 1, 1);
  EXPECT_FALSE(inbox.push(packet_of(0, 0), Nanoseconds(0)));
  const auto lost = inbox.push(packet_of(0, 1), Nanoseconds(0));
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->stamp.sequence, 1);
  EXPECT_TRUE(lost->newcomer);
  inbox.close();
  EXPECT_EQ(drain(inbox), "0:0 ");
}

TEST(Inbox, ABusySourceCannotPushOutAnother) {
  Inbox inbox(QueuePolicy::kNewest, 1, 3, 1);
  for (std::int64_t i = 0; i < 100; ++i) {
    static_cast<void>(inbox.push(packet_of(0, i), Nanoseconds(0)));
  }
  EXPECT_FALSE(inbox.push(packet_of(1, 0), Nanoseconds(0)));
  EXPECT_FALSE(inbox.push(packet_of(2, 0), Nanoseconds(0)));
  inbox.close();
  EXPECT_EQ(drain(inbox), "0:99 1:0 2:0 ");
}

TEST(Inbox, ServesSourcesInTurn) {
  Inbox inbox(QueuePolicy::kBlock, 3, 2, 1);
  for (std::int64_t i = 0; i < 3; ++i) {
    static_cast<void>(inbox.push(packet_of(0, i), Nanoseconds(0)));
  }
  static_cast<void>(inbox.push(packet_of(1, 0), Nanoseconds(0)));
  inbox.close();
  EXPECT_EQ(drain(inbox), "0:0 1:0 0:1 0:2 ");
}

TEST(Inbox, WhoWasServedLongestAgoIsNextWhoeverCameFirst) {
  Inbox inbox(QueuePolicy::kNewest, 1, 3, 1);
  std::vector<Inbox::Item> items;
  std::vector<int> served(3, 0);
  // Three sources at once, room for two of them a round: the first to come gets no more than
  // others.
  for (std::int64_t round = 0; round < 30; ++round) {
    for (int source = 0; source < 3; ++source) {
      static_cast<void>(inbox.push(packet_of(source, round), Nanoseconds(0)));
    }
    items.clear();
    ASSERT_TRUE(inbox.take(2, items));
    for (const Inbox::Item& item : items) {
      ++served[static_cast<std::size_t>(item.packet.stamp.source)];
    }
  }
  EXPECT_EQ(served, (std::vector<int>{20, 20, 20}));
}

TEST(Inbox, ABatchHasOneOfEachSourceFirst) {
  Inbox inbox(QueuePolicy::kBlock, 2, 2, 1);
  for (std::int64_t i = 0; i < 2; ++i) {
    static_cast<void>(inbox.push(packet_of(0, i), Nanoseconds(0)));
    static_cast<void>(inbox.push(packet_of(1, i), Nanoseconds(0)));
  }
  std::vector<Inbox::Item> items;
  ASSERT_TRUE(inbox.take(3, items));
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].packet.stamp.source, 0);
  EXPECT_EQ(items[1].packet.stamp.source, 1);
  EXPECT_EQ(items[2].packet.stamp.sequence, 1);
}

TEST(Inbox, ARestartKeepsItsPlaceAndIsNeverLost) {
  Inbox inbox(QueuePolicy::kNewest, 1, 1, 1);
  static_cast<void>(inbox.push(packet_of(0, 0), Nanoseconds(0)));
  inbox.push_restart(0);
  EXPECT_TRUE(inbox.push(packet_of(0, 1), Nanoseconds(0)));
  inbox.close();
  EXPECT_EQ(drain(inbox), "r0 0:1 ");
}

TEST(Inbox, AProducerWaitsForRoom) {
  Inbox inbox(QueuePolicy::kBlock, 1, 1, 1);
  std::jthread producer([&] {
    for (std::int64_t i = 0; i < 100; ++i) {
      EXPECT_FALSE(inbox.push(packet_of(0, i), Nanoseconds(0)));
    }
    inbox.close();
  });
  std::int64_t next = 0;
  std::vector<Inbox::Item> items;
  while (inbox.take(1, items)) {
    EXPECT_EQ(items[0].packet.stamp.sequence, next++);
    items.clear();
  }
  EXPECT_EQ(next, 100);
  EXPECT_EQ(inbox.high_water(), 1U);
}

TEST(Inbox, AbandonedNobodyWaits) {
  Inbox inbox(QueuePolicy::kBlock, 1, 1, 1);
  static_cast<void>(inbox.push(packet_of(0, 0), Nanoseconds(0)));
  std::jthread producer([&] { EXPECT_TRUE(inbox.push(packet_of(0, 1), Nanoseconds(0))); });
  inbox.abandon();
  producer.join();
  std::vector<Inbox::Item> items;
  EXPECT_FALSE(inbox.take(1, items));
}

TEST(Inbox, EndsWhenAllProducersHaveClosed) {
  Inbox inbox(QueuePolicy::kBlock, 1, 1, 2);
  inbox.close();
  std::jthread last([&] { inbox.close(); });
  std::vector<Inbox::Item> items;
  EXPECT_FALSE(inbox.take(1, items));
}

}  // namespace
}  // namespace arete::pipeline
