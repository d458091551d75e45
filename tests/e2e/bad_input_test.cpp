// Bad input to the programs: an error that says what, where and which value; nothing left behind.
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "program_run.hpp"

namespace arete::e2e {
namespace {

std::string message_of(const ProgramOutcome& outcome) {
  return error_of(outcome).find("message")->string();
}
std::string code_of(const ProgramOutcome& outcome) {
  return error_of(outcome).find("code")->string();
}

TEST_F(ProgramTest, ABrokenPictureOfAFolderIsAnErrorInItsPlace) {
  write("pictures/1a.jpg", "\xFF\xD8\xFF\xE0 not much of a JPEG");
  std::filesystem::create_symlink("nowhere.png", folder_ / "pictures/1b.png");
  const auto outcome = run_json({"run", "mean.onnx", "--input", "pictures"});
  EXPECT_EQ(outcome.exit_code, 1);
  ASSERT_EQ(outcome.lines.size(), 5U) << outcome.output;
  EXPECT_EQ(outcome.lines[1].find("error")->find("code")->string(), "corrupt");
  EXPECT_EQ(outcome.lines[1].find("error")->find("where")->string(), "pictures/1a.jpg");
  EXPECT_EQ(outcome.lines[2].find("error")->find("code")->string(), "not_found");
  EXPECT_EQ(outcome.lines[3].find("source")->string(), "pictures/2.png");
  EXPECT_EQ(outcome.lines[4].find("summary")->find("frames")->integer(), 2);
}

TEST_F(ProgramTest, AFolderWithoutPicturesAndAMissingPictureAreNamed) {
  std::filesystem::create_directory(folder_ / "empty");
  const auto empty = run_json({"run", "mean.onnx", "--input", "empty"});
  EXPECT_EQ(empty.exit_code, 1);
  EXPECT_NE(message_of(empty).find("'empty' has no .jpg"), std::string::npos);
  const auto missing = run_json({"run", "mean.onnx", "--input", "red.png", "none.png"});
  EXPECT_EQ(code_of(missing), "not_found");
  EXPECT_EQ(error_of(missing).find("where")->string(), "none.png");
}

TEST_F(ProgramTest, ADamagedModelIsCorruptForEveryVerb) {
  const auto bytes = files_.read(folder_ / "mean.onnx");
  ASSERT_TRUE(bytes.has_value());
  ASSERT_TRUE(files_.write_atomic(folder_ / "cut.onnx", ByteView(*bytes).subspan(0, 60)));
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"inspect", "cut.onnx"},
           {"convert", "cut.onnx", "-o", "out.onnx"},
           {"run", "cut.onnx", "--input", "red.png", "--spec", "mean.spec.yaml"}}) {
    const auto outcome = run_json(arguments);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(code_of(outcome), "corrupt") << outcome.output;
    EXPECT_NE(message_of(outcome).find("cut.onnx"), std::string::npos);
  }
  EXPECT_FALSE(files_.has_file(folder_ / "out.onnx"));
}

TEST_F(ProgramTest, AModelOfAnotherToolIsAnsweredWithTheExport) {
  write("net.h5", "\x89HDF\r\n\x1a\n and so on");
  const auto outcome = run_json({"inspect", "net.h5"});
  EXPECT_EQ(code_of(outcome), "unsupported");
  EXPECT_NE(message_of(outcome).find("Keras"), std::string::npos) << outcome.output;
  EXPECT_NE(message_of(outcome).find("TFLiteConverter"), std::string::npos) << outcome.output;
}

TEST_F(ProgramTest, ConvertRefusesOutputsThatCannotBeWritten) {
  EXPECT_NE(message_of(run_json({"convert", "mean.onnx", "-o", "x.tflite"})).find("end in .onnx"),
            std::string::npos);
  EXPECT_NE(message_of(run_json({"convert", "mean.onnx", "-o", "./mean.onnx"})).find("itself"),
            std::string::npos);
  EXPECT_EQ(run_json({"convert", "mean.onnx", "-o", "none/x.onnx"}).exit_code, 1);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
  EXPECT_EQ(
      code_of(run_json({"convert", "mean.onnx", "-o", "x.onnx", "--external-data", "log.onnx"})),
      "invalid");
  const auto count = std::distance(std::filesystem::directory_iterator(folder_), {});
  if (::geteuid() != 0) {  // root writes everywhere
    ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
    EXPECT_EQ(code_of(run_json({"convert", "mean.onnx", "-o", "x.onnx"})), "denied");
    ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), count);
}

