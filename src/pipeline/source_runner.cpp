// SPDX-License-Identifier: Apache-2.0
#include "pipeline/source_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/log.hpp"

namespace arete::pipeline {

namespace {

/// The error's own place is the file or camera: the line of the pipeline is told before.
std::string context_of(const SourceSpec& spec) {
  return fmt::format("{}{}source '{}'", spec.where, spec.where.empty() ? "" : ": ", spec.name);
}

}  // namespace

SourceRunner::SourceRunner(GraphRun& run, SourceSpec spec, std::size_t position,
                           SourceOpener opener)
    : run_(run), spec_(std::move(spec)), position_(position), opener_(std::move(opener)) {
  report_.name = spec_.name;
  delay_ = spec_.retry.first;
}

Status SourceRunner::open_now() {
  auto opened = opener_(position_, spec_.settings);
  if (!opened) {
    return std::unexpected(
        std::move(opened).error().with_context(context_of(spec_)).at(spec_.where));
  }
  const std::lock_guard lock(mutex_);
  source_ = std::move(*opened);
  if (stopped_) {
    source_->stop();
  }
  return {};
}

Status SourceRunner::open() {
  Status status = open_now();
  if (status || !spec_.retry.at_start) {
    return status;
  }
  broken_ = true;
  run_.problem(spec_.name, status.error(), false);
  return {};
}

void SourceRunner::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (source_) {
    source_->stop();
  }
  changed_.notify_all();
}

SourceReport SourceRunner::report() const {
  const std::lock_guard lock(mutex_);
  return report_;
}

bool SourceRunner::live() const { return source_ == nullptr || source_->info().live; }

bool SourceRunner::wait_until(Nanoseconds time) {
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    const Nanoseconds left = time - run_.clock().monotonic();
    if (left <= Nanoseconds(0)) {
      return true;
    }
    changed_.wait_for(lock, left);
  }
  return false;
}

/// Tries until it works or stop(); each time after a longer pause.
bool SourceRunner::reopen() {
  {
    const std::lock_guard lock(mutex_);
    source_.reset();
  }
  while (wait_until(run_.clock().monotonic() + delay_)) {
    delay_ = std::min(delay_ * 2, spec_.retry.most);
    const Status status = open_now();
    if (status) {
      renewed_ = away_ = true;
      return true;
    }
    run_.problem(spec_.name, status.error(), false);
    const std::lock_guard lock(mutex_);
    ++report_.errors;
  }
  return false;
}

bool SourceRunner::after_error(const Error& error) {
  if (run_.options().replay != nullptr && spec_.settings.kind != media::SourceKind::kPictures) {
    run_.give_up(error);  // a replay that cannot read what was recorded shows nothing
    return false;
  }
  if (error.code() == ErrorCode::kCancelled && run_.stopping()) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    ++report_.errors;
  }
  broken_ = live();
  run_.problem(spec_.name, error, !broken_);
  if (spec_.settings.kind == media::SourceKind::kPictures) {
    return true;  // the others can still be read
  }
  return live() && reopen();
}

bool SourceRunner::after_end() {
  if (source_->info().live && spec_.settings.kind != media::SourceKind::kTest) {
    return after_error(Error(ErrorCode::kUnavailable, "the stream ended"));
  }
  if (!spec_.loop) {
    return false;
  }
  if (renewed_) {  // nothing came since it was opened: opening it again would go on for ever
    run_.problem(spec_.name, Error(ErrorCode::kInvalid, "there is nothing in it to loop over"));
    return false;
  }
  const Status status = open_now();
  renewed_ = true;
  return status.has_value() || after_error(status.error());
}

/// Single pictures are no sequence: each begins anew.
bool SourceRunner::begins_anew() const {
  return renewed_ || (spec_.settings.kind == media::SourceKind::kPictures &&
                      spec_.settings.frames_per_second == 0 && sequence_ > 0);
}

/// Times of a stream that begins anew go on where the last one ended.
void SourceRunner::set_times(const media::MediaPacket& packet, Stamp& stamp) {
  const Nanoseconds own = media::media_time_of(packet);
  stamp.captured = std::max(run_.clock().monotonic(), last_captured_);
  if (renewed_ && sequence_ > 0) {
    const Nanoseconds gap =
        live() ? std::max(stamp.captured - last_captured_, last_step_) : last_step_;
    base_ = std::max(last_media_, Nanoseconds(0)) + gap - own;
  }
  stamp.media_time = std::max(own + base_, last_media_);
}

