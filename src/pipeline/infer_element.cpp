// SPDX-License-Identifier: Apache-2.0
#include "pipeline/infer_element.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "pipeline/window_feed.hpp"

namespace arete::pipeline {
namespace {

/// Books what a runner does under the packet that it does it for.
class LedgerSink final : public StageSink {
 public:
  LedgerSink(Ledger& ledger, std::size_t position, const Stamp& stamp, std::size_t batch)
      : ledger_(ledger), stamp_(stamp) {
    record_.element = static_cast<std::uint16_t>(position);
    record_.source = static_cast<std::uint16_t>(stamp.source);
    record_.sequence = stamp.sequence;
    record_.media_time_ns = stamp.media_time.count();
    record_.batch = static_cast<std::uint16_t>(batch);
  }

  void spent(Stage stage, Nanoseconds start, Nanoseconds end) override {
    record_.work = stage == Stage::kPreprocess ? Work::kPreprocess
                   : stage == Stage::kInfer    ? Work::kInfer
                                               : Work::kPostprocess;
    record_.start_ns = start.count();
    record_.end_ns = end.count();
    ledger_.add(record_, stamp_.captured);
  }

 private:
  Ledger& ledger_;
  Stamp stamp_;
  LedgerRecord record_;
};

tensor::Box grown(const tensor::Box& box, double margin, bool square) {
  double width = static_cast<double>(box.width()) * (1 + 2 * margin);
  double height = static_cast<double>(box.height()) * (1 + 2 * margin);
  if (square) {
    width = height = std::max(width, height);
  }
  const double x = (static_cast<double>(box.x1) + static_cast<double>(box.x2)) / 2;
  const double y = (static_cast<double>(box.y1) + static_cast<double>(box.y2)) / 2;
  return {static_cast<float>(x - width / 2), static_cast<float>(y - height / 2),
          static_cast<float>(x + width / 2), static_cast<float>(y + height / 2)};
}

/// A model of a region sees only that: elsewhere it has nothing to say.
void merge_mask(tensor::Findings& all, std::optional<tensor::Mask> mask) {
  if (!mask) {
    return;
  }
  if (!all.mask || all.mask->classes.size() != mask->classes.size()) {
    all.mask = std::move(mask);
    return;
  }
  for (std::size_t i = 0; i < mask->classes.size(); ++i) {
    if (mask->classes[i] != 0) {
      all.mask->classes[i] = mask->classes[i];
    }
  }
}

void move_raw(std::vector<RawOutput>& to, std::vector<RawOutput>& from) {
  std::ranges::move(from, std::back_inserter(to));
}

/// "face 3.1 ms  litert i8"
std::string stats_text(const ModelIdentity& model, Nanoseconds each) {
  return fmt::format("{} {:.1f} ms  {} {}", model.name,
                     std::chrono::duration<double, std::milli>(each).count(), model.engine,
                     model.precision);
}

double count_of(const tensor::Findings& findings) {
  return static_cast<double>(findings.detections.size() + findings.classes.size() +
                             (findings.mask ? 1 : 0));
}

}  // namespace

InferElement::InferElement(std::string name, InferSettings settings, ModelSlot& slot,
                           Ledger& ledger, std::size_t position, Clock& clock)
    : name_(std::move(name)),
      settings_(std::move(settings)),
      slot_(slot),
      ledger_(ledger),
      position_(position),
      clock_(clock),
      takes_(slot.takes()),
      batch_(1) {
  if (takes_ == PacketType::kFrame) {
    ModelSlot::Lease lease(slot_);
    const std::size_t most = lease.runner().batch();
    batch_ = settings_.batch == 0 ? most : std::min(most, settings_.batch);
  }
}

int InferElement::stream_of(int source) const {
  return static_cast<int>(position_) * 65'536 + source;
}

void InferElement::restart(int source) { restarted_.insert(source); }

Status InferElement::prepare(ModelSlot::Lease& lease, int source) {
  if (lease.generation() != generation_) {
    windows_.clear();  // another model may want other windows
    generation_ = lease.generation();
  }
  ARETE_TRY(lease.runner().select_stream(stream_of(source)));
  if (restarted_.erase(source) > 0) {
    windows_.erase(source);
    return lease.runner().reset();
  }
  return {};
}

Status InferElement::process(Packet packet, Emitter& out) {
  std::vector<Packet> packets;
  packets.push_back(std::move(packet));
  return process_batch(std::move(packets), out);
}

Status InferElement::process_batch(std::vector<Packet> packets, Emitter& out) {
  if (takes_ == PacketType::kFrame) {
    return run_frames(std::move(packets), out);
  }
  for (Packet& packet : packets) {
    ARETE_TRY(takes_ == PacketType::kTensor ? run_tensor(std::move(packet), out)
                                            : run_windows(packet, out));
  }
  return {};
}

Status InferElement::run_frames(std::vector<Packet> packets, Emitter& out) {
  std::vector<Job> jobs;
  for (const Packet& packet : packets) {
    ARETE_TRY_ASSIGN(Job job, job_of(packet));
    jobs.push_back(std::move(job));
  }
  std::string stats;
  {
    ModelSlot::Lease lease(slot_);
    const Nanoseconds start = clock_.monotonic();
    ARETE_TRY(run_jobs(lease, packets, jobs));
    stats = stats_text(lease.identity(), (clock_.monotonic() - start) / jobs.size());
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    jobs[i].result.stats = stats;
    out.decide(packets[i].stamp, Decision::kPassed, count_of(jobs[i].result.findings), 0);
    packets[i].set_result(std::move(jobs[i].result));
    out.emit(std::move(packets[i]));
  }
  return {};
}

Result<InferElement::Job> InferElement::job_of(const Packet& packet) const {
  Job job;
  job.result.element = name_;
  const media::VideoFrame* const frame = packet.frame();
  if (frame == nullptr) {
    return fail(ErrorCode::kInvalid, "the packet has no picture");
  }
  if (settings_.regions) {
    ARETE_TRY(add_regions(packet, job));
  } else {
    job.items.push_back({.picture = &frame->view});
  }
  return job;
}

Status InferElement::add_regions(const Packet& packet, Job& job) const {
  const ElementResult* const before = packet.result_of(*settings_.regions);
  if (before == nullptr) {
    return fail(ErrorCode::kInvalid, "the packet has no result of '{}' to take regions from",
                *settings_.regions);
  }
  job.result.findings.detections = before->findings.detections;
  const auto& found = before->findings.detections;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool wanted =
        settings_.labels.empty() ||
        std::ranges::find(settings_.labels, found[i].label) != settings_.labels.end();
    const double side = static_cast<double>(std::min(found[i].box.width(), found[i].box.height()));
    if (wanted && side > 0 && side >= settings_.min_size) {
      job.detections.push_back(i);
    }
  }
  const auto most = static_cast<std::size_t>(settings_.max_regions);
  if (job.detections.size() > most) {
    std::ranges::stable_sort(job.detections, [&](std::size_t a, std::size_t b) {
      return found[a].score > found[b].score;
    });
    job.detections.resize(most);
  }
  for (const std::size_t index : job.detections) {
    job.items.push_back({.picture = &packet.frame()->view,
                         .region = grown(found[index].box, settings_.margin, settings_.square)});
  }
  return {};
}

