// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <utility>

#include "transform/decode/decoder.hpp"

namespace arete::transform {
namespace {

template <std::size_t... kIndices>
std::vector<spec::Decoder> one_of_each(std::index_sequence<kIndices...>) {
  return {spec::Decoder(std::in_place_index<kIndices>)...};
}

TEST(DecoderTable, EveryDecoderOfTheSpecHasAFunction) {
  auto decoders = one_of_each(std::make_index_sequence<std::variant_size_v<spec::Decoder>>());
  spec::AnchorDetector pose;
  pose.subject = spec::AnchorDetector::Subject::kPose;
  decoders.emplace_back(pose);
  for (const spec::Decoder& decoder : decoders) {
    EXPECT_NE(decoder_named(spec::name_of(decoder)), nullptr) << spec::name_of(decoder);
  }
  EXPECT_EQ(decoder_named("crystal_ball"), nullptr);
}

}  // namespace
}  // namespace arete::transform
