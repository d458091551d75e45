// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "spec/parse_parts.hpp"

namespace arete::spec {

using document::Choice;
using document::invalid_node;
using document::MapReader;
using document::Node;

namespace {

Result<SpectrumFeatures> parse_features(const Node& node) {
  using Kind = SpectrumFeatures::Kind;
  using Log = SpectrumFeatures::Log;
  static constexpr std::array<Choice<Kind>, 2> kKinds{
      {{"mfcc", Kind::kMfcc}, {"log-mel", Kind::kLogMel}}};
  static constexpr std::array<Choice<Log>, 2> kLogs{
      {{"natural", Log::kNatural}, {"decibel", Log::kDecibel}}};
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "'features'"));
  SpectrumFeatures features;
  ARETE_TRY(reader.child("kind"));
  ARETE_TRY_ASSIGN(features.kind, reader.choice<Kind>("kind", Kind::kLogMel, kKinds));
  ARETE_TRY_ASSIGN(features.window_ms, reader.optional<double>("window_ms", 25, {1, 10000}));
  ARETE_TRY_ASSIGN(features.hop_ms, reader.optional<double>("hop_ms", 10, {0.1, 10000}));
  ARETE_TRY_ASSIGN(features.fft_size, reader.optional<int>("fft_size", 0, {0, 1 << 20}));
  ARETE_TRY_ASSIGN(features.mel_bins, reader.optional<int>("mel_bins", 40, {1, 4096}));
  ARETE_TRY_ASSIGN(features.lowest_hz, reader.optional<double>("lowest_hz", 20, {0, 1e6}));
  ARETE_TRY_ASSIGN(features.highest_hz, reader.optional<double>("highest_hz", 0, {0, 1e6}));
  ARETE_TRY_ASSIGN(features.log, reader.choice<Log>("log", Log::kNatural, kLogs));
  ARETE_TRY_ASSIGN(features.log_floor, reader.optional<double>("log_floor", 1e-6, {0, 1}));
  ARETE_TRY_ASSIGN(features.preemphasis, reader.optional<double>("preemphasis", 0, {0, 1}));
  if (features.kind == Kind::kMfcc) {
    ARETE_TRY_ASSIGN(features.coefficients, reader.optional<int>("coefficients", 13, {1, 4096}));
    if (features.coefficients > features.mel_bins) {
      return invalid_node(node, "'coefficients' must not exceed 'mel_bins'");
    }
  }
  ARETE_TRY(reader.finish());
  return features;
}

Result<SeriesInput> parse_series(MapReader& reader) {
  SeriesInput series;
  ARETE_TRY_ASSIGN(series.rate_hz, reader.optional<double>("rate_hz", 0, {0, 1e9}));
  ARETE_TRY_ASSIGN(series.length, reader.optional<int>("length", 0, {1, kMostSamples}));
  ARETE_TRY_ASSIGN(series.hop, reader.optional<int>("hop", 0, {1, kMostSamples}));
  const Node* const columns = reader.find("columns");
  if (columns == nullptr) {
    return series;
  }
  if (!columns->is_list()) {
    return invalid_node(*columns, "'columns' must be a list");
  }
  for (const Node& node : columns->items()) {
    SeriesColumn column;
    if (node.is_string()) {
      column.name = node.string();
    } else {
      ARETE_TRY_ASSIGN(MapReader inner, MapReader::open(node, "a column"));
      ARETE_TRY_ASSIGN(column.name, inner.required<std::string>("name"));
      ARETE_TRY_ASSIGN(column.mean, inner.optional<double>("mean", 0, {-1e12, 1e12}));
      ARETE_TRY_ASSIGN(column.std_dev, inner.optional<double>("std", 1, {1e-12, 1e12}));
      ARETE_TRY(inner.finish());
    }
    series.columns.push_back(std::move(column));
  }
  return series;
}

