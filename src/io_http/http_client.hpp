// One HTTP request and its answer, as an interface: the real client (libcurl), a fake that answers
// by a function. Not here: queues and trying again (http_poster.hpp), serving.
// Threads: a client is serial. Errors: kUnavailable if the server cannot be reached, kTimeout,
// kDenied if its certificate is not trusted, kNoSpace if the answer is too long, kInvalid for a
// request that cannot be, kCancelled, kUnsupported if built without a library. A status such as 404
// is an answer, not an error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace arete::io_http {

struct HttpHeader {
  std::string name;
  Secret value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;             ///< http or https
  bool url_is_secret = false;  ///< then messages name its scheme and host only
  std::vector<HttpHeader> headers;
  std::string body;
  std::string ca_file;  ///< PEM; empty = the system's
  Nanoseconds connect_timeout = std::chrono::seconds(5);
  Nanoseconds timeout = std::chrono::seconds(10);  ///< of everything together
  int max_redirects = 0;
  std::size_t response_limit = std::size_t{1} << 20;  ///< bytes of the answer's body
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

/// Whether a request may go to `url`: http or https, with a host, without control characters.
[[nodiscard]] Status check_url(std::string_view url);
/// `url` for messages: without the name and password that it may have, and without what follows
/// the host if it is secret.
[[nodiscard]] std::string shown_url(std::string_view url, bool is_secret = false);
/// Whether `name` and `value` make one header line.
[[nodiscard]] Status check_header(std::string_view name, std::string_view value);

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Gives up with kCancelled soon after `stop` becomes true.
  [[nodiscard]] virtual Result<HttpResponse> send(const HttpRequest& request,
                                                  const std::atomic<bool>& stop) = 0;
};

/// The real one; one that always fails with kUnsupported if built without libcurl.
[[nodiscard]] std::unique_ptr<HttpClient> make_http_client();

/// Answers by a function, which is called under a lock.
class FakeHttpClient final : public HttpClient {
 public:
  using Answer = std::function<Result<HttpResponse>(const HttpRequest&)>;
  explicit FakeHttpClient(Answer answer) : answer_(std::move(answer)) {}
  [[nodiscard]] Result<HttpResponse> send(const HttpRequest& request,
                                          const std::atomic<bool>&) override {
    const std::lock_guard lock(mutex_);
    return answer_(request);
  }

 private:
  std::mutex mutex_;
  Answer answer_;
};

}  // namespace arete::io_http
