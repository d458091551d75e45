// SPDX-License-Identifier: Apache-2.0
#include "pipeline/source_runner.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace arete::pipeline {

SourceRunner::SourceRunner(GraphRun& run, SourceSpec spec, std::size_t position,
                           SourceOpener opener)
    : run_(run), spec_(std::move(spec)), position_(position), opener_(std::move(opener)) {
  report_.name = spec_.name;
  delay_ = spec_.retry.first;
}

Status SourceRunner::open_now() {
  auto opened = opener_(spec_.settings);
  if (!opened) {
    return std::unexpected(
        std::move(opened).error().with_context("source '" + spec_.name + "'").at(spec_.where));
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
  run_.problem(spec_.name, status.error());
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
      const std::lock_guard lock(mutex_);
      ++report_.reconnects;
      renewed_ = true;
      return true;
    }
    run_.problem(spec_.name, status.error());
    const std::lock_guard lock(mutex_);
    ++report_.errors;
  }
  return false;
}

bool SourceRunner::after_error(const Error& error) {
  if (error.code() == ErrorCode::kCancelled && run_.stopping()) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    ++report_.errors;
  }
  run_.problem(spec_.name, error);
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
  const Status status = open_now();
  renewed_ = true;
  return status.has_value() || after_error(status.error());
}

/// Times of one stream that begins anew go on where the last one ended.
Stamp SourceRunner::stamp_of(const media::MediaPacket& packet) {
  Stamp stamp;
  stamp.source = static_cast<int>(position_);
  stamp.sequence = sequence_++;
  const Nanoseconds own = media::media_time_of(packet);
  stamp.captured = std::max(run_.clock().monotonic(), last_captured_);
  if (renewed_) {
    const Nanoseconds gap =
        live() ? std::max(stamp.captured - last_captured_, last_step_) : last_step_;
    base_ = std::max(last_media_, Nanoseconds(0)) + gap - own;
    renewed_ = false;
  }
  stamp.media_time = std::max(own + base_, last_media_);
  return stamp;
}

void SourceRunner::pass_on(media::MediaPacket packet, Nanoseconds asked) {
  if (renewed_) {
    deliver_restart(targets_, static_cast<int>(position_));
  } else if (spec_.settings.kind == media::SourceKind::kPictures &&
             spec_.settings.frames_per_second == 0 && sequence_ > 0) {
    deliver_restart(targets_, static_cast<int>(position_));  // no sequence, but single pictures
  }
  const Nanoseconds given = run_.clock().monotonic();
  Stamp stamp = stamp_of(packet);
  if (spec_.pace == Pace::kRealtime) {
    if (!paced_from_) {
      paced_from_ = run_.clock().monotonic() - stamp.media_time;
    }
    if (!wait_until(*paced_from_ + stamp.media_time)) {
      return;
    }
    stamp.captured = std::max(run_.clock().monotonic(), last_captured_);
  }
  last_step_ = last_media_ < Nanoseconds(0) ? Nanoseconds(0) : stamp.media_time - last_media_;
  last_media_ = stamp.media_time;
  last_captured_ = stamp.captured;
  delay_ = spec_.retry.first;
  LedgerRecord record;
  record.work = Work::kDecode;
  record.element = record.source = static_cast<std::uint16_t>(position_);
  record.sequence = stamp.sequence;
  record.media_time_ns = stamp.media_time.count();
  record.start_ns = asked.count();
  record.end_ns = given.count();
  record.batch = 1;
  run_.ledger().add(record, stamp.captured);
  {
    const std::lock_guard lock(mutex_);
    ++report_.packets;
  }
  Packet made;
  made.stamp = stamp;
  made.media = std::make_shared<const media::MediaPacket>(std::move(packet));
  deliver(run_, targets_, std::move(made));
}

Result<std::optional<media::MediaPacket>> SourceRunner::read() {
  if (source_ == nullptr) {
    return fail(ErrorCode::kUnavailable, "not open yet");
  }
  const Nanoseconds cpu = thread_cpu();
  auto packet = source_->next();
  const Nanoseconds spent = thread_cpu() - cpu;
  decode_cpu_ += spent;
  run_.ledger().add_cpu(position_, spent);
  return packet;
}

void SourceRunner::loop() {
  bool more = source_ != nullptr || reopen();
  while (more && !run_.stopping()) {
    const Nanoseconds asked = run_.clock().monotonic();
    auto packet = read();
    if (!packet) {
      more = after_error(packet.error());
    } else if (!*packet) {
      more = after_end();
    } else {
      pass_on(std::move(**packet), asked);
      more = spec_.most_packets == 0 || sequence_ < spec_.most_packets;
    }
  }
  deliver_end(targets_);
}

}  // namespace arete::pipeline
