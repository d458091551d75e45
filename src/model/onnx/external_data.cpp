// SPDX-License-Identifier: Apache-2.0
#include "model/onnx/external_data.hpp"

#include <algorithm>
#include <system_error>

#include "io/files.hpp"

namespace arete::model::onnx {
namespace {

namespace fs = std::filesystem;

/// Whether `inner` is `outer` or lies below it; both canonical.
bool lies_below(const fs::path& inner, const fs::path& outer) {
  const auto [end, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

}  // namespace

Result<SharedBytes> ExternalData::file(const std::string& location) {
  if (const auto known = files_.find(location); known != files_.end()) {
    return known->second;
  }
  if (folder_.empty()) {
    return fail(ErrorCode::kDenied,
                "external data '{}' is refused: the model's folder is not given", location);
  }
  const fs::path relative(location);
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() ||
      std::ranges::find(relative, fs::path("..")) != relative.end()) {
    return fail(ErrorCode::kDenied, "external data '{}' is outside the model's folder", location);
  }
  std::error_code error;
  const fs::path root = fs::canonical(folder_, error);
  const fs::path target = error ? fs::path() : fs::canonical(root / relative, error);
  if (error) {
    return fail(ErrorCode::kNotFound, "external data '{}' is not there: {}", location,
                error.message());
  }
  if (!lies_below(target, root)) {
    return fail(ErrorCode::kDenied, "external data '{}' leads out of the model's folder", location);
  }
  ARETE_TRY_ASSIGN(SharedBytes bytes, io::PosixFiles().map(target), "external data");
  files_.emplace(location, bytes);
  return bytes;
}

Result<SharedBytes> ExternalData::load(const ExternalPlace& place, std::uint64_t wanted) {
  if (place.length && *place.length != wanted) {
    return fail(ErrorCode::kCorrupt, "external data says {} bytes where {} are needed",
                *place.length, wanted);
  }
  ARETE_TRY_ASSIGN(const SharedBytes bytes, file(place.location));
  if (place.offset > bytes.size() || wanted > bytes.size() - place.offset) {
    return fail(ErrorCode::kCorrupt, "external data '{}' has {} bytes; {} at offset {} are needed",
                place.location, bytes.size(), wanted, place.offset);
  }
  return bytes.slice(static_cast<std::size_t>(place.offset), static_cast<std::size_t>(wanted));
}

}  // namespace arete::model::onnx
