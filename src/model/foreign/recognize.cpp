// Sources: the formats' own documents, and the first bytes that their tools write.
// SPDX-License-Identifier: Apache-2.0
#include "model/foreign/recognize.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <system_error>
#include <vector>

#include "model/foreign/proto_fields.hpp"

namespace arete::model {
namespace {

namespace fs = std::filesystem;
using std::string_view_literals::operator""sv;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  FileFormat format;
};

constexpr std::array kMagics = {
    Magic{4, "TFL3"sv, FileFormat::kTflite},
    Magic{4, "ORTM"sv, FileFormat::kOrt},
    Magic{0, "\x89HDF\r\n\x1a\n"sv, FileFormat::kKerasHdf5},
    Magic{0, "GGUF"sv, FileFormat::kGguf},
    Magic{0, "7767517\n"sv, FileFormat::kNcnn},
    Magic{0, "7767517\r\n"sv, FileFormat::kNcnn},
    Magic{0, "ftrt"sv, FileFormat::kTensorrt},
    Magic{0, "ptrt"sv, FileFormat::kTensorrt},
    // The number with which torch.save() began before it wrote zip files.
    Magic{0, "\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."sv, FileFormat::kTorchCheckpoint},
};

struct Ending {
  std::string_view extension;
  FileFormat format;
};

/// Asked last, so that a damaged file still gets to the reader that can say what is wrong with it.
constexpr std::array kEndings = {
    Ending{".onnx", FileFormat::kOnnx},        Ending{".tflite", FileFormat::kTflite},
    Ending{".lite", FileFormat::kTflite},      Ending{".engine", FileFormat::kTensorrt},
    Ending{".plan", FileFormat::kTensorrt},    Ending{".trt", FileFormat::kTensorrt},
    Ending{".pte", FileFormat::kExecutorch},   Ending{".mlmodel", FileFormat::kCoreml},
    Ending{".mlpackage", FileFormat::kCoreml},
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

FileFormat by_magic(std::string_view text) {
  for (const Magic& magic : kMagics) {
    if (text.size() >= magic.offset && text.substr(magic.offset).starts_with(magic.bytes)) {
      return magic.format;
    }
  }
  // ExecuTorch counts its versions in the identifier: ET12, ET13 ...
  if (text.size() >= 8 && text.substr(4, 2) == "ET" && text[6] >= '0' && text[6] <= '9' &&
      text[7] >= '0' && text[7] <= '9') {
    return FileFormat::kExecutorch;
  }
  return FileFormat::kUnknown;
}

/// A shared library counts only if TVM compiled it; its symbols lie near the start.
FileFormat by_library(std::string_view text) {
  return text.starts_with(
             "\x7F"
             "ELF") &&
                 contains(text, "__tvm_ffi_")
             ? FileFormat::kTvm
             : FileFormat::kUnknown;
}

/// Names in the local headers of a zip file, as far as they lie in the head.
std::vector<std::string_view> zip_names(std::string_view text) {
  constexpr std::string_view kLocal = "PK\x03\x04"sv;
  constexpr std::size_t kHeader = 30;
  std::vector<std::string_view> names;
  for (std::size_t at = 0; (at = text.find(kLocal, at)) != std::string_view::npos; at += 4) {
    if (text.size() - at < kHeader) {
      break;
    }
    const auto low = static_cast<unsigned char>(text[at + 26]);
    const auto high = static_cast<unsigned char>(text[at + 27]);
    names.push_back(text.substr(at + kHeader, std::size_t{low} | (std::size_t{high} << 8)));
  }
  return names;
}

FileFormat by_zip(std::string_view text) {
  const auto names = zip_names(text);
  const auto any = [&](auto matches) { return std::ranges::any_of(names, matches); };
  if (any([](std::string_view name) {
        return name.ends_with("archive_format") || name.ends_with("exported_program.json") ||
               contains(name, "/models/");
      })) {
    return FileFormat::kTorchExport;
  }
  if (any([](std::string_view name) { return name == "config.json"; }) &&
      any([](std::string_view name) {
        return name == "metadata.json" || name == "model.weights.h5";
      })) {
    return FileFormat::kKerasZip;
  }
  const bool has_pickle = any([](std::string_view name) { return name.ends_with("data.pkl"); });
  // TorchScript keeps classes in code/, and names them in the pickle that comes first.
  const bool has_code = any([](std::string_view name) {
    return contains(name, "/code/") || name.ends_with("constants.pkl");
  });
  if (has_pickle && (has_code || contains(text, "__torch__"))) {
    return FileFormat::kTorchScript;
  }
  return has_pickle ? FileFormat::kTorchCheckpoint : FileFormat::kUnknown;
}

FileFormat by_text(std::string_view text) {
  const std::string_view start = text.substr(0, std::min<std::size_t>(text.size(), 65536));
  if (contains(start, "<net ") && contains(start, "<layers>")) {
    return FileFormat::kOpenvino;
  }
  // A length of eight bytes, then a JSON object.
  if (text.size() > 9 && text[8] == '{' && text[9] == '"' && text.substr(4, 4) == "\0\0\0\0"sv) {
    return FileFormat::kSafetensors;
  }
  if (text.size() > 2 && text[0] == '\x80' && text[1] >= 2 && text[1] <= 5) {
    return FileFormat::kPickle;
  }
  return FileFormat::kUnknown;
}

/// Field numbers of ONNX's ModelProto with their wire types.
bool is_onnx_field(const ProtoField& field) {
  const bool is_number = field.number == 1 || field.number == 5;
  constexpr std::array<std::uint64_t, 10> kBytes = {2, 3, 4, 6, 7, 8, 14, 20, 25, 26};
  return is_number
             ? field.wire_type == 0
             : field.wire_type == 2 && std::ranges::find(kBytes, field.number) != kBytes.end();
}

bool starts_with_message(const ProtoField& field) {
  return field.wire_type == 2 && !field.bytes.empty() && field.bytes[0] == std::byte{0x0A};
}

FileFormat by_protobuf(ByteView head) {
  const auto fields = proto_fields(head);
  if (fields.empty()) {
    return FileFormat::kUnknown;
  }
  const auto has = [&](std::uint64_t number) {
    return std::ranges::any_of(fields, [&](const ProtoField& field) {
      return field.number == number && field.wire_type == 2;
    });
  };
  if (has(7) && std::ranges::all_of(fields, is_onnx_field)) {
    return FileFormat::kOnnx;
  }
  const ProtoField& first = fields.front();
  if (first.number == 1 && first.wire_type == 0) {
    // Core ML's model types are fields 200 to 900.
    if (std::ranges::any_of(fields, [](const ProtoField& field) {
          return field.number >= 200 && field.number < 4000 && field.wire_type == 2;
        })) {
      return FileFormat::kCoreml;
    }
    return first.varint == 1 && fields.size() > 1 && fields[1].number == 2 &&
                   starts_with_message(fields[1])
               ? FileFormat::kSavedModel
               : FileFormat::kUnknown;
  }
  // GraphDef: nodes, each beginning with its name, then "op".
  if (first.number == 1 && starts_with_message(first)) {
    const auto inner = proto_fields(first.bytes);
    if (inner.size() >= 2 && inner[0].number == 1 && inner[1].number == 2 &&
        inner[1].wire_type == 2) {
      return FileFormat::kFrozenGraph;
    }
  }
  return FileFormat::kUnknown;
}

FileFormat by_folder(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return FileFormat::kUnknown;
  }
  if (fs::exists(path / "saved_model.pb", error)) {
    return FileFormat::kSavedModel;
  }
  return fs::exists(path / "Manifest.json", error) && path.extension() == ".mlpackage"
             ? FileFormat::kCoreml
             : FileFormat::kUnknown;
}

FileFormat by_ending(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  for (const Ending& ending : kEndings) {
    if (ending.extension == extension) {
      return ending.format;
    }
  }
  return FileFormat::kUnknown;
}

}  // namespace

FileFormat recognize(ByteView head, const fs::path& path) {
  head = head.first(std::min(head.size(), kRecognizedBytes));
  if (head.empty()) {
    const FileFormat folder = by_folder(path);
    return folder != FileFormat::kUnknown ? folder : by_ending(path);
  }
  const std::string_view text = as_text(head);
  FileFormat format = by_magic(text);
  if (format == FileFormat::kUnknown && text.starts_with("PK\x03\x04"sv)) {
    format = by_zip(text);
  }
  if (format == FileFormat::kUnknown) {
    format = by_library(text);
  }
  if (format == FileFormat::kUnknown) {
    format = by_text(text);
  }
  if (format == FileFormat::kUnknown && path.filename() == "saved_model.pb") {
    return FileFormat::kSavedModel;
  }
  if (format == FileFormat::kUnknown) {
    format = by_protobuf(head);
  }
  return format != FileFormat::kUnknown ? format : by_ending(path);
}

}  // namespace arete::model
