// Posts bodies to one URL from a thread of its own: callers never wait. A full queue loses its
// oldest. What fails is tried again, with a growing wait, as long as that can help: not after the
// server has said that the request is wrong (4xx, but for 408 and 429).
// Threads: safe from any. Errors: counted, and logged now and then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io_http/http_client.hpp"

namespace arete::io_http {

struct PosterSettings {
  std::size_t queue_limit = 1000;                    ///< bodies that wait
  int retries = 5;                                   ///< after the first try
  Nanoseconds first_wait = std::chrono::seconds(1);  ///< before the second try; doubled
  Nanoseconds longest_wait = std::chrono::seconds(60);
};

struct PosterCounts {
  std::int64_t posted = 0;    ///< answered with 2xx
  std::int64_t refused = 0;   ///< answered so that trying again cannot help
  std::int64_t given_up = 0;  ///< after all tries
  std::int64_t dropped = 0;   ///< gave way in a full queue
  std::int64_t failures = 0;  ///< tries that failed
  std::size_t waiting = 0;    ///< with the one that is being sent
  std::string last_error;
};

class HttpPoster {
 public:
  /// `request` is sent with each body.
  HttpPoster(std::unique_ptr<HttpClient> client, HttpRequest request, PosterSettings limits = {});
  HttpPoster(const HttpPoster&) = delete;
  HttpPoster& operator=(const HttpPoster&) = delete;
  /// Ends soon; what still waits is lost (see drain()).
  ~HttpPoster();

  void post(std::string body);
  /// Waits until nothing waits any more, for at most `most`; whether that was so.
  bool drain(Nanoseconds most);
  [[nodiscard]] PosterCounts counts() const;

 private:
  void work();
  /// Tries one body until it is done for.
  void deliver(const std::string& body);
  /// Whether another try may help.
  [[nodiscard]] bool note(const Result<HttpResponse>& answer);

  std::unique_ptr<HttpClient> client_;
  HttpRequest request_;
  PosterSettings limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> bodies_;
  bool sending_ = false;
  PosterCounts counts_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace arete::io_http
