// SPDX-License-Identifier: Apache-2.0
#include "io_http/http_poster.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.hpp"

namespace arete::io_http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr PosterSettings kQuick{.queue_limit = 10,
                                .retries = 3,
                                .first_wait = milliseconds(1),
                                .longest_wait = milliseconds(2)};

/// Posts bodies to a server that answers with these statuses in turn, the last one for ever; 0 =
/// cannot be reached.
struct Posting {
  explicit Posting(std::vector<int> statuses, std::vector<std::string> bodies) {
    auto client = std::make_unique<FakeHttpClient>(
        [this, statuses](const HttpRequest& request) -> Result<HttpResponse> {
          const int status = statuses[std::min(seen.size(), statuses.size() - 1)];
          seen.push_back(request.method + " " + request.body);
          if (status == 0) {
            return fail(ErrorCode::kUnavailable, "connection refused");
          }
          return HttpResponse{status, ""};
        });
    HttpRequest request;
    request.url = "http://name:word@host/x";
    HttpPoster poster(std::move(client), request, kQuick);
    for (std::string& body : bodies) {
      poster.post(std::move(body));
    }
    EXPECT_TRUE(poster.drain(seconds(20)));
    counts = poster.counts();
  }
  std::vector<std::string> seen;
  PosterCounts counts;
};

TEST(HttpPoster, PostsInOrder) {
  const Posting posting({200, 204}, {"a", "b", "c"});
  EXPECT_EQ(posting.seen, (std::vector<std::string>{"POST a", "POST b", "POST c"}));
  EXPECT_EQ(posting.counts.posted, 3);
  EXPECT_EQ(posting.counts.failures, 0);
}

TEST(HttpPoster, TriesAgainWhenTheServerIsInTrouble) {
  const Posting posting({500, 0, 429, 200}, {"a", "b"});
  EXPECT_EQ(posting.seen,
            (std::vector<std::string>{"POST a", "POST a", "POST a", "POST a", "POST b"}));
  EXPECT_EQ(posting.counts.posted, 2);
  EXPECT_EQ(posting.counts.failures, 3);
}

TEST(HttpPoster, DoesNotRepeatWhatIsWrong) {
  const Posting posting({404}, {"a", "b"});
  EXPECT_EQ(posting.seen.size(), 2U);
  EXPECT_EQ(posting.counts.refused, 2);
  EXPECT_EQ(posting.counts.last_error, "http://host/x: status 404");
}

TEST(HttpPoster, GivesUpAfterAllTries) {
  const Posting posting({0}, {"a"});
  EXPECT_EQ(posting.seen.size(), 4U);
  EXPECT_EQ(posting.counts.given_up, 1);
  EXPECT_EQ(posting.counts.last_error, "connection refused");
}

TEST(HttpPoster, AFullQueueLosesItsOldestAndNobodyWaits) {
  std::mutex gate;
  std::unique_lock closed(gate);
  std::vector<std::string> seen;
  HttpPoster poster(std::make_unique<FakeHttpClient>([&](const HttpRequest& request) {
                      const std::lock_guard lock(gate);
                      seen.push_back(request.body);
                      return Result<HttpResponse>(HttpResponse{200, ""});
                    }),
                    {}, kQuick);
  for (int i = 0; i < 30; ++i) {
    poster.post(std::to_string(i));
  }
  EXPECT_FALSE(poster.drain(milliseconds(1)));
  closed.unlock();
  ASSERT_TRUE(poster.drain(seconds(20)));
  EXPECT_GE(poster.counts().dropped, 19);
  EXPECT_EQ(poster.counts().dropped + poster.counts().posted, 30);
  EXPECT_EQ(seen.back(), "29");
}

TEST(HttpPoster, EndsAtOnceThoughItWouldTryAgainInAnHour) {
  PosterSettings patient = kQuick;
  patient.first_wait = std::chrono::hours(1);
  HttpPoster poster(std::make_unique<FakeHttpClient>([](const HttpRequest&) {
                      return Result<HttpResponse>(HttpResponse{503, ""});
                    }),
                    {}, patient);
  poster.post("a");
}

TEST(HttpNames, UrlsAndHeadersAreChecked) {
  EXPECT_TRUE(check_url("http://a"));
  EXPECT_TRUE(check_url("https://a.b:80/c?d=e"));
  for (const char* bad : {"", "a", "ftp://a/b", "file:///etc/passwd", "http://", "http:///x",
                          "http://a/b c", "http://a/\r\nX: y"}) {
    EXPECT_FALSE(check_url(bad)) << bad;
  }
  EXPECT_EQ(shown_url("https://me:secret@host/a@b"), "https://host/a@b");
  EXPECT_EQ(shown_url("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(shown_url("https://me:secret@host:8/a@b?c", true), "https://host:8");
  EXPECT_EQ(shown_url("secret", true), "***");
  EXPECT_TRUE(check_header("X-Key", "a b\tc"));
  EXPECT_FALSE(check_header("X Key", "a"));
  EXPECT_FALSE(check_header("X:Y", "a"));
  EXPECT_FALSE(check_header("", "a"));
  EXPECT_FALSE(check_header("X", "a\r\nY: b"));
}

TEST(HttpNames, SecretsAreNotPrinted) { EXPECT_EQ(fmt::format("{}", Secret("key")), "***"); }

}  // namespace
}  // namespace arete::io_http
