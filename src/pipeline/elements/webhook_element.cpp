// SPDX-License-Identifier: Apache-2.0
#include "pipeline/elements/webhook_element.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "document/node.hpp"
#include "document/reader.hpp"
#include "io/files.hpp"
#include "io_http/http_client.hpp"
#include "io_http/http_poster.hpp"
#include "pipeline/element.hpp"
#include "pipeline/elements/element_input.hpp"
#include "pipeline/elements/sink_messages.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {
namespace {

using document::MapReader;

class WebhookElement final : public Element {
 public:
  WebhookElement(io_http::HttpRequest request, io_http::PosterSettings limits, Nanoseconds drain,
                 SinkMessages messages)
      : messages_(std::move(messages)),
        drain_(drain),
        poster_(io_http::make_http_client(), std::move(request), limits) {}

  Status process(Packet packet, Emitter& out) override {
    double count = 0;
    for (SinkMessage& message : messages_.of(packet)) {
      poster_.post(std::move(message.json));
      ++count;
    }
    if (count > 0) {
      out.decide(packet.stamp, Decision::kWritten, count, 0);
    }
    out.emit(std::move(packet));
    return {};
  }

  Status finish(Emitter&) override {
    poster_.drain(drain_);
    const io_http::PosterCounts counts = poster_.counts();
    const auto lost = counts.dropped + counts.given_up + counts.refused;
    if (counts.waiting > 0 || lost > 0) {
      ARETE_LOG(kWarning, "webhook_messages_lost", {"not_sent", counts.waiting}, {"lost", lost},
                {"error", counts.last_error});
    }
    return {};
  }

 private:
  SinkMessages messages_;
  Nanoseconds drain_;
  io_http::HttpPoster poster_;
};

Result<std::string> read_url(MapReader& reader) {
  if (reader.has("url") == reader.has("url_env")) {
    return document::invalid_node(reader.node(), "a webhook needs 'url' or 'url_env', not both");
  }
  std::string url;
  if (reader.has("url")) {
    ARETE_TRY_ASSIGN(url, reader.required<std::string>("url"));
  } else {
    ARETE_TRY_ASSIGN(const Secret secret, secret_from(reader, "url_env"));
    url = secret.reveal();
  }
  if (const Status status = io_http::check_url(url); !status) {
    const bool shown = reader.has("url");
    return document::invalid_node(
        shown ? *reader.find("url") : *reader.find("url_env"),
        shown ? status.error().message() : "the variable holds no http or https URL");
  }
  return url;
}

/// A map from names to texts, or from names to environment variables.
Status read_headers(MapReader& reader, std::string_view key, bool from_environment,
                    std::vector<io_http::HttpHeader>& headers) {
  const document::Node* const node = reader.find(key);
  if (node == nullptr) {
    return {};
  }
  if (!node->is_map()) {
    return document::invalid_node(*node, fmt::format("'{}' must be a map", key));
  }
  for (const document::Node& item : node->items()) {
    ARETE_TRY_ASSIGN(const std::string text, document::value_as<std::string>(item, item.key()));
    Secret value(text);
    if (from_environment) {
      ARETE_TRY_ASSIGN(value, secret_of_variable(item, text));
    }
    if (const Status status = io_http::check_header(item.key(), value.reveal()); !status) {
      return document::invalid_node(item, status.error().message());
    }
    headers.push_back({item.key(), std::move(value)});
  }
  return {};
}

Result<io_http::HttpRequest> read_request(MapReader& reader, const ElementContext& context) {
  io_http::HttpRequest request;
  ARETE_TRY_ASSIGN(request.url, read_url(reader));
  request.url_is_secret = reader.has("url_env");
  request.headers.push_back({"Content-Type", Secret("application/json")});
  ARETE_TRY(read_headers(reader, "headers", false, request.headers));
  ARETE_TRY(read_headers(reader, "secret_headers", true, request.headers));
  ARETE_TRY_ASSIGN(const auto ca_file, reader.maybe<std::string>("ca_file"));
  if (ca_file) {
    const io::Path path = context.folder / *ca_file;
    if (!context.files.has_file(path)) {
      return document::invalid_node(*reader.find("ca_file"), "there is no file " + path.native());
    }
    request.ca_file = path.native();
  }
  ARETE_TRY_ASSIGN(const double timeout, reader.optional<double>("timeout", 10, {0.1, 600}));
  request.timeout = from_seconds(timeout);
  request.connect_timeout = std::min(request.connect_timeout, request.timeout);
  ARETE_TRY_ASSIGN(request.max_redirects, reader.optional<int>("max_redirects", 0, {0, 10}));
  return request;
}

Result<std::unique_ptr<Element>> make_webhook(MapReader& reader, const ElementContext& context) {
  ARETE_TRY_ASSIGN(io_http::HttpRequest request, read_request(reader, context));
  io_http::PosterSettings limits;
  ARETE_TRY_ASSIGN(limits.retries, reader.optional<int>("retries", limits.retries, {0, 100}));
  ARETE_TRY_ASSIGN(const double wait, reader.optional<double>("retry_wait", 1, {0.01, 3600}));
  limits.first_wait = from_seconds(wait);
  limits.longest_wait = std::max(limits.longest_wait, limits.first_wait);
  ARETE_TRY_ASSIGN(const int messages, reader.optional<int>("queue_size", 1000, {1, 1'000'000}));
  limits.queue_limit = static_cast<std::size_t>(messages);
  ARETE_TRY_ASSIGN(const double drain, reader.optional<double>("drain", 5, {0, 3600}));
  ARETE_TRY_ASSIGN(SinkSettings sink, read_sink_settings(reader));
  return std::make_unique<WebhookElement>(std::move(request), limits, from_seconds(drain),
                                          SinkMessages(std::move(sink), context));
}

}  // namespace

const ElementType& webhook_element_type() {
  static const ElementType kType{
      .name = "webhook",
      .summary = "posts events or results as JSON to a URL",
      .takes = PacketType::kResult | PacketType::kTensor,
      .gives = [](PacketType taken) { return static_cast<PacketTypes>(taken); },
      .heavy = false,
      .make = make_webhook,
      .reaches_out = true};
  return kType;
}

}  // namespace arete::pipeline