TEST_F(ProgramTest, WrongShapesAreNamed) {
  for (const char* shape : {"x", "x=", "x=2xtwo", "x=-1x3x4", "x=99999999999999999999x1"}) {
    const auto outcome = run_json({"inspect", "batch.onnx", "--shape", shape});
    EXPECT_EQ(outcome.exit_code, 1) << shape;
    EXPECT_EQ(code_of(outcome), "invalid") << outcome.output;
    EXPECT_NE(message_of(outcome).find(shape), std::string::npos) << outcome.output;
  }
  const auto unknown = run_json({"inspect", "batch.onnx", "--shape", "z=1x1x4"});
  EXPECT_NE(message_of(unknown).find("'z'"), std::string::npos) << unknown.output;
}

TEST_F(ProgramTest, UnknownEnginesAndOptionsAreAnsweredWithTheKnownOnes) {
  const auto run_on = [&](const std::string& engine, const std::string& option) {
    return run_json(
        {"run", "mean.onnx", "--input", "red.png", "--engine", engine, "--option", option});
  };
  const auto engine = run_on("referense", "a=1");
  EXPECT_EQ(code_of(engine), "not_found");
  EXPECT_NE(message_of(engine).find("did you mean 'reference'"), std::string::npos);
  EXPECT_EQ(code_of(run_on("tensorrt", "a=1")), "unavailable");
  EXPECT_NE(message_of(run_on("tensorrt", "a=1")).find("not built"), std::string::npos);
  EXPECT_NE(message_of(run_on("reference", "thread=1")).find("'thread'"), std::string::npos);
  EXPECT_NE(message_of(run_on("reference", "thread")).find("NAME=VALUE"), std::string::npos);
  const auto onnxruntime = run_on("onnxruntime", "thread=1");
  if (code_of(onnxruntime) != "unavailable") {
    EXPECT_NE(message_of(onnxruntime).find("intra_op_threads"), std::string::npos);
  }
}

TEST_F(ProgramTest, WithoutASpecAllPlacesAreNamed) {
  std::filesystem::create_directory(folder_ / "specs");
  const auto outcome =
      run_json({"run", "batch.onnx", "--input", "red.png"}, {{"ARETE_SPECS", "specs:more"}});
  EXPECT_EQ(code_of(outcome), "not_found");
  for (const char* place :
       {"--spec", "batch.spec.yaml", "metadata", "specs/batch.spec.yaml", "more/batch.spec.yaml"}) {
    EXPECT_NE(message_of(outcome).find(place), std::string::npos) << place << outcome.output;
  }
}

TEST_F(ProgramTest, ASpecThatDoesNotFitNamesItsLine) {
  write("typo.spec.yaml", "spec: 1\ninputs:\n  - kind: image\n    colour: rgb\n");
  const auto typo =
      run_json({"run", "mean.onnx", "--input", "red.png", "--spec", "typo.spec.yaml"});
  EXPECT_EQ(error_of(typo).find("where")->string(), "typo.spec.yaml:4");
  EXPECT_NE(message_of(typo).find("'color'"), std::string::npos) << typo.output;
  write("ssd.spec.yaml",
        "spec: 1\ninputs:\n  - {kind: image}\noutputs:\n  - {decoder: ssd, labels: [a]}\n");
  const auto other =
      run_json({"run", "mean.onnx", "--input", "red.png", "--spec", "ssd.spec.yaml"});
  EXPECT_EQ(error_of(other).find("where")->string(), "ssd.spec.yaml:5") << other.output;
  const auto text = run({"run", "mean.onnx", "--input", "red.png", "--spec", "ssd.spec.yaml"});
  EXPECT_NE(text.errors.find("ssd.spec.yaml:5"), std::string::npos) << text.errors;
}

}  // namespace
}  // namespace arete::e2e
