// SPDX-License-Identifier: Apache-2.0
#include "model/foreign/recognize.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace arete::model {
namespace {

namespace fs = std::filesystem;
using std::string_view_literals::operator""sv;

FileFormat of(std::string_view head, const char* name = "file.bin") {
  return recognize(as_bytes(head), name);
}

/// A local header of a zip file, with an empty file.
std::string zip_entry(const std::string& name) {
  std::string header("PK\x03\x04", 4);
  header.resize(30, '\0');
  header[26] = static_cast<char>(name.size());
  return header + name;
}

TEST(Recognize, KnowsFirstBytes) {
  EXPECT_EQ(of("\x20\0\0\0TFL3"sv), FileFormat::kTflite);
  EXPECT_EQ(of("\x20\0\0\0ET12"sv), FileFormat::kExecutorch);
  EXPECT_EQ(of("\x20\0\0\0ORTM"sv), FileFormat::kOrt);
  EXPECT_EQ(of("\x7F"
               "ELF\2\1\1 ... __tvm_ffi__library_bin"sv),
            FileFormat::kTvm);
  EXPECT_EQ(of("\x7F"
               "ELF\2\1\1 ... printf"sv),
            FileFormat::kUnknown);
  EXPECT_EQ(of("\x89HDF\r\n\x1a\n"sv), FileFormat::kKerasHdf5);
  EXPECT_EQ(of("GGUF\3\0\0\0"sv), FileFormat::kGguf);
  EXPECT_EQ(of("7767517\n1 1\n"), FileFormat::kNcnn);
  EXPECT_EQ(of("ftrt\0\0"sv), FileFormat::kTensorrt);
  EXPECT_EQ(of("\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19.more"sv), FileFormat::kTorchCheckpoint);
  EXPECT_EQ(of("\x80\x04\x95pickle"sv), FileFormat::kPickle);
  EXPECT_EQ(of("\x10\0\0\0\0\0\0\0{\"weight\":{}}"sv), FileFormat::kSafetensors);
  EXPECT_EQ(of("<?xml version=\"1.0\"?><net name=\"m\" version=\"11\"><layers></layers></net>"),
            FileFormat::kOpenvino);
}

TEST(Recognize, LooksIntoZipFiles) {
  EXPECT_EQ(of(zip_entry("archive/data.pkl") + zip_entry("archive/data/0")),
            FileFormat::kTorchCheckpoint);
  EXPECT_EQ(of(zip_entry("net/data.pkl") + zip_entry("net/code/__torch__.py")),
            FileFormat::kTorchScript);
  EXPECT_EQ(of(zip_entry("p/archive_format") + zip_entry("p/models/model.json")),
            FileFormat::kTorchExport);
  EXPECT_EQ(of(zip_entry("metadata.json") + zip_entry("config.json")), FileFormat::kKerasZip);
  EXPECT_EQ(of(zip_entry("letter.txt")), FileFormat::kUnknown);
}

TEST(Recognize, TellsProtobufFormatsApart) {
  // ir_version 8, producer "p", graph, opset
  EXPECT_EQ(of("\x08\x08\x12\x01p\x3a\x04\x12\x02gg\x42\x02\x10\x11"sv), FileFormat::kOnnx);
  // the graph reaches beyond the head
  EXPECT_EQ(of("\x08\x08\x3a\xff\xff\x03\x0a\x10"sv), FileFormat::kOnnx);
  // saved_model_schema_version 1, a meta graph
  EXPECT_EQ(of("\x08\x01\x12\x06\x0a\x04\x22\x02v1"sv), FileFormat::kSavedModel);
  // node { name: "x" op: "Placeholder" }
  EXPECT_EQ(of("\x0a\x10\x0a\x01x\x12\x0bPlaceholder"sv), FileFormat::kFrozenGraph);
  // specificationVersion 4, description, neuralNetwork (500)
  EXPECT_EQ(of("\x08\x04\x12\x02\x0a\x00\xa2\x1f\x02\x0a\x00"sv), FileFormat::kCoreml);
}

TEST(Recognize, AsksTheNameLast) {
  EXPECT_EQ(of("damaged", "x.onnx"), FileFormat::kOnnx);
  EXPECT_EQ(of("", "x.TFLITE"), FileFormat::kTflite);
  EXPECT_EQ(of("serialized", "x.engine"), FileFormat::kTensorrt);
  EXPECT_EQ(of("\x20\0\0\0TFL3"sv, "liar.onnx"), FileFormat::kTflite);
  EXPECT_EQ(of("hello, world"), FileFormat::kUnknown);
}

TEST(Recognize, KnowsASavedModelFolder) {
  const fs::path folder = fs::path(::testing::TempDir()) / "arete_saved_model";
  fs::create_directories(folder);
  std::ofstream(folder / "saved_model.pb") << "x";
  EXPECT_EQ(recognize({}, folder), FileFormat::kSavedModel);
  fs::remove_all(folder);
}

TEST(Recognize, KnowsARealKerasFile) {
  const char* data = std::getenv("ARETE_DATA");
  const char* source = std::getenv("ARETE_SOURCE_DIR");
  const fs::path root = data != nullptr     ? fs::path(data)
                        : source != nullptr ? fs::path(source).parent_path() / "shared" / "data"
                                            : fs::path();
  std::ifstream file(root / "models" / "cifar10" / "pretrainedResnet.h5", std::ios::binary);
  if (!file) {
    GTEST_SKIP() << "the data set is not there";
  }
  std::string head(4096, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  EXPECT_EQ(of(head), FileFormat::kKerasHdf5);
}

TEST(ExportCommand, IsCompleteForWhatCanBeExported) {
  EXPECT_NE(
      export_command(FileFormat::kTorchCheckpoint, "a/net.pth").find("torch.load('a/net.pth'"),
      std::string::npos);
  EXPECT_NE(export_command(FileFormat::kTorchCheckpoint, "a/net.pth").find("'net.onnx'"),
            std::string::npos);
  EXPECT_EQ(export_command(FileFormat::kSavedModel, "m/saved_model.pb"),
            "python -m tf2onnx.convert --saved-model 'm' --output 'm.onnx' --opset 17");
  EXPECT_TRUE(export_command(FileFormat::kTensorrt, "x.engine").empty());
  EXPECT_TRUE(export_command(FileFormat::kOnnx, "x.onnx").empty());
}

TEST(ExportCommand, DoesNotQuoteANameThatBreaksQuotes) {
  const std::string command = export_command(FileFormat::kTorchScript, "a'; import os #.pt");
  EXPECT_EQ(command.find("import os"), std::string::npos);
}

TEST(ExportCommand, HasAdviceForEveryFormat) {
  for (int i = 0; i <= static_cast<int>(FileFormat::kOrt); ++i) {
    const std::string advice = advice_for(static_cast<FileFormat>(i), "x");
    EXPECT_TRUE(advice.starts_with("'x' is ")) << advice;
    EXPECT_GT(advice.size(), 12U);
  }
}

}  // namespace
}  // namespace arete::model
