// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "io/memory_files.hpp"
#include "media/open_source.hpp"
#include "media/test_pictures.hpp"

namespace arete::media {
namespace {

/// A file of one format chunk and one data chunk, with everything that can be wrong about it.
struct WavFile {
  std::uint32_t tag = 1;
  std::uint32_t channels = 1;
  std::uint32_t rate = 1000;
  std::uint32_t bits = 16;
  std::string data = {};
  std::optional<std::uint32_t> data_size = std::nullopt;
  std::optional<std::uint32_t> riff_size = std::nullopt;
  std::string before_data = {};  ///< whole chunks
  std::string after_data = {};

  [[nodiscard]] std::string text() const {
    ByteWriter out;
    const auto add = [&](std::string_view text) {
      for (const char c : text) {
        out.u8({static_cast<unsigned char>(c)});
      }
    };
    const auto size = data_size.value_or(static_cast<std::uint32_t>(data.size()));
    const auto whole =
        static_cast<std::uint32_t>(36 + before_data.size() + data.size() + after_data.size());
    add("RIFF");
    out.u32(riff_size.value_or(whole));
    add("WAVEfmt ");
    out.u32(16).u16(tag).u16(channels).u32(rate).u32(rate * channels * (bits / 8));
    out.u16(channels * (bits / 8)).u16(bits);
    add(before_data);
    add("data");
    out.u32(size);
    add(data);
    add(after_data);
    return std::string(as_text(out.bytes));
  }
};

template <class T>
std::string stored(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class WavSources : public testing::Test {
 protected:
  Result<std::unique_ptr<Source>> open(const std::string& content, int block = 0) {
    files_.put("/s.wav", content);
    SourceSettings settings;
    settings.kind = SourceKind::kWav;
    settings.url = "/s.wav";
    settings.block = block;
    return open_source(files_, clock_, settings);
  }
  /// Every sample, or the error in words.
  std::pair<std::vector<float>, std::string> all(const std::string& content, int block = 0) {
    const auto source = open(content, block);
    if (!source) {
      return {{}, std::string(name_of(source.error().code())) + ": " + source.error().message()};
    }
    std::vector<float> samples;
    while (true) {
      const auto packet = (*source)->next();
      if (!packet) {
        return {samples, packet.error().message()};
      }
      if (!*packet) {
        return {samples, ""};
      }
      const auto& heard = std::get<AudioBlock>(**packet);
      samples.insert(samples.end(), heard.samples.begin(), heard.samples.end());
    }
  }
  std::vector<float> samples_of(const std::string& content) {
    const auto [samples, error] = all(content);
    EXPECT_EQ(error, "");
    return samples;
  }
  std::string error_of(const std::string& content) { return all(content).second; }

  io::MemoryFiles files_;
  FakeClock clock_;
};

TEST_F(WavSources, EveryCodingBecomesPartsOfOne) {
  EXPECT_EQ(samples_of(WavFile{.bits = 8, .data = std::string("\x00\x80\xFF", 3)}.text()),
            (std::vector<float>{-1, 0, 127 / 128.0F}));
  EXPECT_EQ(samples_of(WavFile{.data = stored<std::int16_t>({-32768, 0, 16384})}.text()),
            (std::vector<float>{-1, 0, 0.5F}));
  EXPECT_EQ(
      samples_of(WavFile{.bits = 24, .data = std::string("\0\0\x80\0\0\x40\1\0\0", 9)}.text()),
      (std::vector<float>{-1, 0.5F, 1 / 8388608.0F}));
  EXPECT_EQ(samples_of(WavFile{
                .bits = 32,
                .data = stored<std::int32_t>({std::numeric_limits<std::int32_t>::min(), 1 << 30})}
                           .text()),
            (std::vector<float>{-1, 0.5F}));
  EXPECT_EQ(samples_of(WavFile{.tag = 3, .bits = 32, .data = stored<float>({0.25F, -1.5F})}.text()),
            (std::vector<float>{0.25F, -1.5F}));
  EXPECT_EQ(samples_of(WavFile{.tag = 3, .bits = 64, .data = stored<double>({0.125})}.text()),
            (std::vector<float>{0.125F}));
}

TEST_F(WavSources, WhatIsNoNumberIsSilence) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  EXPECT_EQ(
      samples_of(WavFile{.tag = 3, .bits = 32, .data = stored<float>({nan, infinite, 1})}.text()),
      (std::vector<float>{0, 0, 1}));
}

TEST_F(WavSources, ChannelsAreAveraged) {
  EXPECT_EQ(
      samples_of(WavFile{.channels = 2, .data = stored<std::int16_t>({16384, -16384, 32767, 32767})}
                     .text()),
      (std::vector<float>{0, 32767 / 32768.0F}));
  EXPECT_EQ(samples_of(WavFile{.channels = 5, .bits = 8, .data = "\x80\x80\x80\x80\xC0"}.text()),
            (std::vector<float>{0.1F}));
}

TEST_F(WavSources, BlocksHaveTheTimeOfTheirFirstSample) {
  const WavFile file{.rate = 44100, .data = std::string(2 * 2000, 'x')};
  const auto source = open(file.text()).value();
  EXPECT_EQ(source->info().kind, MediaKind::kAudio);
  EXPECT_EQ(source->info().sample_rate_hz, 44100);
  for (const std::size_t size : {882U, 882U, 236U}) {
    const auto packet = source->next().value();
    const auto& block = std::get<AudioBlock>(*packet);
    EXPECT_EQ(block.samples.size(), size);
    EXPECT_EQ(block.sample_rate_hz, 44100);
  }
  EXPECT_FALSE(source->next().value().has_value());
  const auto other = open(file.text(), 441).value();
  EXPECT_EQ(media_time_of(other->next().value().value()), Nanoseconds(0));
  EXPECT_EQ(media_time_of(other->next().value().value()), std::chrono::milliseconds(10));
}

TEST_F(WavSources, SizesThatWritersToPipesLeaveMeanToTheEnd) {
  const std::string data = stored<std::int16_t>({1, 2, 3});
  for (const std::uint32_t size : {0xFFFFFFFFU, 0x7FFFFFFFU, 0x7FFFF000U}) {
    EXPECT_EQ(samples_of(WavFile{.data = data, .data_size = size}.text()).size(), 3U);
  }
  EXPECT_EQ(samples_of(WavFile{.data = data, .data_size = 0, .riff_size = 36}.text()).size(), 3U);
  EXPECT_EQ(samples_of(WavFile{.data = data, .data_size = 0, .riff_size = 0}.text()).size(), 3U);
}

TEST_F(WavSources, NoSoundBeforeAnotherChunkIsNoSound) {
  const std::string list = std::string("LIST\4\0\0\0abcd", 12);
  EXPECT_TRUE(samples_of(WavFile{.data = "", .after_data = list}.text()).empty());
  EXPECT_EQ(samples_of(WavFile{.data = std::string(4, 'x'), .after_data = list}.text()).size(), 2U);
}

TEST_F(WavSources, ACutFileIsHeardToItsEndAndTheLossIsLogged) {
  std::string log;
  set_log_sink([&](LogLevel, std::string_view line) { log += line; });
  std::string text = WavFile{.data = stored<std::int16_t>({1, 2, 3, 4})}.text();
  text.resize(text.size() - 3);
  const auto samples = samples_of(text);
  set_log_sink(nullptr);
  EXPECT_EQ(samples.size(), 2U);
  EXPECT_NE(log.find("wav_cut_short"), std::string::npos);
}

TEST_F(WavSources, OtherChunksArePassedOverWithTheirPadding) {
  const std::string odd = std::string("note\3\0\0\0abc\0", 12);
  EXPECT_EQ(samples_of(WavFile{.data = stored<std::int16_t>({16384}), .before_data = odd}.text()),
            (std::vector<float>{0.5F}));
}

TEST_F(WavSources, TheExtensibleFormatSaysWhatItIs) {
  const auto extensible = [](unsigned tag, unsigned char first_of_rest) {
    ByteWriter out;
    const auto add = [&](std::string_view text) {
      for (const char c : text) {
        out.u8({static_cast<unsigned char>(c)});
      }
    };
    add("RIFF");
    out.u32(64);
    add("WAVEfmt ");
    out.u32(40).u16(0xFFFE).u16(1).u32(8000).u32(32000).u16(4).u16(32);
    out.u16(22).u16(24).u32(4).u16(tag);
    out.u8({first_of_rest, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71});
    add("data");
    out.u32(4).u32(0x3F000000);
    return std::string(as_text(out.bytes));
  };
  EXPECT_EQ(samples_of(extensible(3, 0)), (std::vector<float>{0.5F}));
  EXPECT_FLOAT_EQ(samples_of(extensible(1, 0)).at(0), 63 / 128.0F);
  EXPECT_NE(error_of(extensible(1, 9)).find("unsupported"), std::string::npos);
}

TEST_F(WavSources, WhatIsNotReadIsSaidClearly) {
  EXPECT_NE(error_of("RF64\xFF\xFF\xFF\xFFWAVE").find("RF64"), std::string::npos);
  EXPECT_NE(error_of("RIFX....WAVE").find("unsupported"), std::string::npos);
  EXPECT_NE(error_of(WavFile{.tag = 7, .bits = 8}.text()).find("mu-law"), std::string::npos);
  EXPECT_NE(error_of(WavFile{.bits = 64}.text()).find("64 bits"), std::string::npos);
  EXPECT_NE(error_of(WavFile{.tag = 3, .bits = 16}.text()).find("unsupported"), std::string::npos);
}

TEST_F(WavSources, DamageIsCorruptAndNamesTheFile) {
  const std::string good = WavFile{.data = "xxxx"}.text();
  for (std::size_t size = 0; size < 44; ++size) {
    const std::string error = error_of(good.substr(0, size));
    EXPECT_TRUE(error.starts_with("corrupt: /s.wav: ")) << size << " " << error;
  }
  EXPECT_TRUE(error_of(WavFile{.channels = 0, .bits = 8}.text()).starts_with("corrupt"));
  EXPECT_TRUE(error_of(WavFile{.rate = 0}.text()).starts_with("corrupt"));
  EXPECT_TRUE(error_of(WavFile{.rate = 0xFFFFFFFF}.text()).starts_with("corrupt"));
  std::string no_format = good;
  no_format.replace(12, 4, "abcd");
  EXPECT_NE(error_of(no_format).find("no format chunk"), std::string::npos);
  std::string odd_blocks = WavFile{.channels = 2, .data = "xxxx"}.text();
  odd_blocks[32] = 5;  // two channels of 16 bits in blocks of 5 bytes
  EXPECT_TRUE(error_of(odd_blocks).starts_with("corrupt"));
}

TEST_F(WavSources, ManyChannelsNeedNoMemoryForAllOfThem) {
  const WavFile file{.channels = 65535, .bits = 8, .data = std::string(2 * 65535, '\x80')};
  EXPECT_EQ(all(file.text(), 1 << 24).first, (std::vector<float>{0, 0}));
}

TEST_F(WavSources, SamplesDoNotDependOnTheBlock) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    WavFile file{.channels = static_cast<std::uint32_t>(1 + random() % 7),
                 .bits = static_cast<std::uint32_t>(8 * (1 + random() % 4))};
    file.data.resize(random() % 3000 * file.channels * (file.bits / 8));
    for (char& c : file.data) {
      c = static_cast<char>(random());
    }
    const auto whole = all(file.text(), 1 << 20);
    const auto pieces = all(file.text(), static_cast<int>(1 + random() % 100));
    EXPECT_EQ(whole.first, pieces.first);
    EXPECT_EQ(whole.first.size(), file.data.size() / file.channels / (file.bits / 8));
  }
}

}  // namespace
}  // namespace arete::media
