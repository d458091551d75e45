// SPDX-License-Identifier: Apache-2.0
#include "memory.hpp"

#include <algorithm>
#include <new>

namespace arete_litert {
namespace {

using arete::plugin::Binding;

constexpr std::size_t kAlignment = 64;
/// What XNNPACK may read beyond the end.
constexpr std::uint64_t kBeyond = 64;
/// The smallest page of any machine: reading within one cannot fault.
constexpr std::uintptr_t kPage = 4096;

bool is_aligned(const Binding& binding) {
  return binding.dense() && binding.tensor().data != nullptr &&
         reinterpret_cast<std::uintptr_t>(binding.tensor().data) % kAlignment == 0;
}

}  // namespace

void AlignedMemory::Free::operator()(std::byte* memory) const {
  ::operator delete(memory, std::align_val_t{kAlignment});
}

std::byte* AlignedMemory::at_least(std::uint64_t bytes) {
  if (memory_ == nullptr || bytes > bytes_) {
    void* const made = ::operator new(bytes + kBeyond, std::align_val_t{kAlignment});
    memory_.reset(static_cast<std::byte*>(made));
    bytes_ = bytes;
    std::fill_n(memory_.get(), bytes + kBeyond, std::byte{0});
  }
  return memory_.get();
}

bool readable_in_place(const Binding& binding) {
  if (!is_aligned(binding)) {
    return false;
  }
  const std::uint64_t bytes = arete::plugin::bytes_of(binding.tensor().dtype, binding.shape());
  const auto end = reinterpret_cast<std::uintptr_t>(binding.tensor().data) + bytes;
  return bytes != 0 && (end - 1) / kPage == (end + kBeyond - 1) / kPage;
}

bool writable_in_place(const Binding& binding) { return is_aligned(binding); }

Owned<TensorBufferObject> buffer_over(std::int32_t element_type,
                                      std::span<const std::int64_t> shape, std::byte* memory,
                                      std::uint64_t bytes) {
  RankedTensorType type{};
  type.element_type = element_type;
  type.layout.rank_and_strides = static_cast<std::uint32_t>(shape.size());
  for (std::size_t i = 0; i < std::min(shape.size(), kMostRank); ++i) {
    type.layout.dimensions[i] = static_cast<std::int32_t>(shape[i]);
  }
  const Api& api = library().api;
  TensorBufferObject* made = nullptr;
  check(api.create_tensor_buffer_from_host_memory(&type, memory, bytes, nullptr, &made),
        "making a buffer");
  return {made, Release{&api}};
}

}  // namespace arete_litert
