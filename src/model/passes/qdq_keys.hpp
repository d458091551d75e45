// Keys in a value's metadata under which folding remembers names of the nodes that it took away, so
// that unfolding can give them back. They never reach a file. Internal to model/passes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arete::model::qdq {

inline constexpr const char* kPrefix = "arete.qdq.";
inline constexpr const char* kSourceName = "arete.qdq.source";  ///< the unquantized value
inline constexpr const char* kStoredName = "arete.qdq.stored";  ///< between Q and DQ
inline constexpr const char* kRealName = "arete.qdq.real";      ///< what DQ gave
inline constexpr const char* kQuantizeNode = "arete.qdq.quantize_node";
inline constexpr const char* kDequantizeNode = "arete.qdq.dequantize_node";
inline constexpr const char* kScaleName = "arete.qdq.scale";
inline constexpr const char* kZeroPointName = "arete.qdq.zero_point";
inline constexpr const char* kDomain = "arete.qdq.domain";
/// "1" if the one scale was a vector of one element, not a scalar.
inline constexpr const char* kScaleRank = "arete.qdq.scale_rank";

}  // namespace arete::model::qdq
