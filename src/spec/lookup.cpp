// SPDX-License-Identifier: Apache-2.0
#include "spec/lookup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "document/parse.hpp"
#include "io/paths.hpp"
#include "spec/parse.hpp"

namespace arete::spec {
namespace {

constexpr std::uint64_t kSpecBytes = 4U << 20U;
constexpr std::uint64_t kLabelBytes = 16U << 20U;

Labels* labels_of(Decoder& decoder) {
  return std::visit(
      [](auto& kind) -> Labels* {
        if constexpr (requires { kind.detector.labels; }) {
          return &kind.detector.labels;
        } else if constexpr (requires { kind.labels; }) {
          return &kind.labels;
        } else {
          return nullptr;
        }
      },
      decoder);
}

std::vector<std::string> texts_of(const std::vector<io::Path>& paths) {
  std::vector<std::string> texts;
  for (const io::Path& path : paths) {
    texts.push_back(path.native());
  }
  return texts;
}

/// Whether a file is there; that one cannot look is an error, not a no.
Result<bool> is_there(io::Files& files, const io::Path& path) {
  ARETE_TRY_ASSIGN(const io::FileStatus status, files.status(path));
  return status.kind == io::FileKind::kFile;
}

/// The first of the folders that has the file.
Result<io::Path> find_label_file(io::Files& files, const Labels& labels, const std::string& source,
                                 const std::vector<io::Path>& folders) {
  const std::string where = fmt::format("{}:{}", source, labels.line);
  std::vector<io::Path> tried;
  for (const io::Path& folder : folders) {
    auto path = io::inside(folder, labels.file);
    if (!path.has_value()) {
      return std::unexpected<Error>(std::move(path)
                                        .error()
                                        .with_context(fmt::format("line {}: labels", labels.line))
                                        .at(where));
    }
    ARETE_TRY_ASSIGN(const bool there, is_there(files, *path));
    if (there) {
      return std::move(*path);
    }
    tried.push_back(std::move(*path));
  }
  return fail_at(where, ErrorCode::kNotFound, "line {}: there is no label file '{}'; looked at {}",
                 labels.line, labels.file, fmt::join(texts_of(tried), ", "));
}

}  // namespace

Result<std::vector<std::string>> parse_label_lines(std::string_view text, std::string_view source) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    text.remove_prefix(3);
  }
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    const std::size_t last = line.find_last_not_of(" \t\r");
    line = line.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (line.find('\0') != std::string_view::npos) {
      return fail_at(source, ErrorCode::kCorrupt, "{} line {}: not a text file", source,
                     names.size() + 1);
    }
    names.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!names.empty() && names.back().empty()) {
    names.pop_back();
  }
  return names;
}

Status load_labels(io::Files& files, Spec& spec, const std::vector<io::Path>& folders) {
  for (Output& output : spec.outputs) {
    Labels* const labels = labels_of(output.decoder);
    if (labels == nullptr || labels->file.empty() || !labels->names.empty()) {
      continue;
    }
    ARETE_TRY_ASSIGN(const io::Path path, find_label_file(files, *labels, spec.source, folders));
    ARETE_TRY_ASSIGN(const Bytes bytes, files.read(path, kLabelBytes));
    ARETE_TRY_ASSIGN(labels->names, parse_label_lines(as_text(bytes), path.native()));
    if (labels->names.empty()) {
      return fail_at(path.native(), ErrorCode::kCorrupt, "the label file {} is empty",
                     path.native());
    }
  }
  return {};
}

Result<Spec> load(io::Files& files, const io::Path& path, const io::Path& model_folder) {
  ARETE_TRY_ASSIGN(const Bytes bytes, files.read(path, kSpecBytes), "reading the spec");
  ARETE_TRY_ASSIGN(const document::Node node, document::parse_yaml(as_text(bytes), path.native()),
                   "reading the spec {}", path.native());
  ARETE_TRY_ASSIGN(Spec spec, parse(node), "reading the spec {}", path.native());
  ARETE_TRY(load_labels(files, spec, {path.parent_path(), model_folder}), "reading the spec {}",
            path.native());
  return spec;
}

std::vector<io::Path> folders_from(const char* variable) {
  std::vector<io::Path> folders;
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) {
      folders.emplace_back(rest.substr(0, end));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return folders;
}

std::string spec_name_of(const io::Path& model) { return model.stem().native() + ".spec.yaml"; }

Result<Spec> lookup(io::Files& files, const LookupRequest& request) {
  const io::Path model_folder = request.model.parent_path();
  if (request.given.has_value()) {
    return load(files, *request.given, model_folder);
  }
  const std::string name = spec_name_of(request.model);
  const io::Path beside = model_folder / name;
  ARETE_TRY_ASSIGN(const bool is_beside, is_there(files, beside));
  if (is_beside) {
    return load(files, beside, model_folder);
  }
  if (request.metadata.has_value()) {
    Spec spec = *request.metadata;
    ARETE_TRY(load_labels(files, spec, {model_folder}), "{}", spec.source);
    return spec;
  }
  std::vector<std::string> places{"--spec (not given)", beside.native(),
                                  "the model's metadata (says nothing usable)"};
  for (const io::Path& folder : request.spec_folders) {
    const io::Path candidate = folder / name;
    ARETE_TRY_ASSIGN(const bool there, is_there(files, candidate));
    if (there) {
      return load(files, candidate, model_folder);
    }
    places.push_back(candidate.native());
  }
  if (request.spec_folders.empty()) {
    places.emplace_back("the folders of ARETE_SPECS (not set)");
  }
  return fail_at(request.model.native(), ErrorCode::kNotFound,
                 "no spec says what the inputs and outputs of {} mean; looked at: {}",
                 request.model.native(), fmt::join(places, ", "));
}

}  // namespace arete::spec