Result<TextInput> parse_text(MapReader& reader) {
  using Tokenizer = TextInput::Tokenizer;
  static constexpr std::array<Choice<Tokenizer>, 3> kTokenizers{
      {{"ids", Tokenizer::kIds},
       {"regex", Tokenizer::kRegex},
       {"wordpiece", Tokenizer::kWordPiece}}};
  TextInput text;
  ARETE_TRY_ASSIGN(text.tokenizer,
                   reader.choice<Tokenizer>("tokenizer", Tokenizer::kIds, kTokenizers));
  ARETE_TRY_ASSIGN(text.length, reader.optional<int>("length", 0, {1, 1 << 20}));
  if (text.tokenizer == Tokenizer::kIds) {
    return text;
  }
  ARETE_TRY_ASSIGN(text.vocabulary_file, reader.required<std::string>("vocabulary"));
  if (text.tokenizer == Tokenizer::kRegex) {
    ARETE_TRY_ASSIGN(text.split, reader.required<std::string>("split"));
  }
  ARETE_TRY_ASSIGN(text.lowercase, reader.optional<bool>("lowercase", false));
  ARETE_TRY_ASSIGN(text.start_token, reader.optional<std::string>("start_token", ""));
  ARETE_TRY_ASSIGN(text.pad_token, reader.optional<std::string>("pad_token", ""));
  ARETE_TRY_ASSIGN(text.unknown_token, reader.optional<std::string>("unknown_token", ""));
  return text;
}

Result<BytesInput> parse_bytes(MapReader& reader) {
  BytesInput bytes;
  ARETE_TRY_ASSIGN(bytes.begin, reader.optional<int>("begin", 0, {0, 1 << 24}));
  ARETE_TRY_ASSIGN(bytes.end, reader.optional<int>("end", 0, {0, 1 << 24}));
  ARETE_TRY_ASSIGN(bytes.block, reader.optional<int>("block", 4096, {1, 1 << 24}));
  ARETE_TRY_ASSIGN(bytes.padding, reader.optional<int>("padding", 256, {-32768, 65535}));
  ARETE_TRY_ASSIGN(bytes.strip, reader.optional<bool>("strip", true));
  if (bytes.begin + bytes.end == 0) {
    return invalid_node(reader.node(), "a bytes input needs 'begin' or 'end'");
  }
  if (std::max(bytes.begin, bytes.end) > bytes.block) {
    return invalid_node(reader.node(), "'block' must be at least 'begin' and 'end'");
  }
  return bytes;
}

Result<ConstantInput> parse_constant(MapReader& reader) {
  ARETE_TRY_ASSIGN(const Node* const node, reader.child("value"));
  ConstantInput constant;
  if (node->is_list()) {
    ARETE_TRY_ASSIGN(constant.values, document::value_as<std::vector<double>>(*node, "value"));
    return constant;
  }
  ARETE_TRY_ASSIGN(const double value, document::value_as<double>(*node, "value"));
  constant.values = {value};
  return constant;
}

Result<StateInput> parse_state(MapReader& reader) {
  StateInput state;
  ARETE_TRY_ASSIGN(state.output, reader.required<std::string>("output"));
  ARETE_TRY_ASSIGN(state.initial, reader.optional<double>("initial", 0));
  return state;
}

enum class KindWord : std::uint8_t {
  kImage,
  kAudio,
  kSeries,
  kText,
  kBytes,
  kTensor,
  kConstant,
  kState
};
constexpr std::array<Choice<KindWord>, 8> kKindWords{{{"image", KindWord::kImage},
                                                      {"audio", KindWord::kAudio},
                                                      {"series", KindWord::kSeries},
                                                      {"text", KindWord::kText},
                                                      {"bytes", KindWord::kBytes},
                                                      {"tensor", KindWord::kTensor},
                                                      {"constant", KindWord::kConstant},
                                                      {"state", KindWord::kState}}};

template <class Kind>
Result<InputKind> as_kind(Result<Kind> parsed) {
  if (!parsed.has_value()) {
    return std::unexpected<Error>(std::move(parsed).error());
  }
  return InputKind(std::move(parsed).value());
}

