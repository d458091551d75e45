// What a model wants of each input, in the words of the world: a picture in RGB from -1 to 1, one
// second of sound at 16 kHz. Not how it lies in memory: layout, dtype, scale and zero point come
// from the file's tensor (resolve.hpp). Pure data; errors and parsing are in parse.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tensor/dtype.hpp"

namespace arete::spec {

/// How a source picture of another aspect ratio becomes the model's.
enum class Fit : std::uint8_t {
  kStretch,     ///< both axes scaled on their own
  kLetterbox,   ///< scaled to fit inside, the rest filled with `pad`
  kCenterCrop,  ///< a centered part of the model's aspect ratio is cut out, then scaled
};
enum class Placement : std::uint8_t { kCenter, kTopLeft };  ///< of a letterboxed picture
enum class Resample : std::uint8_t {
  kBilinear,           ///< half-pixel centers, two taps an axis whatever the scale
  kBilinearAntialias,  ///< triangle filter as wide as the reduction (what Pillow calls bilinear)
  kNearest,
  kArea,
};
enum class ColorOrder : std::uint8_t { kRgb, kBgr, kGray };

struct Size {
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  [[nodiscard]] bool operator==(const Size&) const = default;
};

struct ImageInput {
  std::optional<Size> size;  ///< else the file's tensor says it
  Fit fit = Fit::kStretch;
  /// For kCenterCrop: the part of the largest fitting rectangle that is cut out, 0 < fraction <= 1.
  double crop_fraction = 1.0;
  Placement placement = Placement::kCenter;
  std::array<std::uint8_t, 3> pad{0, 0, 0};  ///< in the model's color order
  Resample resample = Resample::kBilinear;
  ColorOrder color = ColorOrder::kRgb;
  /// real value = (pixel - mean[c]) / std_dev[c], pixel 0..255, c in the model's color order. A
  /// gray input uses [0]. `range: [lo, hi]` in the file is the same thing said otherwise.
  std::array<double, 3> mean{0, 0, 0};
  std::array<double, 3> std_dev{1, 1, 1};
};

/// How one window of sound becomes rows of numbers.
struct SpectrumFeatures {
  enum class Kind : std::uint8_t { kMfcc, kLogMel } kind = Kind::kLogMel;
  double window_ms = 25;
  double hop_ms = 10;
  int fft_size = 0;  ///< 0 = the next power of two of the window
  int mel_bins = 40;
  int coefficients = 13;  ///< kMfcc only
  double lowest_hz = 20;
  double highest_hz = 0;  ///< 0 = half the sample rate
  enum class Log : std::uint8_t { kNatural, kDecibel } log = Log::kNatural;
  double log_floor = 1e-6;  ///< added before the logarithm
  double preemphasis = 0;   ///< 0..1, 0 = none
};

struct AudioInput {
  int sample_rate_hz = 16000;
  int window = 0;   ///< samples a call of the model sees; 0 = the file's tensor says it
  int hop = 0;      ///< samples from one window to the next; 0 = window
  int context = 0;  ///< samples of the window before that lead each window (part of the tensor)
  std::optional<SpectrumFeatures> features;  ///< none = the samples themselves, -1..1
  double mean = 0;                           ///< real value = (x - mean) / std_dev
  double std_dev = 1;
};

struct SeriesColumn {
  std::string name;
  double mean = 0;  ///< real value = (x - mean) / std_dev
  double std_dev = 1;
};
struct SeriesInput {
  double rate_hz = 0;  ///< 0 = unknown; then nothing is resampled
  int length = 0;      ///< rows a call of the model sees; 0 = the file's tensor says it
  int hop = 0;         ///< 0 = length
  std::vector<SeriesColumn> columns;
};

struct TextInput {
  enum class Tokenizer : std::uint8_t { kIds, kRegex, kWordPiece } tokenizer = Tokenizer::kIds;
  std::string split;            ///< kRegex: what separates words
  std::string vocabulary_file;  ///< relative to the spec, then to the model
  int length = 0;               ///< tokens; 0 = the file's tensor says it
  bool lowercase = false;
  std::string start_token;  ///< empty = none
  std::string pad_token;
  std::string unknown_token;
};

/// The first and last bytes of a file, as one row of integers.
struct BytesInput {
  int begin = 0;
  int end = 0;
  int block = 4096;   ///< bytes read at each end before white space is stripped
  int padding = 256;  ///< the value where a file is shorter
  bool strip = true;
};

/// Taken from a file of numbers as it is.
struct TensorInput {};

/// The same numbers in every call: a sample rate, a threshold. One number fills the tensor.
struct ConstantInput {
  std::vector<double> values;
};

/// Fed from the output `output` of the call before; `initial` in the first.
struct StateInput {
  std::string output;
  double initial = 0;
};

using InputKind = std::variant<ImageInput, AudioInput, SeriesInput, TextInput, BytesInput,
                               TensorInput, ConstantInput, StateInput>;

/// What a spec may say of a tensor although the file knows it: compared, never believed.
struct StatedTensor {
  std::optional<tensor::DType> dtype;
  std::vector<std::int64_t> shape;  ///< empty = not stated; -1 = any
  std::string layout;               ///< "", "nhwc" or "nchw"
  std::optional<double> scale;
  std::optional<int> zero_point;
  int line = 0;
};

struct Input {
  std::string name;  ///< empty = by position
  InputKind kind;
  StatedTensor stated;
  int line = 0;  ///< in the spec's file, for messages
};

}  // namespace arete::spec
