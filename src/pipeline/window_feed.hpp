// From packets of sound or sensor rows to a model's windows: checks that a stream fits the model,
// picks its columns, and keeps what is left over for the next packet. Internal to the module.
// Errors: kInvalid or kUnsupported where a stream does not fit. Threads: serial.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "pipeline/packet.hpp"
#include "pipeline/window_buffer.hpp"
#include "spec/resolve.hpp"

namespace arete::pipeline {

/// The windows that an audio or series input asks for.
[[nodiscard]] WindowShape window_shape_of(const spec::ResolvedInput& input);

/// Appends what `packet` brings.
[[nodiscard]] Status append_to(WindowBuffer& buffer, const spec::ResolvedInput& input,
                               const Packet& packet);

}  // namespace arete::pipeline
