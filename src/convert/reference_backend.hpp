// The reference evaluator as an engine named "reference": slow, exact, always there. It reads ONNX
// and TFLite and needs no plug-in, so a program without any engine still runs every model that the
// IR understands. Threads and ownership: as runtime/backend.hpp says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "runtime/backend.hpp"

namespace arete::convert {

inline constexpr const char* kReferenceName = "reference";

[[nodiscard]] std::shared_ptr<const runtime::Backend> reference_backend();

}  // namespace arete::convert
