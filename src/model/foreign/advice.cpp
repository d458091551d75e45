// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/foreign/recognize.hpp"

namespace arete::model {
namespace {

struct Advice {
  FileFormat format;
  std::string_view title;
  /// {0} = the file, {1} = its name without the ending; empty = there is no such command.
  std::string_view command;
  std::string_view remark;
};

constexpr std::array kAdvice = {
    Advice{FileFormat::kUnknown, "no model format that Arete knows", "",
           "Arete reads ONNX and TFLite files."},
    Advice{FileFormat::kOnnx, "an ONNX model", "", ""},
    Advice{FileFormat::kTflite, "a TFLite model", "", ""},
    Advice{FileFormat::kTorchCheckpoint, "a PyTorch checkpoint",
           "python -c \"import torch; m = torch.load('{0}', map_location='cpu', "
           "weights_only=False).eval(); torch.onnx.export(m, (torch.zeros(1, 3, 224, 224),), "
           "'{1}.onnx')\"",
           "Put your input's shape for 1, 3, 224, 224. If the file holds a state dict, build the "
           "network first: m = Net(); m.load_state_dict(torch.load(...)). Loading runs code from "
           "the file: only from people you trust."},
    Advice{FileFormat::kTorchScript, "a TorchScript model",
           "python -c \"import torch; m = torch.jit.load('{0}', map_location='cpu').eval(); "
           "torch.onnx.export(m, (torch.zeros(1, 3, 224, 224),), '{1}.onnx', dynamo=False)\"",
           "Put your input's shape for 1, 3, 224, 224."},
    Advice{FileFormat::kTorchExport, "a torch.export program",
           "python -c \"import torch; torch.onnx.export(torch.export.load('{0}'), (), "
           "'{1}.onnx', dynamo=True)\"",
           ""},
    Advice{FileFormat::kExecutorch, "a compiled ExecuTorch program", "",
           "The engine 'executorch' runs it; it cannot be turned back. For anything else export "
           "the PyTorch module it was made from: "
           "torch.onnx.export(module, inputs, 'model.onnx')."},
    Advice{FileFormat::kTvm, "a module compiled by TVM", "",
           "The engine 'tvm' runs it; it cannot be turned back. For anything else use the model "
           "that it was compiled from."},
    Advice{FileFormat::kPickle, "a Python pickle", "",
           "If it is a scikit-learn model, export it with skl2onnx: "
           "skl2onnx.to_onnx(model, sample).SerializeToString()."},
    Advice{FileFormat::kSafetensors, "a file of weights (safetensors)", "",
           "It holds no network. Load it into the network that it belongs to and use "
           "torch.onnx.export()."},
    Advice{FileFormat::kKerasHdf5, "a Keras model (HDF5)",
           "python -c \"import tensorflow as tf; m = tf.keras.models.load_model('{0}', "
           "compile=False); open('{1}.tflite', 'wb').write("
           "tf.lite.TFLiteConverter.from_keras_model(m).convert())\"",
           "If the file holds weights only, build the network first and use load_weights()."},
    Advice{FileFormat::kKerasZip, "a Keras model",
           "python -c \"import tensorflow as tf; m = tf.keras.models.load_model('{0}', "
           "compile=False); open('{1}.tflite', 'wb').write("
           "tf.lite.TFLiteConverter.from_keras_model(m).convert())\"",
           ""},
    Advice{FileFormat::kSavedModel, "a TensorFlow SavedModel",
           "python -m tf2onnx.convert --saved-model '{0}' --output '{1}.onnx' --opset 17", ""},
    Advice{FileFormat::kFrozenGraph, "a frozen TensorFlow graph",
           "python -m tf2onnx.convert --graphdef '{0}' --inputs INPUT:0 --outputs OUTPUT:0 "
           "--output '{1}.onnx' --opset 17",
           "Put the names of the graph's input and output tensors for INPUT and OUTPUT."},
    Advice{FileFormat::kOpenvino, "an OpenVINO model", "",
           "OpenVINO does not export ONNX; take the ONNX, PyTorch or TensorFlow model that it was "
           "converted from."},
    Advice{FileFormat::kTensorrt, "a compiled TensorRT engine", "",
           "It cannot be turned back and runs only on the kind of GPU it was built for; take the "
           "ONNX model that it was built from."},
    Advice{FileFormat::kCoreml, "a Core ML model", "",
           "Core ML does not export ONNX; take the PyTorch or TensorFlow model that it was "
           "converted from."},
    Advice{FileFormat::kNcnn, "an ncnn model", "",
           "ncnn does not export ONNX; take the model that it was converted from."},
    Advice{FileFormat::kGguf, "a GGUF language model", "",
           "Arete does not run these; export the original with optimum-cli export onnx."},
    Advice{FileFormat::kOrt, "a model in ONNX Runtime's own format", "",
           "Take the ONNX model that it was made from."},
};

const Advice& advice_of(FileFormat format) {
  const auto found = std::ranges::find(kAdvice, format, &Advice::format);
  return found == kAdvice.end() ? kAdvice.front() : *found;
}

/// A path that may stand between quotes in a shell and in Python; others get a placeholder.
std::string quotable(const std::string& path) {
  const bool plain = std::ranges::none_of(path, [](char letter) {
    return letter == '\'' || letter == '"' || letter == '\\' || letter == '$' || letter == '`' ||
           letter == '!' || static_cast<unsigned char>(letter) < ' ';
  });
  return plain ? path : std::string("MODEL");
}

}  // namespace

std::string_view title_of(FileFormat format) { return advice_of(format).title; }

std::string export_command(FileFormat format, const std::filesystem::path& path) {
  const Advice& advice = advice_of(format);
  if (advice.command.empty()) {
    return {};
  }
  std::filesystem::path file = path;
  // tf2onnx wants the folder.
  if (format == FileFormat::kSavedModel && file.filename() == "saved_model.pb") {
    file = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  }
  std::string stem = quotable(file.stem().string());
  stem = stem.empty() || stem == "." ? "model" : stem;
  return fmt::format(fmt::runtime(advice.command), quotable(file.string()), stem);
}

std::string advice_for(FileFormat format, const std::filesystem::path& path) {
  const Advice& advice = advice_of(format);
  std::string text = fmt::format("'{}' is {}", path.string(), advice.title);
  const std::string command = export_command(format, path);
  if (!command.empty()) {
    text += fmt::format("; export it with:\n  {}", command);
  }
  if (!advice.remark.empty()) {
    text += fmt::format("{}{}", command.empty() ? ". " : "\n", advice.remark);
  }
  return text;
}

}  // namespace arete::model
