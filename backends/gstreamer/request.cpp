// SPDX-License-Identifier: Apache-2.0
#include "request.hpp"

#include "arete/plugin/failure.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

/// Far above any camera's.
constexpr int kMostAcross = 1 << 16;
constexpr double kMostFrames = 10'000;
constexpr int kMostSamples = 384'000;

std::string given_text(const char* text) { return text == nullptr ? "" : text; }

void check_range(const char* name, double value, double most) {
  if (!(value >= 0 && value <= most)) {
    throw Failure(ARETE_INVALID, std::string(name) + " is out of range");
  }
}

}  // namespace

Request Request::of(const arete_source_request* given) {
  if (given == nullptr || given->struct_size < sizeof(arete_source_request)) {
    throw Failure(ARETE_INVALID, "a struct of the host is shorter than ABI 1 has it");
  }
  if (given->url == nullptr || *given->url == '\0') {
    throw Failure(ARETE_INVALID, "no address was given");
  }
  check_range("the width", given->width, kMostAcross);
  check_range("the height", given->height, kMostAcross);
  check_range("the frame rate", given->frames_per_second, kMostFrames);
  check_range("the sample rate", given->sample_rate_hz, kMostSamples);
  Request made;
  made.kind = given->kind;
  made.media = given->media;
  made.url = given->url;
  made.user = given_text(given->user);
  made.password = given_text(given->password);
  made.width = given->width;
  made.height = given->height;
  made.frames_per_second = given->frames_per_second;
  if (given->sample_rate_hz != 0) {
    made.sample_rate_hz = given->sample_rate_hz;
  }
  made.newest = given->newest != 0;
  made.timeout = std::chrono::nanoseconds(given->timeout_ns);
  return made;
}

}  // namespace arete_gstreamer
