// SPDX-License-Identifier: Apache-2.0
#include "runtime/known_engines.hpp"

namespace arete::runtime {
namespace {

constexpr KnownEngine kKnownEngines[] = {
    {"edgetpu", "its runtime is in no package registry"},
    {"executorch", ""},
    {"hailo", "its runtime is in no package registry"},
    {"litert", ""},
    {"onnxruntime", ""},
    {"openvino", ""},
    {"tensorrt", "its headers are in no package registry"},
    {"tvm", ""},
};

}  // namespace

std::span<const KnownEngine> known_engines() { return kKnownEngines; }

}  // namespace arete::runtime
