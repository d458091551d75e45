// Which tables the members of the options union are: several operators share one table, so the
// schema compiler makes no accessor by type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/tflite/flat_file.hpp"

namespace arete::model::tflite {

using OptionsKind = fb::BuiltinOptions;

template <class Table>
inline constexpr bool kUnknownOptions = false;

/// True if a union member of this kind is a `Table`.
template <class Table>
[[nodiscard]] constexpr bool holds_options(OptionsKind /*kind*/) {
  static_assert(kUnknownOptions<Table>, "no such options table");
  return false;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ActivatedOptions>(OptionsKind kind) {
  return kind == OptionsKind::MulOptions || kind == OptionsKind::DivOptions ||
         kind == OptionsKind::L2NormOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ArgMaxOptions>(OptionsKind kind) {
  return kind == OptionsKind::ArgMaxOptions || kind == OptionsKind::ArgMinOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::BatchMatMulOptions>(OptionsKind kind) {
  return kind == OptionsKind::BatchMatMulOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::BinaryOptions>(OptionsKind kind) {
  return kind == OptionsKind::AddOptions || kind == OptionsKind::SubOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::CallOnceOptions>(OptionsKind kind) {
  return kind == OptionsKind::CallOnceOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::CastOptions>(OptionsKind kind) {
  return kind == OptionsKind::CastOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ConcatenationOptions>(OptionsKind kind) {
  return kind == OptionsKind::ConcatenationOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::Conv2DOptions>(OptionsKind kind) {
  return kind == OptionsKind::Conv2DOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::CumsumOptions>(OptionsKind kind) {
  return kind == OptionsKind::CumsumOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::DepthToSpaceOptions>(OptionsKind kind) {
  return kind == OptionsKind::DepthToSpaceOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::DepthwiseConv2DOptions>(OptionsKind kind) {
  return kind == OptionsKind::DepthwiseConv2DOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::FullyConnectedOptions>(OptionsKind kind) {
  return kind == OptionsKind::FullyConnectedOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::GatherOptions>(OptionsKind kind) {
  return kind == OptionsKind::GatherOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::GeluOptions>(OptionsKind kind) {
  return kind == OptionsKind::GeluOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::LeakyReluOptions>(OptionsKind kind) {
  return kind == OptionsKind::LeakyReluOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::LocalResponseNormalizationOptions>(
    OptionsKind kind) {
  return kind == OptionsKind::LocalResponseNormalizationOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::MirrorPadOptions>(OptionsKind kind) {
  return kind == OptionsKind::MirrorPadOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::OneHotOptions>(OptionsKind kind) {
  return kind == OptionsKind::OneHotOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::PackOptions>(OptionsKind kind) {
  return kind == OptionsKind::PackOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::Pool2DOptions>(OptionsKind kind) {
  return kind == OptionsKind::Pool2DOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ReducerOptions>(OptionsKind kind) {
  return kind == OptionsKind::ReducerOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ReshapeOptions>(OptionsKind kind) {
  return kind == OptionsKind::ReshapeOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ResizeBilinearOptions>(OptionsKind kind) {
  return kind == OptionsKind::ResizeBilinearOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ResizeNearestNeighborOptions>(OptionsKind kind) {
  return kind == OptionsKind::ResizeNearestNeighborOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::ShapeOptions>(OptionsKind kind) {
  return kind == OptionsKind::ShapeOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::SoftmaxOptions>(OptionsKind kind) {
  return kind == OptionsKind::SoftmaxOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::SpaceToDepthOptions>(OptionsKind kind) {
  return kind == OptionsKind::SpaceToDepthOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::SplitOptions>(OptionsKind kind) {
  return kind == OptionsKind::SplitOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::SqueezeOptions>(OptionsKind kind) {
  return kind == OptionsKind::SqueezeOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::StridedSliceOptions>(OptionsKind kind) {
  return kind == OptionsKind::StridedSliceOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::TransposeConvOptions>(OptionsKind kind) {
  return kind == OptionsKind::TransposeConvOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::UnidirectionalSequenceLSTMOptions>(
    OptionsKind kind) {
  return kind == OptionsKind::UnidirectionalSequenceLSTMOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::UnpackOptions>(OptionsKind kind) {
  return kind == OptionsKind::UnpackOptions;
}
template <>
[[nodiscard]] constexpr bool holds_options<fb::VarHandleOptions>(OptionsKind kind) {
  return kind == OptionsKind::VarHandleOptions;
}

/// The options as a `Table`; nullptr if they are another table or missing.
template <class Table>
[[nodiscard]] const Table* options_of(const fb::Operator& raw) {
  return holds_options<Table>(raw.builtin_options_type())
             ? static_cast<const Table*>(raw.builtin_options())
             : nullptr;
}

}  // namespace arete::model::tflite
