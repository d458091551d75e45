// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <gst/pbutils/missing-plugins.h>

#include <algorithm>
#include <utility>

#include "arete/plugin/host.hpp"
#include "elements.hpp"
#include "failures.hpp"
#include "handles.hpp"

namespace arete_gstreamer {
namespace {

using arete::plugin::Failure;

/// "H.264 (High Profile) decoder", and the package that has one.
std::string describe_missing(GstMessage* message) {
  const TextPtr description(gst_missing_plugin_message_get_description(message));
  const GstStructure* const details = gst_message_get_structure(message);
  const GValue* const value = gst_structure_get_value(details, "detail");
  std::string media_type;
  if (value != nullptr && GST_VALUE_HOLDS_CAPS(value)) {
    const GstCaps* const caps = gst_value_get_caps(value);
    media_type = text_of(gst_structure_get_name(gst_caps_get_structure(caps, 0)));
  }
  return "GStreamer has no " + text_of(description.get()) + ": install " +
         std::string(decoder_package(media_type));
}

}  // namespace

void Watch::attach(GstElement* pipeline) {
  const ObjectPtr<GstBus> bus(gst_element_get_bus(pipeline));
  gst_bus_set_sync_handler(bus.get(), &Watch::on_message, this, nullptr);
}

void Watch::detach(GstElement* pipeline) {
  const ObjectPtr<GstBus> bus(gst_element_get_bus(pipeline));
  gst_bus_set_sync_handler(bus.get(), nullptr, nullptr, nullptr);
}

void Watch::listen_to(GstElement* part) {
  ObjectPtr<GstBus> outer(gst_element_get_bus(part));
  const ObjectPtr<GstBus> inner(gst_bus_new());
  if (outer == nullptr) {
    return;
  }
  const std::lock_guard lock(mutex_);
  relays_.push_back({inner.get(), std::move(outer)});
  gst_bus_set_sync_handler(inner.get(), &Watch::on_part_message, this, nullptr);
  gst_element_set_bus(part, inner.get());
}

GstBusSyncReply Watch::on_part_message(GstBus* bus, GstMessage* message, gpointer self) {
  auto& watch = *static_cast<Watch*>(self);
  GstBus* outer = nullptr;
  {
    const std::lock_guard lock(watch.mutex_);
    outer = std::ranges::find(watch.relays_, bus, &Relay::inner)->outer.get();
  }
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    watch.take(message);
  }
  gst_bus_post(outer, message);  // takes the reference
  return GST_BUS_DROP;
}

void Watch::fail(arete_code code, std::string message) {
  const std::lock_guard lock(mutex_);
  if (!failure_) {
    failure_.emplace(code, std::move(message));
  }
  changed_.notify_all();
}

void Watch::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

void Watch::arrive() {
  const std::lock_guard lock(mutex_);
  arrived_ = true;
  changed_.notify_all();
}

void Watch::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  changed_.notify_all();
}

void Watch::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void Watch::change(const std::function<void()>& how) {
  const std::lock_guard lock(mutex_);
  how();
  changed_.notify_all();
}

void Watch::wait(const std::function<bool()>& done, const Deadline& deadline, const char* late) {
  std::unique_lock lock(mutex_);
  while (true) {
    if (interrupted_) {
      throw Failure(ARETE_CANCELLED, "stopped");
    }
    if (done()) {
      return;
    }
    if (failure_) {
      throw Failure(*failure_);
    }
    if (!deadline) {
      changed_.wait(lock);
    } else if (std::chrono::steady_clock::now() >= *deadline) {
      throw Failure(ARETE_TIMEOUT, late);
    } else {
      changed_.wait_until(lock, *deadline);
    }
  }
}

GstBusSyncReply Watch::on_message(GstBus* /*bus*/, GstMessage* message, gpointer self) {
  static_cast<Watch*>(self)->take(message);
  gst_message_unref(message);
  return GST_BUS_DROP;
}

void Watch::take(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_EOS:
      end();
      break;
    case GST_MESSAGE_ERROR: {
      std::string missing;
      {
        const std::lock_guard lock(mutex_);
        missing = missing_;
      }
      const Failure failure = failure_of(message, missing);
      fail(failure.code(), failure.what());
      break;
    }
    case GST_MESSAGE_WARNING:
      take_warning(message);
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message(message) != FALSE) {
        const std::string description = describe_missing(message);
        const std::lock_guard lock(mutex_);
        missing_ = description;
      }
      break;
    default:
      break;
  }
}

void Watch::take_warning(GstMessage* message) {
  const Failure failure = warning_of(message);
  // rtspsrc only warns when its server has gone, and then ends as if all were well.
  if (failure.code() == ARETE_IO && is_from(message, "rtspsrc")) {
    fail(ARETE_UNAVAILABLE, failure.what());
  } else {
    arete::plugin::log(1, failure.what());
  }
}

}  // namespace arete_gstreamer
