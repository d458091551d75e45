// ValueInfoProto and metadata to the IR and back. Internal to model/onnx.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "model/ir/value.hpp"

namespace onnx {
class StringStringEntryProto;
class ValueInfoProto;
}  // namespace onnx
namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}

namespace arete::model::onnx {

using EntryList = google::protobuf::RepeatedPtrField<::onnx::StringStringEntryProto>;

void take_metadata(const EntryList& from, std::map<std::string, std::string>& to);
void put_metadata(const std::map<std::string, std::string>& from, EntryList& to);

/// Adds what `proto` says of a value; what the value has already stays. kCorrupt if the element
/// types differ or are not defined.
[[nodiscard]] Status take_value_info(::onnx::ValueInfoProto& proto, Value& value);

/// Everything but the name.
[[nodiscard]] Status put_value_info(const Value& value, ::onnx::ValueInfoProto& proto);

/// Whether put_value_info() would say anything.
[[nodiscard]] bool has_value_info(const Value& value);

}  // namespace arete::model::onnx
