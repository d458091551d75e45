// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/flat_file.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "model/tflite/tflite.hpp"

namespace arete::model {

bool looks_like_tflite(ByteView bytes) {
  return bytes.size() >= 8 && as_text(bytes.subspan(4, 4)) == "TFL3";
}

}  // namespace arete::model

namespace arete::model::tflite {
namespace {

constexpr flatbuffers::uoffset_t kDeepestTable = 32;
constexpr std::size_t kMostTables = 8'000'000;
/// Flatbuffers' own limit; what lies behind it is reached by Buffer.offset.
constexpr std::size_t kLargestFlatbuffer = (std::size_t{1} << 31) - 65;

/// Scalars are read in place, so the bytes must begin on a 16-byte border.
SharedBytes aligned_copy(SharedBytes bytes) {
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 16 == 0) {
    return bytes;
  }
  return SharedBytes(Bytes(bytes.view().begin(), bytes.view().end()));
}

}  // namespace

Result<FlatFile> FlatFile::open(SharedBytes bytes) {
  if (!looks_like_tflite(bytes.view())) {
    return fail(ErrorCode::kCorrupt, "not a TFLite file: the identifier TFL3 is missing");
  }
  FlatFile file;
  file.bytes_ = aligned_copy(std::move(bytes));
  const auto* data = reinterpret_cast<const std::uint8_t*>(file.bytes_.data());
  const std::size_t size = std::min(file.bytes_.size(), kLargestFlatbuffer);
  const auto tables = static_cast<flatbuffers::uoffset_t>(std::min(size, kMostTables));
  flatbuffers::Verifier verifier(data, size, kDeepestTable, tables);
  if (!fb::VerifyModelBuffer(verifier)) {
    return fail(ErrorCode::kCorrupt,
                "the file is damaged or cut short: a table or vector lies outside its {} bytes",
                file.bytes_.size());
  }
  file.root_ = fb::GetModel(data);
  if (file.root_->subgraphs() == nullptr || file.root_->subgraphs()->size() == 0) {
    return fail(ErrorCode::kCorrupt, "the file has no graph");
  }
  return file;
}

Result<SharedBytes> FlatFile::buffer(std::size_t index) const {
  const auto* buffers = root_->buffers();
  if (buffers == nullptr || index >= buffers->size()) {
    return fail(ErrorCode::kCorrupt, "buffer {} does not exist (the file has {})", index,
                buffers == nullptr ? 0 : buffers->size());
  }
  const fb::Buffer* entry = buffers->Get(static_cast<flatbuffers::uoffset_t>(index));
  if (entry == nullptr) {
    return SharedBytes();
  }
  if (entry->offset() > 1) {  // 0 and 1 mark "none", as writers use them
    if (entry->offset() > bytes_.size() || entry->size() > bytes_.size() - entry->offset()) {
      return fail(ErrorCode::kCorrupt, "buffer {} at {} with {} bytes lies outside the file of {}",
                  index, entry->offset(), entry->size(), bytes_.size());
    }
    return bytes_.slice(entry->offset(), entry->size());
  }
  if (entry->data() == nullptr || entry->data()->size() == 0) {
    return SharedBytes();
  }
  const auto* begin = reinterpret_cast<const std::byte*>(entry->data()->Data());
  return bytes_.slice(static_cast<std::size_t>(begin - bytes_.data()), entry->data()->size());
}

Result<const fb::OperatorCode*> FlatFile::operator_code(std::size_t index) const {
  const auto* codes = root_->operator_codes();
  if (codes == nullptr || index >= codes->size()) {
    return fail(ErrorCode::kCorrupt, "operator code {} does not exist", index);
  }
  return codes->Get(static_cast<flatbuffers::uoffset_t>(index));
}

}  // namespace arete::model::tflite
