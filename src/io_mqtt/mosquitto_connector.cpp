// The real MQTT connection. The library's own thread is not used: what it does is done in run().
// SPDX-License-Identifier: Apache-2.0
#include <mosquitto.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "io_mqtt/mqtt.hpp"

namespace arete::io_mqtt {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Once for the process; the library counts and needs no matching end at exit.
void init_library() {
  static const int kInitialized = mosquitto_lib_init();
  static_cast<void>(kInitialized);
}

ErrorCode code_of(int rc) {
  switch (rc) {
    case MOSQ_ERR_INVAL:
    case MOSQ_ERR_PAYLOAD_SIZE:
    case MOSQ_ERR_MALFORMED_UTF8:
    case MOSQ_ERR_OVERSIZE_PACKET:
      return ErrorCode::kInvalid;
    case MOSQ_ERR_AUTH:
    case MOSQ_ERR_ACL_DENIED:
    case MOSQ_ERR_CONN_REFUSED:
      return ErrorCode::kDenied;
    case MOSQ_ERR_NOMEM:
      return ErrorCode::kNoSpace;
    default:
      return ErrorCode::kUnavailable;
  }
}

std::string text_of(int rc) {
  return rc == MOSQ_ERR_ERRNO ? std::strerror(errno) : mosquitto_strerror(rc);
}

const char* text_or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

struct DestroyMosquitto {
  void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
};

class MosquittoConnection final : public MqttConnection {
 public:
  explicit MosquittoConnection(const MqttSettings& settings)
      : place_(fmt::format("{}:{}", settings.host, settings.port)) {}
  MosquittoConnection(const MosquittoConnection&) = delete;
  MosquittoConnection& operator=(const MosquittoConnection&) = delete;
  ~MosquittoConnection() override {
    if (handle_ && answer_ == 0) {
      mosquitto_disconnect(handle_.get());
    }
  }

  Status open(const MqttSettings& settings, const std::atomic<bool>& stop) {
    init_library();
    handle_.reset(mosquitto_new(text_or_null(settings.client_id), settings.clean_session, this));
    if (!handle_) {
      return fail(errno == ENOMEM ? ErrorCode::kNoSpace : ErrorCode::kInvalid,
                  "MQTT client '{}': {}", settings.client_id, std::strerror(errno));
    }
    set_callbacks();
    ARETE_TRY(configure(settings));
    ARETE_TRY(check(mosquitto_connect_async(handle_.get(), settings.host.c_str(), settings.port,
                                            settings.keepalive_s),
                    "cannot reach"));
    return wait_for_answer(settings.connect_timeout, stop);
  }

  Result<int> publish(const MqttMessage& message) override {
    ARETE_TRY(check_topic(message.topic));
    int id = 0;
    ARETE_TRY(check(mosquitto_publish(handle_.get(), &id, message.topic.c_str(),
                                      static_cast<int>(message.payload.size()),
                                      message.payload.data(), message.qos, message.retain),
                    "cannot publish to"));
    return id;
  }

  Result<std::vector<int>> run(Nanoseconds most) override {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
    ARETE_TRY(check(mosquitto_loop(handle_.get(), static_cast<int>(milliseconds), 1),
                    "lost the connection to"));
    return std::exchange(done_, {});
  }

 private:
  Status check(int rc, const char* what) const {
    if (rc == MOSQ_ERR_SUCCESS) {
      return {};
    }
    return fail(code_of(rc), "{} the MQTT broker {}: {}", what, place_, text_of(rc));
  }

  void set_callbacks() {
    mosquitto_connect_callback_set(handle_.get(), [](mosquitto*, void* self, int rc) {
      static_cast<MosquittoConnection*>(self)->answer_ = rc;
    });
    mosquitto_publish_callback_set(handle_.get(), [](mosquitto*, void* self, int id) {
      static_cast<MosquittoConnection*>(self)->done_.push_back(id);
    });
  }

  Status configure(const MqttSettings& settings) {
    mosquitto* const handle = handle_.get();
    if (!settings.username.empty() || !settings.password.empty()) {
      ARETE_TRY(check(mosquitto_username_pw_set(handle, settings.username.c_str(),
                                                text_or_null(settings.password.reveal())),
                      "cannot set the name for"));
    }
    if (settings.last_will) {
      const MqttMessage& will = *settings.last_will;
      ARETE_TRY(check_topic(will.topic));
      ARETE_TRY(check(
          mosquitto_will_set(handle, will.topic.c_str(), static_cast<int>(will.payload.size()),
                             will.payload.data(), will.qos, will.retain),
          "cannot set the last will for"));
    }
    if (settings.tls) {
      const MqttTls& tls = *settings.tls;
      ARETE_TRY(
          check(mosquitto_tls_set(handle, text_or_null(tls.ca_file),
                                  tls.ca_file.empty() ? "/etc/ssl/certs" : nullptr,
                                  text_or_null(tls.cert_file), text_or_null(tls.key_file), nullptr),
                "cannot use the certificates for"));
    }
    return {};
  }

  Status wait_for_answer(Nanoseconds most, const std::atomic<bool>& stop) {
    const auto deadline = SteadyClock::now() + most;
    while (!answer_) {
      if (stop) {
        return fail(ErrorCode::kCancelled, "connecting to {} was stopped", place_);
      }
      if (SteadyClock::now() > deadline) {
        return fail(ErrorCode::kTimeout, "the MQTT broker {} does not answer", place_);
      }
      const int rc = mosquitto_loop(handle_.get(), 50, 1);
      if (!answer_) {
        ARETE_TRY(check(rc, "cannot reach"));
      }
    }
    if (*answer_ != 0) {
      return fail(ErrorCode::kDenied, "the MQTT broker {} refuses us: {}", place_,
                  mosquitto_connack_string(*answer_));
    }
    return {};
  }

  std::string place_;  ///< "host:port"
  std::unique_ptr<mosquitto, DestroyMosquitto> handle_;
  std::optional<int> answer_;  ///< to our connecting; 0 = welcome
  std::vector<int> done_;
};

class MosquittoConnector final : public MqttConnector {
 public:
  Result<std::unique_ptr<MqttConnection>> connect(const MqttSettings& settings,
                                                  const std::atomic<bool>& stop) override {
    auto connection = std::make_unique<MosquittoConnection>(settings);
    ARETE_TRY(connection->open(settings, stop));
    return connection;
  }
};

}  // namespace

std::unique_ptr<MqttConnector> make_mqtt_connector() {
  return std::make_unique<MosquittoConnector>();
}

}  // namespace arete::io_mqtt
