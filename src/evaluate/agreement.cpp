// SPDX-License-Identifier: Apache-2.0
#include "evaluate/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace arete::evaluate {
namespace {

/// Sums over the elements of one output.
struct OutputTally {
  std::int64_t elements = 0;
  std::int64_t equal = 0;
  double largest = 0;     ///< |a|, of the finite ones
  double difference = 0;  ///< |a - b|

  void add(double a, double b) {
    ++elements;
    const bool same = a == b || (std::isnan(a) && std::isnan(b));
    // NaN fails the comparison and counts as far away.
    const double apart = same ? 0 : std::abs(a - b);
    equal += same ? 1 : 0;
    largest = std::isfinite(a) ? std::max(largest, std::abs(a)) : largest;
    difference =
        std::isnan(apart) ? std::numeric_limits<double>::infinity() : std::max(difference, apart);
  }
  [[nodiscard]] double relative() const {
    return difference == 0 ? 0
           : largest == 0  ? std::numeric_limits<double>::infinity()
                           : difference / largest;
  }
};

}  // namespace

Result<Agreement> compare(std::span<const tensor::Tensor> a, std::span<const tensor::Tensor> b) {
  if (a.size() != b.size()) {
    return fail(ErrorCode::kInvalid, "{} outputs against {}", b.size(), a.size());
  }
  Agreement total;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool is_float = tensor::is_floating(a[i].dtype());
    if (a[i].shape() != b[i].shape() || is_float != tensor::is_floating(b[i].dtype())) {
      return fail(ErrorCode::kInvalid, "output {} is {}{} against {}{}", i + 1,
                  tensor::name_of(b[i].dtype()), b[i].shape().text(), tensor::name_of(a[i].dtype()),
                  a[i].shape().text());
    }
    if (a[i].dtype() == tensor::DType::kString || b[i].dtype() == tensor::DType::kString) {
      return fail(ErrorCode::kUnsupported, "output {} is made of strings", i + 1);
    }
    OutputTally tally;
    for (std::int64_t at = 0; at < a[i].elements(); ++at) {
      tally.add(a[i].number_at(at), b[i].number_at(at));
    }
    const auto count = static_cast<double>(std::max<std::int64_t>(1, tally.elements));
    const double share = tally.elements == 0 ? 1 : static_cast<double>(tally.equal) / count;
    total.agreement =
        std::min(total.agreement, is_float ? std::max(0.0, 1 - tally.relative()) : share);
    total.difference = std::max(total.difference, tally.relative());
  }
  return total;
}

}  // namespace arete::evaluate
