// SPDX-License-Identifier: Apache-2.0
#include "transform/row_writer.hpp"

#include <cstring>
#include <utility>

namespace arete::transform {
namespace {

using tensor::DType;

/// Every byte stored is the pixel and the same number, which pixel 0 shows.
bool is_shift(const std::uint8_t* table) {
  for (std::size_t pixel = 0; pixel < 256; ++pixel) {
    if (table[pixel] != static_cast<std::uint8_t>(pixel + table[0])) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<RowWriter> RowWriter::create(const spec::ResolvedInput& input, const RowKernels& kernels) {
  ARETE_TRY_ASSIGN(PixelTable table, PixelTable::create(input));
  return RowWriter(input, kernels, std::move(table));
}

RowWriter::RowWriter(const spec::ResolvedInput& input, const RowKernels& kernels, PixelTable table)
    : kernels_(&kernels),
      table_(std::move(table)),
      planar_(input.image->layout == spec::Layout::kNchw),
      width_(static_cast<std::size_t>(input.image->width)),
      height_(static_cast<std::size_t>(input.image->height)),
      channels_(static_cast<std::size_t>(input.image->channels)) {
  const DType dtype = input.tensor.dtype;
  if (dtype == DType::kF32 || dtype == DType::kF16) {
    store_ = dtype == DType::kF32 ? Store::kF32 : Store::kF16;
  } else if (table_.element_bytes() == 1) {
    store_ = Store::kBytes;
    keeps_bytes_ = true;
    for (std::size_t c = 0; c < channels_; ++c) {
      shifts_bytes_[c] = is_shift(table_.bytes(c));
      keeps_bytes_ = keeps_bytes_ && shifts_bytes_[c] && table_.bytes(c)[0] == 0;
    }
  }
  for (std::size_t i = 0; i < FloatScale::kLength; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      scales_[c].mean[i] = table_.mean(c);
      scales_[c].factor[i] = table_.factor(c);
    }
    scales_[3].mean[i] = table_.mean(i % 3);
    scales_[3].factor[i] = table_.factor(i % 3);
  }
  row_size_ = padded_row(width_);
  buffer_.resize(3 * row_size_ + padded_row(3 * width_));
}

std::size_t RowWriter::picture_bytes() const {
  return width_ * height_ * channels_ * table_.element_bytes();
}

void RowWriter::put(const std::uint8_t* pixels, std::size_t channel, std::size_t size,
                    std::byte* out) {
  switch (store_) {
    case Store::kF32:
      kernels_->to_f32(pixels, scales_[channel], reinterpret_cast<float*>(out), size);
      return;
    case Store::kF16:
      kernels_->to_f16(pixels, scales_[channel], reinterpret_cast<std::uint16_t*>(out), size);
      return;
    case Store::kBytes:
      put_bytes(pixels, channel, reinterpret_cast<std::uint8_t*>(out));
      return;
    case Store::kTable:
      for (std::size_t i = 0; i < size; ++i) {
        table_.store(static_cast<int>(channel), pixels[i], out + i * table_.element_bytes());
      }
      return;
  }
}

void RowWriter::put_bytes(const std::uint8_t* pixels, std::size_t channel,
                          std::uint8_t* out) const {
  const std::uint8_t* table = table_.bytes(channel);
  if (keeps_bytes_) {
    std::memcpy(out, pixels, width_);
  } else if (shifts_bytes_[channel]) {
    kernels_->shift(pixels, table[0], out, width_);
  } else {
    kernels_->lookup(pixels, table, out, width_);
  }
}

void RowWriter::put_by_table(const std::uint8_t* const* rows, std::byte* out) const {
  for (std::size_t x = 0; x < width_; ++x) {
    for (std::size_t c = 0; c < 3; ++c) {
      table_.store(static_cast<int>(c), rows[c][x], out);
      out += table_.element_bytes();
    }
  }
}

void RowWriter::write(const std::uint8_t* const* rows, int y, std::byte* picture) {
  const std::size_t row_bytes = width_ * table_.element_bytes();
  const auto at = static_cast<std::size_t>(y);
  if (planar_ || channels_ == 1) {
    for (std::size_t c = 0; c < channels_; ++c) {
      put(rows[c], c, width_, picture + (c * height_ + at) * row_bytes);
    }
    return;
  }
  std::byte* out = picture + at * channels_ * row_bytes;
  switch (store_) {
    case Store::kTable:
      put_by_table(rows, out);
      return;
    case Store::kBytes: {
      std::array<const std::uint8_t*, 3> stored{rows[0], rows[1], rows[2]};
      for (std::size_t c = 0; c < 3 && !keeps_bytes_; ++c) {
        std::uint8_t* row = buffer_.data() + c * row_size_;
        put_bytes(rows[c], c, row);
        stored[c] = row;
      }
      kernels_->interleave(stored.data(), reinterpret_cast<std::uint8_t*>(out), width_);
      return;
    }
    case Store::kF32:
    case Store::kF16: {
      std::uint8_t* mixed = buffer_.data() + 3 * row_size_;
      kernels_->interleave(rows, mixed, width_);
      put(mixed, 3, 3 * width_, out);
      return;
    }
  }
}

}  // namespace arete::transform
