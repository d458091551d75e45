// SPDX-License-Identifier: Apache-2.0
#include "io_http/http_poster.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "io_http/http_client.hpp"

namespace arete::io_http {

HttpPoster::HttpPoster(std::unique_ptr<HttpClient> client, HttpRequest request,
                       PosterSettings limits)
    : client_(std::move(client)), request_(std::move(request)), limits_(limits) {
  request_.method = "POST";
  thread_ = std::thread([this] { work(); });
}

HttpPoster::~HttpPoster() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void HttpPoster::post(std::string body) {
  {
    const std::lock_guard lock(mutex_);
    if (bodies_.size() >= std::max<std::size_t>(limits_.queue_limit, 1)) {
      bodies_.pop_front();
      ++counts_.dropped;
    }
    bodies_.push_back(std::move(body));
  }
  changed_.notify_all();
}

bool HttpPoster::drain(Nanoseconds most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [&] { return bodies_.empty() && !sending_; });
}

PosterCounts HttpPoster::counts() const {
  const std::lock_guard lock(mutex_);
  PosterCounts counts = counts_;
  counts.waiting = bodies_.size() + (sending_ ? 1 : 0);
  return counts;
}

void HttpPoster::work() {
  while (true) {
    std::string body;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || !bodies_.empty(); });
      if (stop_) {
        return;
      }
      body = std::move(bodies_.front());
      bodies_.pop_front();
      sending_ = true;
    }
    deliver(body);
    {
      const std::lock_guard lock(mutex_);
      sending_ = false;
    }
    changed_.notify_all();
  }
}

void HttpPoster::deliver(const std::string& body) {
  request_.body = body;
  Nanoseconds wait = limits_.first_wait;
  for (int tries = 0;; ++tries) {
    if (!note(client_->send(request_, stop_))) {
      return;
    }
    std::unique_lock lock(mutex_);
    if (tries >= limits_.retries) {
      ++counts_.given_up;
      return;
    }
    if (changed_.wait_for(lock, wait, [&] { return stop_.load(); })) {
      return;
    }
    wait = std::min(2 * wait, limits_.longest_wait);
  }
}

bool HttpPoster::note(const Result<HttpResponse>& answer) {
  std::string error;
  bool again = true;
  if (!answer) {
    error = answer.error().message();
    const ErrorCode code = answer.error().code();
    again = code != ErrorCode::kInvalid && code != ErrorCode::kUnsupported &&
            code != ErrorCode::kCancelled;
  } else if (answer->status < 200 || answer->status > 299) {
    error = fmt::format("{}: status {}", shown_url(request_.url, request_.url_is_secret),
                        answer->status);
    again = answer->status >= 500 || answer->status == 408 || answer->status == 429;
  }
  std::int64_t failures = 0;
  {
    const std::lock_guard lock(mutex_);
    if (error.empty()) {
      ++counts_.posted;
      return false;
    }
    failures = ++counts_.failures;
    counts_.refused += again ? 0 : 1;
    counts_.last_error = error;
  }
  // Powers of two: often at first, then ever more rarely.
  if ((failures & (failures - 1)) == 0) {
    ARETE_LOG(kWarning, "webhook_failed", {"error", error}, {"failures", failures});
  }
  return again;
}

}  // namespace arete::io_http
