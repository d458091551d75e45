// Shape rules that many operators share, and arithmetic on symbolic shapes. A rule sets what it can
// tell and leaves the rest unknown; it fails only where the model is wrong for every input.
// Threads: no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/operators/operator.hpp"

namespace arete::model::operators {

/// Output 0 has dtype and shape of input 0.
[[nodiscard]] Status same_as_input(ShapeContext& context);
/// Every output has dtype and shape of input 0.
[[nodiscard]] Status all_same_as_input(ShapeContext& context);
/// Shape of input 0, dtype bool.
[[nodiscard]] Status bool_of_input(ShapeContext& context);
/// All inputs broadcast; dtype of input 0.
[[nodiscard]] Status broadcast_rule(ShapeContext& context);
/// All inputs broadcast; dtype bool.
[[nodiscard]] Status broadcast_to_bool(ShapeContext& context);
/// Nothing is known but the dtype of input 0.
[[nodiscard]] Status dtype_only(ShapeContext& context);

/// NumPy's broadcast on symbols: a number above 1 wins, equal symbols stay, else unknown;
/// kInvalid if two numbers do not fit.
[[nodiscard]] Result<SymbolicShape> broadcast_symbolic(const SymbolicShape& a,
                                                       const SymbolicShape& b);
/// The shape all of them broadcast to; nullopt if one rank is unknown.
[[nodiscard]] Result<std::optional<SymbolicShape>> broadcast_inputs(const ShapeContext& context,
                                                                    std::size_t first,
                                                                    std::size_t last);

/// Sums and products with what can be kept of symbols (x * 1, x + 0); unknown otherwise.
[[nodiscard]] Dim add(const Dim& a, const Dim& b);
[[nodiscard]] Dim multiply(const Dim& a, const Dim& b);
/// Product of dims; a single symbol among ones stays.
[[nodiscard]] Dim product(std::span<const Dim> dims);
/// The number of elements if every extent is known.
[[nodiscard]] std::optional<std::int64_t> elements_of(const std::optional<SymbolicShape>& shape);

/// Equal extents stay, a number beats a symbol and a symbol beats nothing; kInvalid if two numbers
/// differ.
[[nodiscard]] Result<Dim> merge(const Dim& a, const Dim& b);
/// What is true of both: differing extents become unknown, differing ranks nullopt.
[[nodiscard]] std::optional<SymbolicShape> common(const std::optional<SymbolicShape>& a,
                                                  const std::optional<SymbolicShape>& b);

/// The integers of a constant input; nullopt if it is absent or not known.
[[nodiscard]] std::optional<std::vector<std::int64_t>> constant_integers(
    const ShapeContext& context, std::size_t input);

/// Integers that are an attribute in old opsets and an input in new ones.
struct KnownIntegers {
  bool given = false;                               ///< the attribute or the input is there
  std::optional<std::vector<std::int64_t>> values;  ///< nullopt = given, but not known now
};
[[nodiscard]] KnownIntegers integers_from(const ShapeContext& context, std::size_t input,
                                          std::string_view attribute);

/// A shape of `rank` unknown extents.
[[nodiscard]] SymbolicShape unknown_dims(std::size_t rank);

}  // namespace arete::model::operators
