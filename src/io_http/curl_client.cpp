// The real HTTP client. Certificates are always checked; redirects stay within http and https, and
// curl itself leaves a request's own headers behind when the host changes.
// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io_http/http_client.hpp"

namespace arete::io_http {
namespace {

struct CleanupCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeHeaders>;

struct CurlReply {
  std::string body;
  std::size_t limit = 0;
  bool too_long = false;
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* target) {
  auto& reply = *static_cast<CurlReply*>(target);
  const std::size_t bytes = size * count;
  if (bytes > reply.limit - reply.body.size()) {
    reply.too_long = true;
    return 0;
  }
  reply.body.append(data, bytes);
  return bytes;
}

int look_at_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

ErrorCode code_of(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::kTimeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return ErrorCode::kDenied;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return ErrorCode::kInvalid;
    case CURLE_ABORTED_BY_CALLBACK:
      return ErrorCode::kCancelled;
    default:
      return ErrorCode::kUnavailable;
  }
}

long milliseconds_of(Nanoseconds time) {
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

Result<HeaderList> header_list(const HttpRequest& request) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (!list) {
      list.reset(longer);  // later ones hang on the first
    }
    return longer != nullptr;
  };
  bool fits = append("Expect:");  // do not ask first whether a body is welcome
  for (const HttpHeader& header : request.headers) {
    ARETE_TRY(check_header(header.name, header.value.reveal()));
    fits = fits && append(header.name + ": " + header.value.reveal());
  }
  if (!fits) {
    return fail(ErrorCode::kNoSpace, "no memory for HTTP headers");
  }
  return list;
}

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient() {
    static const CURLcode kInitialized = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (kInitialized == CURLE_OK) {
      handle_.reset(curl_easy_init());
    }
  }

  Result<HttpResponse> send(const HttpRequest& request, const std::atomic<bool>& stop) override {
    if (!handle_) {
      return fail(ErrorCode::kUnavailable, "libcurl cannot be used");
    }
    ARETE_TRY(check_url(request.url));
    ARETE_TRY_ASSIGN(const HeaderList headers, header_list(request));
    CURL* const handle = handle_.get();
    curl_easy_reset(handle);  // connections stay open
    CurlReply reply{.body = {}, .limit = request.response_limit};
    set_target(request);
    set_limits(request);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look_at_stop);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &stop);
    std::array<char, CURL_ERROR_SIZE> details{};
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, details.data());
    const CURLcode code = curl_easy_perform(handle);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
    if (reply.too_long) {
      return fail(ErrorCode::kNoSpace, "{}: the answer has more than {} bytes",
                  shown_url(request.url, request.url_is_secret), request.response_limit);
    }
    if (code != CURLE_OK) {
      return fail(code_of(code), "{}: {}", shown_url(request.url, request.url_is_secret),
                  details[0] != '\0' ? details.data() : curl_easy_strerror(code));
    }
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return HttpResponse{static_cast<int>(status), std::move(reply.body)};
  }

 private:
  void set_target(const HttpRequest& request) {
    CURL* const handle = handle_.get();
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    if (request.method == "POST") {
      curl_easy_setopt(handle, CURLOPT_POST, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
      curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (request.method == "POST" || !request.body.empty()) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "arete");
    if (!request.ca_file.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, request.ca_file.c_str());
    }
  }

  void set_limits(const HttpRequest& request) {
    CURL* const handle = handle_.get();
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, request.max_redirects > 0 ? 1L : 0L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, static_cast<long>(request.max_redirects));
    curl_easy_setopt(handle, CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(request.connect_timeout));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds_of(request.timeout));
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  }

  std::unique_ptr<CURL, CleanupCurl> handle_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client() { return std::make_unique<CurlHttpClient>(); }

}  // namespace arete::io_http
