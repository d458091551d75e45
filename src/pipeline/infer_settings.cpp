// SPDX-License-Identifier: Apache-2.0
#include "pipeline/infer_settings.hpp"

namespace arete::pipeline {
namespace {

/// `regions: NAME`, or `regions: true` for the element right before.
Status read_regions(document::MapReader& reader, InferSettings& settings) {
  const document::Node* const node = reader.find("regions");
  if (node == nullptr) {
    return {};
  }
  if (node->kind() == document::Kind::kBool) {
    if (node->boolean()) {
      settings.regions = "";
    }
    return {};
  }
  ARETE_TRY_ASSIGN(settings.regions, document::value_as<std::string>(*node, "regions"));
  return {};
}

/// Keys that mean nothing without regions.
Status refuse_without_regions(document::MapReader& reader) {
  for (const char* const key : {"labels", "margin", "square", "max_regions", "min_size"}) {
    if (const document::Node* const node = reader.find(key)) {
      return document::invalid_node(*node, std::string("'") + key + "' needs 'regions'");
    }
  }
  return {};
}

}  // namespace

Result<InferSettings> read_infer_settings(document::MapReader& reader) {
  InferSettings settings;
  ARETE_TRY_ASSIGN(settings.model, reader.required<std::string>("model"));
  ARETE_TRY(read_regions(reader, settings));
  if (settings.regions) {
    ARETE_TRY_ASSIGN(settings.labels, reader.optional<std::vector<std::string>>("labels", {}));
    ARETE_TRY_ASSIGN(settings.margin, reader.optional<double>("margin", 0, {0, 10}));
    ARETE_TRY_ASSIGN(settings.square, reader.optional<bool>("square", false));
    ARETE_TRY_ASSIGN(settings.max_regions, reader.optional<int>("max_regions", 16, {1, 1000}));
    ARETE_TRY_ASSIGN(settings.min_size, reader.optional<double>("min_size", 0, {0, 100'000}));
  } else {
    ARETE_TRY(refuse_without_regions(reader));
  }
  ARETE_TRY_ASSIGN(const int batch, reader.optional<int>("batch", 0, {1, 16}));
  settings.batch = static_cast<std::size_t>(batch);
  ARETE_TRY_ASSIGN(settings.tensor, reader.optional<std::string>("tensor", ""));
  return settings;
}

}  // namespace arete::pipeline
