// What a RIFF WAVE file says about itself before its samples: how they are stored and where they
// lie. Source: Microsoft's "Multimedia Programming Interface and Data Specifications 1.0" and
// "Multiple Channel Audio Data" (WAVE_FORMAT_EXTENSIBLE). Internal to media. Not here: samples.
// Errors: kCorrupt for what is no WAVE or contradicts itself, kUnsupported for other codings and
// for RF64, RIFX and W64. Threads: pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/files.hpp"

namespace arete::media {

enum class WavCoding : std::uint8_t {
  kUnsigned8,
  kInteger16,
  kInteger24,
  kInteger32,
  kFloat32,
  kFloat64
};

struct WavHeader {
  WavCoding coding = WavCoding::kInteger16;
  int channels = 0;
  int sample_rate_hz = 0;
  std::size_t bytes_per_sample = 0;  ///< of one channel
  std::uint64_t data_offset = 0;
  /// nullopt where a writer that could not go back left no size: up to the end of the file.
  std::optional<std::uint64_t> data_bytes;

  /// One sample of all channels.
  [[nodiscard]] std::size_t frame_bytes() const {
    return bytes_per_sample * static_cast<std::size_t>(channels);
  }
};

[[nodiscard]] Result<WavHeader> read_wav_header(io::InputFile& file);

/// `frames` times the mean of a frame's channels, -1..1 (float samples may say more; what is no
/// number becomes 0). `bytes` has at least that many frames.
void mix_to_mono(const WavHeader& header, ByteView bytes, std::size_t frames, float* out);

}  // namespace arete::media
