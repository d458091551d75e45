// SPDX-License-Identifier: Apache-2.0
#include "signature.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "element_types.hpp"

namespace arete_tvm {
namespace {

using arete::plugin::Description;
using arete::plugin::Failure;
using nlohmann::json;

constexpr std::size_t kMostTensors = 1024;
constexpr std::size_t kMostAxes = 16;

[[noreturn]] void wrong(const std::string& where, const std::string& what) {
  throw Failure(ARETE_INVALID, where + " " + what);
}

const json& member(const json& object, const char* key, const std::string& where) {
  if (!object.is_object() || !object.contains(key)) {
    wrong(where, std::string("has no '") + key + "'");
  }
  return object[key];
}

std::vector<std::int64_t> shape_of(const json& value, const std::string& where) {
  if (!value.is_array() || value.size() > kMostAxes) {
    wrong(where, "must be a list of at most " + std::to_string(kMostAxes) + " extents");
  }
  std::vector<std::int64_t> shape;
  for (const json& extent : value) {
    const bool any = extent.is_null();  // not known before the run
    if (!any && (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > INT32_MAX)) {
      wrong(where, "has the extent " + extent.dump() + "; a whole number or null is expected");
    }
    shape.push_back(any ? -1 : extent.get<std::int64_t>());
  }
  return shape;
}

Description tensor_of(const json& value, const std::string& where) {
  const json& name = member(value, "name", where);
  const json& dtype = member(value, "dtype", where);
  if (!name.is_string() || !dtype.is_string()) {
    wrong(where, "must have text for 'name' and 'dtype'");
  }
  Description made;
  made.name = name.get<std::string>();
  made.dtype = dtype_named(dtype.get<std::string>());
  if (made.dtype == ARETE_DTYPE_UNDEFINED) {
    wrong(where + ".dtype", "is '" + dtype.get<std::string>() + "', which TVM does not have");
  }
  made.shape = shape_of(member(value, "shape", where), where + ".shape");
  return made;
}

std::vector<Description> tensors_of(const json& root, const char* key, const std::string& file) {
  const json& list = member(root, key, file);
  if (!list.is_array() || list.size() > kMostTensors) {
    wrong(file + ": " + key, "must be a list of tensors");
  }
  std::vector<Description> made;
  for (const json& value : list) {
    made.push_back(tensor_of(value, file + ": " + key + "[" + std::to_string(made.size()) + "]"));
  }
  return made;
}

}  // namespace

Signature parse_signature(std::string_view text, const std::string& file) {
  const json root = json::parse(text, nullptr, false);
  if (root.is_discarded()) {
    wrong(file, "is not JSON");
  }
  return {tensors_of(root, "inputs", file), tensors_of(root, "outputs", file)};
}

Signature read_signature(const std::string& module_path) {
  const std::string file = module_path + ".json";
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw Failure(ARETE_NOT_FOUND,
                  "a TVM module does not say what it takes and gives: write its inputs and outputs "
                  "into '" +
                      file +
                      "' as {\"inputs\": [{\"name\": \"x\", \"dtype\": \"f32\", \"shape\": "
                      "[1, 3, 224, 224]}], \"outputs\": [...]}");
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return parse_signature(text, file);
}

}  // namespace arete_tvm
