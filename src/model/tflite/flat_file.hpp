// A verified TFLite file: its root table and its buffers, all inside the bytes given. Not here:
// what the tables mean (import.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "schema_generated.h"

namespace arete::model::tflite {

namespace fb = ::arete::model::tflite_schema;

class FlatFile {
 public:
  /// kCorrupt if this is not a TFLite file or a table lies outside of it.
  [[nodiscard]] static Result<FlatFile> open(SharedBytes bytes);

  [[nodiscard]] const fb::Model& root() const { return *root_; }
  [[nodiscard]] const SharedBytes& bytes() const { return bytes_; }
  /// Data of a buffer, inside the flatbuffer or behind it; empty if it has none.
  [[nodiscard]] Result<SharedBytes> buffer(std::size_t index) const;
  /// Built-in operator number, with the old one-byte field taken into account.
  [[nodiscard]] Result<const fb::OperatorCode*> operator_code(std::size_t index) const;

 private:
  SharedBytes bytes_;
  const fb::Model* root_ = nullptr;
};

/// The elements of a vector, copied bytewise: the format's verifier does not promise that they are
/// aligned. Empty for a missing vector.
template <class T>
[[nodiscard]] std::vector<T> copy_of(const flatbuffers::Vector<T>* vector) {
  std::vector<T> copy(vector == nullptr ? 0 : vector->size());
  if (!copy.empty()) {
    std::memcpy(copy.data(), vector->Data(), copy.size() * sizeof(T));
  }
  return copy;
}
[[nodiscard]] inline std::string text_or_empty(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : std::string(text->c_str(), text->size());
}

/// "CONV_2D"; "operator 4711" for a number that is not known.
[[nodiscard]] std::string builtin_name(int number);

}  // namespace arete::model::tflite
