// SPDX-License-Identifier: Apache-2.0
#include "library.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>
#include <vector>

namespace arete_ort {
namespace {

using arete::plugin::Failure;

constexpr const char* kFileName = "libonnxruntime.so.1";

void log_message(void* /*param*/, OrtLoggingLevel severity, const char* /*category*/,
                 const char* /*logid*/, const char* /*code_location*/, const char* message) {
  // Errors come back as statuses too, and its warnings are hints to whoever exported the model:
  // only what it calls fatal is news to the user.
  const std::int32_t level = severity >= ORT_LOGGING_LEVEL_FATAL   ? 3
                             : severity == ORT_LOGGING_LEVEL_ERROR ? 1
                                                                   : 0;
  arete::plugin::log(level, message);
}

/// An explicit choice stands alone; otherwise beside us, where configured, then the system's.
std::vector<std::string> candidates() {
  if (const char* const chosen = std::getenv("ARETE_ONNXRUNTIME_LIB")) {
    return {chosen};
  }
  return {arete::plugin::own_folder() + kFileName, ARETE_ONNXRUNTIME_CONFIGURED, kFileName};
}

/// The API of the library at `path`; on failure adds the reason to `reasons`.
const OrtApi* open_api(Library& made, const std::string& path, std::string& reasons) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  reasons += reasons.empty() ? "" : "; ";
  if (handle == nullptr) {
    const char* const reason = ::dlerror();
    reasons += reason == nullptr ? path : reason;
    return nullptr;
  }
  void* const symbol = ::dlsym(handle, "OrtGetApiBase");
  if (symbol == nullptr) {
    reasons += path + ": no OrtGetApiBase";
    return nullptr;
  }
  const OrtApiBase* const base = reinterpret_cast<const OrtApiBase* (*)()>(symbol)();
  made.version = base->GetVersionString();
  made.path = path;
  const OrtApi* const api = base->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    reasons += path + ": version " + made.version + " is older than API " +
               std::to_string(ORT_API_VERSION);
  }
  return api;
}

struct Opened {
  Library library;
  std::string reasons;  ///< why there is none
};

Opened open_library() {
  Opened opened;
  for (const std::string& path : candidates()) {
    opened.library.api = open_api(opened.library, path, opened.reasons);
    if (opened.library.api != nullptr) {
      break;
    }
  }
  const OrtApi* const api = opened.library.api;
  if (api == nullptr) {
    return opened;
  }
  OrtStatus* status = api->CreateEnvWithCustomLogger(
      log_message, nullptr, ORT_LOGGING_LEVEL_WARNING, "arete", &opened.library.env);
  if (status == nullptr) {
    status =
        api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &opened.library.host_memory);
  }
  if (status != nullptr) {
    opened.reasons = api->GetErrorMessage(status);
    api->ReleaseStatus(status);
    opened.library.api = nullptr;
  }
  return opened;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

arete_code code_of(OrtErrorCode code, std::string_view message, Stage stage) {
  switch (code) {
    case ORT_INVALID_ARGUMENT:
      return ARETE_INVALID;
    case ORT_NO_SUCHFILE:
      return ARETE_NOT_FOUND;
    case ORT_NO_MODEL:
    case ORT_INVALID_PROTOBUF:
      return ARETE_CORRUPT;
    case ORT_NOT_IMPLEMENTED:
      return ARETE_UNSUPPORTED;
    default:
      break;
  }
  if (contains(message, "Failed to allocate memory") || contains(message, "bad_alloc")) {
    return ARETE_NO_SPACE;
  }
  if (stage == Stage::kRunning) {
    return ARETE_INTERNAL;
  }
  // ONNX Runtime reports unknown operators, operator sets and IR versions as general failures.
  const bool unknown = contains(message, "is not a registered function/op") ||
                       contains(message, "No Op registered for") || contains(message, "opset") ||
                       contains(message, "Unsupported model IR version") ||
                       contains(message, "Could not find an implementation");
  return unknown ? ARETE_UNSUPPORTED : ARETE_CORRUPT;
}

}  // namespace

const Library& library() {
  // Never destroyed: sessions of other threads may outlive the end of main().
  static const Opened* const kOpened = new Opened(open_library());
  if (kOpened->library.api == nullptr) {
    throw Failure(ARETE_UNAVAILABLE, "no usable ONNX Runtime library: " + kOpened->reasons);
  }
  return kOpened->library;
}

void check(OrtStatus* status, Stage stage) {
  if (status == nullptr) {
    return;
  }
  const OrtApi& api = *library().api;
  const std::string message = api.GetErrorMessage(status);
  const arete_code code = code_of(api.GetErrorCode(status), message, stage);
  api.ReleaseStatus(status);
  throw Failure(code, message);
}

}  // namespace arete_ort