namespace {

/// One output into the packet's result: a frame's as it is, a region's beside the box it is of.
void take_in(ElementResult& result, std::optional<std::size_t> box, ModelOutput output) {
  tensor::Findings& all = result.findings;
  if (!box) {
    all = std::move(output.findings);
    result.raw = std::move(output.raw);
    return;
  }
  all.detections[*box].classes = std::move(output.findings.classes);
  std::ranges::move(output.findings.detections, std::back_inserter(all.detections));
  merge_mask(all, std::move(output.findings.mask));
  move_raw(result.raw, output.raw);
}

}  // namespace

Status InferElement::run_jobs(ModelSlot::Lease& lease, std::span<const Packet> packets,
                              std::span<Job> jobs) {
  struct Place {
    std::size_t job;
    std::size_t item;
  };
  std::vector<ModelItem> items;
  std::vector<Place> places;
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    for (std::size_t i = 0; i < jobs[j].items.size(); ++i) {
      items.push_back(jobs[j].items[i]);
      places.push_back({j, i});
    }
  }
  const std::size_t most = std::min(batch_, lease.runner().batch());
  for (std::size_t begin = 0; begin < items.size(); begin += most) {
    const std::size_t count = std::min(most, items.size() - begin);
    const Packet& first = packets[places[begin].job];
    ARETE_TRY(prepare(lease, first.stamp.source));
    LedgerSink sink(ledger_, position_, first.stamp, count);
    ARETE_TRY_ASSIGN(auto outputs,
                     lease.runner().run(std::span(items).subspan(begin, count), clock_, sink));
    for (std::size_t i = 0; i < count; ++i) {
      const Place& place = places[begin + i];
      Job& job = jobs[place.job];
      lease.offer(packets[place.job], items[begin + i], outputs[i]);
      const bool region = !job.detections.empty();
      take_in(job.result, region ? std::optional(job.detections[place.item]) : std::nullopt,
              std::move(outputs[i]));
    }
  }
  return {};
}

