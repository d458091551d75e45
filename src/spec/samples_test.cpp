// The specs of the tree against the tensors of the files they are for.
// tests/data/specs/tensors.json holds what ONNX and LiteRT say of those files, so that this needs
// neither them nor a reader. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "document/parse.hpp"
#include "document/reader.hpp"
#include "io/files.hpp"
#include "spec/lookup.hpp"
#include "spec/parse.hpp"
#include "spec/resolve.hpp"

namespace arete::spec {
namespace {

TensorFacts facts_from(const document::Node& node) {
  document::MapReader reader = document::MapReader::open(node, "a tensor").value();
  TensorFacts facts;
  facts.name = reader.required<std::string>("name").value();
  facts.dtype = tensor::dtype_from_name(reader.required<std::string>("dtype").value()).value();
  facts.dims = reader.required<std::vector<std::int64_t>>("dims").value();
  if (reader.has("scale")) {
    tensor::Quantization quantization;
    quantization.stored = facts.dtype;
    quantization.scales = {static_cast<float>(reader.required<double>("scale").value())};
    quantization.zero_points = {reader.required<int>("zero_point").value()};
    facts.quantization = quantization;
  }
  return facts;
}

std::vector<TensorFacts> all_from(const document::Node& list) {
  std::vector<TensorFacts> facts;
  for (const document::Node& node : list.items()) {
    facts.push_back(facts_from(node));
  }
  return facts;
}

TEST(SampleSpecs, FitTheirFiles) {
  const char* const source = std::getenv("ARETE_SOURCE_DIR");
  if (source == nullptr) {
    GTEST_SKIP() << "ARETE_SOURCE_DIR is not set";
  }
  const io::Path root(source);
  io::PosixFiles files;
  const Bytes table = files.read(root / "tests/data/specs/tensors.json").value();
  const document::Node models = document::parse_json(as_text(table), "tensors.json").value();
  EXPECT_GE(models.size(), 30U);
  for (const document::Node& model : models.items()) {
    const std::string name = spec_name_of(model.key());
    io::Path path = root / "tests/data/specs" / name;
    if (!files.has_file(path)) {
      path = root / "tools/demo/specs" / name;
    }
    const Bytes text = files.read(path).value();
    const auto node = document::parse_yaml(as_text(text), path.native()).value();
    const auto resolved = resolve(parse(node).value(), all_from(*model.find("inputs")),
                                  all_from(*model.find("outputs")));
    EXPECT_TRUE(resolved.has_value())
        << model.key() << ": " << (resolved ? "" : resolved.error().message());
    if (resolved.has_value()) {
      EXPECT_TRUE(resolved->warnings.empty()) << model.key() << ": " << resolved->warnings.front();
    }
  }
}

}  // namespace
}  // namespace arete::spec
