// Owned, shared and borrowed byte ranges. SharedBytes lets weights live once: in a vector, in a
// mapped file or in a parsed message, whoever owns it stays alive as long as a view does.
// Threads: immutable, share freely.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace arete {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// Immutable bytes with shared ownership.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(Bytes bytes) {
    auto owner = std::make_shared<const Bytes>(std::move(bytes));
    data_ = std::shared_ptr<const std::byte>(owner, owner->data());
    size_ = owner->size();
  }
  /// `data` keeps its owner alive (the aliasing form of shared_ptr).
  SharedBytes(std::shared_ptr<const std::byte> data, std::size_t size)
      : data_(std::move(data)), size_(size) {}

  [[nodiscard]] const std::byte* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] ByteView view() const { return {data_.get(), size_}; }
  /// A part that shares the owner. The caller has checked that it lies inside.
  [[nodiscard]] SharedBytes slice(std::size_t offset, std::size_t length) const {
    return {std::shared_ptr<const std::byte>(data_, data_.get() + offset), length};
  }
  [[nodiscard]] long use_count() const { return data_.use_count(); }

 private:
  std::shared_ptr<const std::byte> data_;
  std::size_t size_ = 0;
};

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}
[[nodiscard]] inline Bytes to_bytes(std::string_view text) {
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace arete
