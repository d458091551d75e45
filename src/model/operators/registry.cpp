// Joins the families into one sorted table. A new family gets a line in kFamilies.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <tuple>

#include "model/operators/families.hpp"

namespace arete::model {
namespace {

using Family = std::span<const Operator> (*)();

// One a line, sorted.
// clang-format off
constexpr std::array kFamilies = std::to_array<Family>({
    operators::activation_family,
    operators::attention_family,
    operators::casting_family,
    operators::constants_family,
    operators::contrib_family,
    operators::control_flow_family,
    operators::convolution_family,
    operators::detection_family,
    operators::elementwise_family,
    operators::indexing_family,
    operators::joining_family,
    operators::label_encoder_family,
    operators::logic_family,
    operators::matmul_family,
    operators::movement_family,
    operators::normalization_family,
    operators::pooling_family,
    operators::quantization_family,
    operators::recurrent_family,
    operators::reduction_family,
    operators::resize_family,
    operators::scatter_family,
    operators::selection_family,
    operators::sequence_family,
    operators::shaping_family,
    operators::signal_family,
    operators::slicing_family,
    operators::string_family,
    operators::text_counting_family,
    operators::unary_math_family,
    operators::unique_family,
});
// clang-format on

std::vector<Operator> joined_families() {
  std::vector<Operator> rows;
  for (const Family family : kFamilies) {
    const std::span<const Operator> members = family();
    rows.insert(rows.end(), members.begin(), members.end());
  }
  std::ranges::sort(
      rows, {}, [](const Operator& row) { return std::tuple(row.domain, row.name, row.since); });
  return rows;
}

const std::vector<Operator>& table() {
  static const std::vector<Operator> kTable = joined_families();
  return kTable;
}

}  // namespace

std::span<const Operator> all_operators() { return table(); }

const Operator* find_operator(std::string_view domain, std::string_view name, std::int64_t opset) {
  const std::string_view plain = domain == "ai.onnx" ? std::string_view() : domain;
  const auto rows = std::ranges::equal_range(
      table(), std::tuple(plain, name), {},
      [](const Operator& row) { return std::tuple(row.domain, row.name); });
  const Operator* best = nullptr;
  for (const Operator& row : rows) {
    if (row.since <= opset) {
      best = &row;
    }
  }
  return best;
}

}  // namespace arete::model
