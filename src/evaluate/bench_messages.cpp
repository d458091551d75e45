// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bench_messages.hpp"

#include <optional>
#include <utility>

#include "document/reader.hpp"

namespace arete::evaluate {
namespace {

using document::MapReader;
using document::Node;

Node extents_node(const tensor::Shape& shape) {
  Node list = Node::list();
  for (const std::int64_t extent : shape) {
    list.push(extent);
  }
  return list;
}

Result<tensor::Shape> shape_in(const Node& node) {
  ARETE_TRY_ASSIGN(auto extents, document::value_as<std::vector<std::int64_t>>(node, "shape"));
  ARETE_TRY(tensor::checked_elements(extents));
  return tensor::Shape(std::move(extents));
}

Node texts_node(const std::vector<std::string>& texts) {
  Node list = Node::list();
  for (const std::string& text : texts) {
    list.push(text);
  }
  return list;
}

Node heads_node(const std::vector<tensor::Tensor>& tensors) {
  Node list = Node::list();
  for (const tensor::Tensor& tensor : tensors) {
    Node head = Node::map();
    head.set("dtype", tensor::name_of(tensor.dtype()));
    head.set("shape", extents_node(tensor.shape()));
    list.push(std::move(head));
  }
  return list;
}

Status read_tensors(MapReader& reader, std::string_view key, const NextBytes& next,
                    std::vector<tensor::Tensor>& tensors) {
  ARETE_TRY_ASSIGN(const Node* const list, reader.child(key));
  for (const Node& entry : list->items()) {
    ARETE_TRY_ASSIGN(MapReader head, MapReader::open(entry, "a tensor"));
    ARETE_TRY_ASSIGN(const auto name, head.required<std::string>("dtype"));
    const auto dtype = tensor::dtype_from_name(name);
    if (!dtype) {
      return fail(ErrorCode::kCorrupt, "there is no dtype '{}'", name);
    }
    ARETE_TRY_ASSIGN(const Node* const extents, head.child("shape"));
    ARETE_TRY_ASSIGN(tensor::Shape shape, shape_in(*extents));
    const auto elements = static_cast<std::size_t>(shape.elements());
    ARETE_TRY_ASSIGN(Bytes bytes, next(tensor::bytes_of(*dtype, elements)));
    ARETE_TRY_ASSIGN(
        tensors.emplace_back(),
        tensor::Tensor::from_bytes(*dtype, std::move(shape), SharedBytes(std::move(bytes))));
  }
  return {};
}

ErrorCode code_named(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    if (name_of(static_cast<ErrorCode>(code)) == name) {
      return static_cast<ErrorCode>(code);
    }
  }
  return ErrorCode::kInternal;
}

}  // namespace

Node to_node(const LoadRequest& request) {
  Node options = Node::map();
  for (const auto& [name, value] : request.options) {
    options.set(name, value);
  }
  Node shapes = Node::map();
  for (const auto& [name, shape] : request.shapes) {
    shapes.set(name, extents_node(shape));
  }
  Node node = Node::map();
  node.set("verb", "load").set("model", request.model).set("engine", request.engine);
  node.set("cache_dir", request.cache_dir).set("seed", static_cast<std::int64_t>(request.seed));
  return node.set("options", std::move(options)).set("shapes", std::move(shapes));
}

Result<LoadRequest> load_request(const Node& node) {
  LoadRequest request;
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "the request"));
  ARETE_TRY_ASSIGN(request.model, reader.required<std::string>("model"));
  ARETE_TRY_ASSIGN(request.engine, reader.required<std::string>("engine"));
  ARETE_TRY_ASSIGN(request.cache_dir, reader.required<std::string>("cache_dir"));
  ARETE_TRY_ASSIGN(const auto seed, reader.required<std::int64_t>("seed"));
  request.seed = static_cast<std::uint64_t>(seed);
  ARETE_TRY_ASSIGN(const Node* const options, reader.child("options"));
  for (const Node& option : options->items()) {
    ARETE_TRY_ASSIGN(request.options[option.key()],
                     document::value_as<std::string>(option, option.key()));
  }
  ARETE_TRY_ASSIGN(const Node* const shapes, reader.child("shapes"));
  for (const Node& shape : shapes->items()) {
    ARETE_TRY_ASSIGN(request.shapes[shape.key()], shape_in(shape));
  }
  return request;
}

Node to_node(const LoadReply& reply) {
  Node node = Node::map();
  node.set("precision", reply.precision).set("format", reply.format);
  node.set("converted", reply.converted).set("assumed", texts_node(reply.assumed));
  node.set("load_ms", reply.load_ms).set("first_run_ms", reply.first_run_ms);
  node.set("names", texts_node(reply.names)).set("answers", heads_node(reply.answers));
  return node.set("questions", heads_node(reply.questions));
}

Result<LoadReply> load_reply(const Node& node, const NextBytes& next) {
  ARETE_TRY(failure_in(node));
  LoadReply reply;
  ARETE_TRY_ASSIGN(MapReader reader, MapReader::open(node, "the reply"));
  ARETE_TRY_ASSIGN(reply.precision, reader.required<std::string>("precision"));
  ARETE_TRY_ASSIGN(reply.format, reader.required<std::string>("format"));
  ARETE_TRY_ASSIGN(reply.converted, reader.required<bool>("converted"));
  ARETE_TRY_ASSIGN(reply.assumed, reader.required<std::vector<std::string>>("assumed"));
  ARETE_TRY_ASSIGN(reply.load_ms, reader.required<double>("load_ms"));
  ARETE_TRY_ASSIGN(reply.first_run_ms, reader.required<double>("first_run_ms"));
  ARETE_TRY_ASSIGN(reply.names, reader.required<std::vector<std::string>>("names"));
  ARETE_TRY(read_tensors(reader, "answers", next, reply.answers));
  ARETE_TRY(read_tensors(reader, "questions", next, reply.questions));
  return reply;
}

Node failure_node(std::string_view stage, const Error& error) {
  Node inner = Node::map();
  inner.set("code", name_of(error.code())).set("message", error.message());
  Node node = Node::map();
  return node.set("stage", stage).set("error", std::move(inner));
}

Status failure_in(const Node& node) {
  const Node* const error = node.find("error");
  const Node* const code = error == nullptr ? nullptr : error->find("code");
  const Node* const message = error == nullptr ? nullptr : error->find("message");
  if (code == nullptr || message == nullptr || !code->is_string() || !message->is_string()) {
    return {};
  }
  return std::unexpected(Error(code_named(code->string()), message->string()));
}

std::string stage_in(const Node& node) {
  const Node* const stage = node.find("stage");
  return stage != nullptr && stage->is_string() ? stage->string() : "";
}

}  // namespace arete::evaluate
