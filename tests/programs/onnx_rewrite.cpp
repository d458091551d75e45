// Reads an ONNX file and writes it again: for comparing an engine's answers before and after.
//   onnx_rewrite IN.onnx OUT.onnx [external data name]
// Exit code 0 if it was written, 1 with the error on stderr if not, 2 for wrong usage.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "model/onnx/onnx.hpp"

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::fprintf(stderr, "usage: onnx_rewrite IN.onnx OUT.onnx [external data name]\n");
    return 2;
  }
  arete::model::OnnxWriteOptions options;
  options.external_name = argc == 4 ? argv[3] : "";
  const auto model = arete::model::read_onnx_file(argv[1]);
  const arete::Status written = model ? arete::model::write_onnx_file(*model, argv[2], options)
                                      : arete::Status(std::unexpected<arete::Error>(model.error()));
  if (!written) {
    std::fprintf(stderr, "%s\n", written.error().message().c_str());
    return 1;
  }
  return 0;
}
