// What stands in where libmosquitto was not there to build with.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <memory>

#include "base/result.hpp"
#include "io_mqtt/mqtt.hpp"

namespace arete::io_mqtt {
namespace {

class NoConnector final : public MqttConnector {
 public:
  Result<std::unique_ptr<MqttConnection>> connect(const MqttSettings&,
                                                  const std::atomic<bool>&) override {
    return fail(ErrorCode::kUnsupported, "MQTT is unavailable: built without libmosquitto");
  }
};

}  // namespace

std::unique_ptr<MqttConnector> make_mqtt_connector() { return std::make_unique<NoConnector>(); }

}  // namespace arete::io_mqtt