Result<ModelOutput> InferElement::run_one(ModelSlot::Lease& lease, const Packet& packet,
                                          const ModelItem& item) {
  LedgerSink sink(ledger_, position_, packet.stamp, 1);
  ARETE_TRY_ASSIGN(auto outputs, lease.runner().run(std::span(&item, 1), clock_, sink));
  lease.offer(packet, item, outputs.front());
  return std::move(outputs.front());
}

ElementResult InferElement::result_of(ModelOutput output) const {
  ElementResult result;
  result.element = name_;
  result.findings = std::move(output.findings);
  result.raw = std::move(output.raw);
  return result;
}

Status InferElement::run_windows(const Packet& packet, Emitter& out) {
  ModelSlot::Lease lease(slot_);
  ARETE_TRY(prepare(lease, packet.stamp.source));
  const spec::ResolvedInput& input = lease.runner().fed_input();
  WindowBuffer& buffer =
      windows_.try_emplace(packet.stamp.source, window_shape_of(input)).first->second;
  ARETE_TRY(append_to(buffer, input, packet));
  while (const auto window = buffer.next()) {
    ARETE_TRY_ASSIGN(ModelOutput output,
                     run_one(lease, packet, ModelItem{.values = window->values}));
    Packet found = packet;
    found.stamp.media_time = window->start;
    found.set_result(result_of(std::move(output)));
    out.emit(std::move(found));
  }
  return {};
}

Status InferElement::run_tensor(Packet packet, Emitter& out) {
  const ElementResult* const before = packet.result_of("");
  const RawOutput* chosen = nullptr;
  for (const RawOutput& raw :
       before == nullptr ? std::span<const RawOutput>() : std::span(before->raw)) {
    if (chosen == nullptr && (settings_.tensor.empty() || raw.name == settings_.tensor)) {
      chosen = &raw;
    }
  }
  if (chosen == nullptr) {
    return fail(ErrorCode::kInvalid, "the element before gives no raw output{}",
                settings_.tensor.empty() ? "" : " '" + settings_.tensor + "'");
  }
  std::vector<float> values(static_cast<std::size_t>(chosen->tensor.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(chosen->tensor.number_at(static_cast<std::int64_t>(i)));
  }
  ModelSlot::Lease lease(slot_);
  ARETE_TRY(prepare(lease, packet.stamp.source));
  ARETE_TRY_ASSIGN(ModelOutput output, run_one(lease, packet, ModelItem{.values = values}));
  out.decide(packet.stamp, Decision::kPassed, count_of(output.findings), 0);
  packet.set_result(result_of(std::move(output)));
  out.emit(std::move(packet));
  return {};
}

}  // namespace arete::pipeline