/// False if stop() came first.
bool SourceRunner::pace(Stamp& stamp) {
  if (!paced_from_) {
    paced_from_ = run_.clock().monotonic() - stamp.media_time;
  }
  if (!wait_until(*paced_from_ + stamp.media_time)) {
    return false;
  }
  stamp.captured = std::max(run_.clock().monotonic(), last_captured_);
  return true;
}

void SourceRunner::book(const Stamp& stamp, Nanoseconds asked, Nanoseconds given) {
  LedgerRecord record;
  record.work = Work::kDecode;
  record.element = record.source = static_cast<std::uint16_t>(position_);
  record.sequence = stamp.sequence;
  record.media_time_ns = stamp.media_time.count();
  record.start_ns = asked.count();
  record.end_ns = given.count();
  record.batch = 1;
  run_.ledger().add(record, stamp.captured);
  const std::lock_guard lock(mutex_);
  ++report_.packets;
}

/// Only a packet shows that a live source is back: it opens before anybody answers.
void SourceRunner::note_return() {
  if (!away_) {
    return;
  }
  away_ = false;
  ARETE_LOG(kWarning, "source_back", {"at", spec_.name}, {"frame", sequence_});
  const std::lock_guard lock(mutex_);
  ++report_.reconnects;
}

void SourceRunner::pass_on(media::MediaPacket packet, Nanoseconds asked) {
  const Nanoseconds given = run_.clock().monotonic();
  Stamp stamp;
  stamp.source = static_cast<int>(position_);
  stamp.sequence = sequence_;
  bool restart = begins_anew();
  const ReplayPlan* const replay = run_.options().replay;
  if (replay != nullptr) {
    const RecordedStamp& recorded = replay->stamps[position_][static_cast<std::size_t>(sequence_)];
    stamp.captured = recorded.captured;
    stamp.media_time = recorded.media_time;
    restart = recorded.restart;
  } else {
    set_times(packet, stamp);
    if (spec_.pace == Pace::kRealtime && !pace(stamp)) {
      return;
    }
  }
  ++sequence_;
  renewed_ = false;
  last_step_ = last_media_ < Nanoseconds(0) ? Nanoseconds(0) : stamp.media_time - last_media_;
  last_media_ = stamp.media_time;
  last_captured_ = stamp.captured;
  delay_ = spec_.retry.first;
  book(stamp, asked, given);
  if (restart) {
    deliver_restart(targets_, stamp.source);
  }
  Packet made;
  made.stamp = stamp;
  made.media = std::make_shared<const media::MediaPacket>(std::move(packet));
  run_.captured(made, live(), restart);
  deliver(run_, targets_, std::move(made));
}

Result<std::optional<media::MediaPacket>> SourceRunner::read() {
  if (source_ == nullptr) {
    return fail(ErrorCode::kUnavailable, "not open yet");
  }
  const Nanoseconds cpu = thread_cpu();
  auto packet = source_->next();
  run_.ledger().add_cpu(position_, thread_cpu() - cpu);
  return packet;
}

/// As many as the file allows, in a replay as many as were recorded.
std::int64_t SourceRunner::most_packets() const {
  if (run_.options().replay != nullptr) {
    return static_cast<std::int64_t>(run_.options().replay->stamps[position_].size());
  }
  return spec_.most_packets == 0 ? std::numeric_limits<std::int64_t>::max() : spec_.most_packets;
}

void SourceRunner::loop() {
  const std::int64_t most = most_packets();
  bool more = most > 0 && (source_ != nullptr || reopen());
  while (more && !run_.stopping()) {
    const Nanoseconds asked = run_.clock().monotonic();
    auto packet = read();
    if (!packet) {
      more = after_error(packet.error());
    } else if (!*packet) {
      more = after_end();
    } else {
      note_return();
      broken_ = false;
      pass_on(std::move(**packet), asked);
      more = sequence_ < most;
    }
  }
  if (broken_) {
    run_.count_failure();  // it did not come back
  }
  deliver_end(targets_);
}

}  // namespace arete::pipeline