Result<InputKind> parse_kind(MapReader& reader) {
  ARETE_TRY(reader.child("kind"));
  ARETE_TRY_ASSIGN(const KindWord word,
                   reader.choice<KindWord>("kind", KindWord::kTensor, kKindWords));
  switch (word) {
    case KindWord::kImage:
      return as_kind(parse_image(reader));
    case KindWord::kAudio:
      return as_kind(parse_audio(reader));
    case KindWord::kSeries:
      return as_kind(parse_series(reader));
    case KindWord::kText:
      return as_kind(parse_text(reader));
    case KindWord::kBytes:
      return as_kind(parse_bytes(reader));
    case KindWord::kConstant:
      return as_kind(parse_constant(reader));
    case KindWord::kState:
      return as_kind(parse_state(reader));
    case KindWord::kTensor:
      break;
  }
  return InputKind(TensorInput{});
}

}  // namespace

Result<AudioInput> parse_audio(MapReader& reader) {
  AudioInput audio;
  ARETE_TRY_ASSIGN(audio.sample_rate_hz, reader.required<int>("sample_rate", {1, 1000000}));
  ARETE_TRY_ASSIGN(audio.window, reader.optional<int>("window", 0, {1, kMostSamples}));
  ARETE_TRY_ASSIGN(audio.hop, reader.optional<int>("hop", 0, {1, kMostSamples}));
  ARETE_TRY_ASSIGN(audio.context, reader.optional<int>("context", 0, {0, kMostSamples}));
  ARETE_TRY_ASSIGN(audio.mean, reader.optional<double>("mean", 0, {-1e9, 1e9}));
  ARETE_TRY_ASSIGN(audio.std_dev, reader.optional<double>("std", 1, {1e-9, 1e9}));
  const Node* const features = reader.find("features");
  if (features == nullptr) {
    return audio;
  }
  ARETE_TRY_ASSIGN(audio.features, parse_features(*features));
  const double nyquist = audio.sample_rate_hz / 2.0;
  const double highest = audio.features->highest_hz;
  if (highest > nyquist || (highest > 0 && highest <= audio.features->lowest_hz)) {
    return invalid_node(*features, fmt::format("'highest_hz' must lie above 'lowest_hz' and not "
                                               "above half the sample rate, {}",
                                               nyquist));
  }
  return audio;
}

Result<StatedTensor> parse_stated(MapReader& reader) {
  StatedTensor stated;
  stated.line = reader.line();
  if (const Node* const node = reader.find("dtype")) {
    ARETE_TRY_ASSIGN(const auto name, document::value_as<std::string>(*node, "dtype"));
    stated.dtype = tensor::dtype_from_name(name);
    if (!stated.dtype.has_value()) {
      return invalid_node(*node, fmt::format("'dtype' is '{}', which is no element type", name));
    }
  }
  ARETE_TRY_ASSIGN(stated.shape,
                   reader.optional<std::vector<std::int64_t>>("shape", {}, {-1, 1e9}));
  static constexpr std::array<Choice<std::string_view>, 2> kLayouts{
      {{"nhwc", "nhwc"}, {"nchw", "nchw"}}};
  ARETE_TRY_ASSIGN(const std::string_view layout,
                   reader.choice<std::string_view>("layout", "", kLayouts));
  stated.layout = layout;
  ARETE_TRY_ASSIGN(stated.scale, reader.maybe<double>("scale", {1e-30, 1e30}));
  ARETE_TRY_ASSIGN(stated.zero_point, reader.maybe<int>("zero_point"));
  return stated;
}

Result<Input> parse_input(const Node& node) {
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "an input"));
  Input input;
  input.line = reader.line();
  ARETE_TRY_ASSIGN(input.name, reader.optional<std::string>("name", ""));
  ARETE_TRY_ASSIGN(input.kind, parse_kind(reader));
  if (const Node* const tensor = reader.find("tensor")) {
    ARETE_TRY_ASSIGN(MapReader inner, MapReader::open(*tensor, "'tensor'"));
    ARETE_TRY_ASSIGN(input.stated, parse_stated(inner));
    ARETE_TRY(inner.finish());
  }
  ARETE_TRY(reader.finish());
  return input;
}

}  // namespace arete::spec
