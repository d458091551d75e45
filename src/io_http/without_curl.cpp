// What stands in where libcurl was not there to build with.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>

#include "base/result.hpp"
#include "io_http/http_client.hpp"

namespace arete::io_http {
namespace {

class NoHttpClient final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest&, const std::atomic<bool>&) override {
    return fail(ErrorCode::kUnsupported, "HTTP is unavailable: built without libcurl");
  }
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client() { return std::make_unique<NoHttpClient>(); }

}  // namespace arete::io_http
