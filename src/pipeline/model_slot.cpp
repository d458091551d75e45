// SPDX-License-Identifier: Apache-2.0
#include "pipeline/model_slot.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace arete::pipeline {
namespace {

constexpr float kSameBox = 0.5F;

/// F1 of matching each box of `a` with the best free one of its class in `b`.
double box_agreement(const std::vector<tensor::Detection>& a,
                     const std::vector<tensor::Detection>& b) {
  std::vector<bool> taken(b.size(), false);
  std::size_t matched = 0;
  for (const tensor::Detection& one : a) {
    std::optional<std::size_t> best;
    float best_overlap = kSameBox;
    for (std::size_t i = 0; i < b.size(); ++i) {
      const float overlap = tensor::intersection_over_union(one.box, b[i].box);
      if (!taken[i] && b[i].index == one.index && overlap >= best_overlap) {
        best = i;
        best_overlap = overlap;
      }
    }
    if (best) {
      taken[*best] = true;
      ++matched;
    }
  }
  return 2 * static_cast<double>(matched) / static_cast<double>(a.size() + b.size());
}

/// 1 minus the mean difference, relative to the larger of the two ranges; 0 for other shapes.
double raw_agreement(const RawOutput& a, const RawOutput& b) {
  const std::int64_t count = a.tensor.elements();
  if (count != b.tensor.elements() || a.tensor.dtype() == tensor::DType::kString ||
      b.tensor.dtype() == tensor::DType::kString) {
    return 0;
  }
  double difference = 0;
  double largest = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double left = a.tensor.number_at(i);
    const double right = b.tensor.number_at(i);
    difference += std::abs(left - right);
    largest = std::max({largest, std::abs(left), std::abs(right)});
  }
  if (count == 0 || largest == 0) {
    return 1;
  }
  const double mean = difference / static_cast<double>(count) / largest;
  return std::isfinite(mean) ? std::max(0.0, 1 - mean) : 0;
}

double mask_agreement(const tensor::Mask& a, const tensor::Mask& b) {
  if (a.classes.size() != b.classes.size() || a.classes.empty()) {
    return a.classes.size() == b.classes.size() ? 1 : 0;
  }
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.classes.size(); ++i) {
    same += a.classes[i] == b.classes[i] ? 1 : 0;
  }
  return static_cast<double>(same) / static_cast<double>(a.classes.size());
}

}  // namespace

double agreement_of(const ModelOutput& a, const ModelOutput& b) {
  const tensor::Findings& left = a.findings;
  const tensor::Findings& right = b.findings;
  if (!left.classes.empty() || !right.classes.empty()) {
    const bool both = !left.classes.empty() && !right.classes.empty();
    return both && left.classes[0].index == right.classes[0].index ? 1 : 0;
  }
  if (!left.detections.empty() || !right.detections.empty()) {
    return box_agreement(left.detections, right.detections);
  }
  if (left.mask && right.mask) {
    return mask_agreement(*left.mask, *right.mask);
  }
  if (a.raw.size() != b.raw.size()) {
    return 0;
  }
  double worst = 1;
  for (std::size_t i = 0; i < a.raw.size(); ++i) {
    worst = std::min(worst, raw_agreement(a.raw[i], b.raw[i]));
  }
  return worst;
}

void ModelSlot::Lease::offer(const Packet& packet, const ModelItem& item,
                             const ModelOutput& answer) {
  const std::lock_guard lock(slot_.sample_mutex_);
  if (!slot_.wanted_ || slot_.sample_) {
    return;
  }
  Sample sample{packet, item.region, {item.values.begin(), item.values.end()}, answer};
  slot_.sample_ = std::move(sample);
  slot_.sampled_.notify_all();
}

std::optional<ModelSlot::Sample> ModelSlot::wait_for_sample(Nanoseconds deadline, Clock& clock) {
  std::unique_lock lock(sample_mutex_);
  wanted_ = true;
  while (!sample_ && !stopped_) {
    const Nanoseconds left = deadline - clock.monotonic();
    if (left <= Nanoseconds(0)) {
      break;
    }
    sampled_.wait_for(lock, left);
  }
  wanted_ = false;
  return std::exchange(sample_, std::nullopt);
}

Result<double> ModelSlot::compare(ModelRunner& candidate, const SwapOptions& options, Clock& clock,
                                  int& compared) {
  const Nanoseconds deadline = clock.monotonic() + options.patience;
  StageTimes times;
  double sum = 0;
  for (compared = 0; compared < options.compare; ++compared) {
    const std::optional<Sample> sample = wait_for_sample(deadline, clock);
    if (!sample) {
      return fail(ErrorCode::kTimeout,
                  "only {} of {} packets came to compare the models on; the old one stays",
                  compared, options.compare);
    }
    const media::VideoFrame* const frame = sample->packet.frame();
    const ModelItem item{.picture = sample->values.empty() ? &frame->view : nullptr,
                         .region = sample->region,
                         .values = sample->values};
    ARETE_TRY_ASSIGN(const auto outputs, candidate.run(std::span(&item, 1), clock, times));
    sum += agreement_of(sample->answer, outputs.front());
  }
  return sum / std::max(compared, 1);
}

Result<SwapReport> ModelSlot::replace(ModelRunner runner, ModelIdentity identity,
                                      const SwapOptions& options, Clock& clock) {
  SwapReport report;
  report.before = this->identity();
  report.after = identity;
  if (runner.takes() != takes()) {
    return fail(ErrorCode::kInvalid, "model '{}' takes {}; the one in its place takes {}",
                identity.name, name_of(runner.takes()), name_of(takes()));
  }
  if (options.compare > 0) {
    ARETE_TRY_ASSIGN(report.agreement, compare(runner, options, clock, report.compared));
    if (report.agreement < options.min_agreement) {
      return fail(ErrorCode::kGate,
                  "model '{}' agrees with the running one in {:.1f} % of {} packets, less than "
                  "{:.1f} %; the old one stays",
                  identity.name, 100 * report.agreement, report.compared,
                  100 * options.min_agreement);
    }
    ARETE_TRY(runner.reset());
  }
  auto ready = std::make_unique<ModelRunner>(std::move(runner));
  {
    const std::lock_guard lock(mutex_);
    std::swap(runner_, ready);
    identity_ = std::move(identity);
    ++generation_;
  }
  return report;  // the old one is unloaded here, beside the running pipeline
}

void ModelSlot::stop() {
  const std::lock_guard lock(sample_mutex_);
  stopped_ = true;
  sampled_.notify_all();
}

ModelIdentity ModelSlot::identity() const {
  const std::lock_guard lock(mutex_);
  return identity_;
}

PacketType ModelSlot::takes() const {
  const std::lock_guard lock(mutex_);
  return runner_->takes();
}

}  // namespace arete::pipeline
