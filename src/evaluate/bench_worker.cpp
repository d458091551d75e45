// SPDX-License-Identifier: Apache-2.0
#include "evaluate/bench_worker.hpp"

#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "document/json_writer.hpp"
#include "document/parse.hpp"
#include "evaluate/random_inputs.hpp"
#include "evaluate/tiny_models.hpp"

namespace arete::evaluate {
namespace {

using document::Node;

Nanoseconds clock_now(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

double milliseconds_since(Nanoseconds start) {
  return std::chrono::duration<double, std::milli>(clock_now(CLOCK_MONOTONIC) - start).count();
}

/// Not through the converter: the null engine's format is none that it knows.
Result<convert::LoadedModel> load_tiny(const runtime::Backend& backend,
                                       const runtime::LoadOptions& options, LoadReply& reply) {
  ARETE_TRY_ASSIGN(const TinyModel tiny, tiny_model_for(backend, options));
  convert::LoadedModel loaded;
  const runtime::ModelFile file{.format = tiny.format, .path = {}, .bytes = tiny.bytes};
  ARETE_TRY_ASSIGN(loaded.session, backend.load(file, options), "{}", backend.info().name);
  loaded.inputs = loaded.session->inputs();
  loaded.outputs = loaded.session->outputs();
  loaded.engine = backend.info().name;
  loaded.precision = "f32";
  reply.format = tiny.format;
  return loaded;
}

}  // namespace

std::uint64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) {
      std::istringstream number(line.substr(6));
      std::uint64_t kilobytes = 0;
      number >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

Status BenchWorker::open(const LoadRequest& request, LoadReply& reply) {
  const runtime::Registry registry = engines_(request.engine);
  const runtime::LoadOptions options{.cache_dir = request.cache_dir, .options = request.options};
  if (request.model.empty()) {
    ARETE_TRY_ASSIGN(const auto backend, registry.find(request.engine));
    ARETE_TRY_ASSIGN(loaded_, load_tiny(*backend, options, reply));
  } else {
    io::PosixFiles files;
    ARETE_TRY_ASSIGN(const auto source, convert::open_source(files, request.model));
    ARETE_TRY_ASSIGN(loaded_, convert::load_model(registry, source, request.engine, options));
    reply.format = loaded_.converted ? "onnx" : source.format_name();
  }
  reply.converted = loaded_.converted;
  reply.precision = loaded_.precision;
  ARETE_TRY_ASSIGN(RandomInputs inputs,
                   random_inputs(loaded_.inputs, request.shapes, request.seed));
  inputs_ = std::move(inputs.tensors);
  reply.assumed = std::move(inputs.assumed);
  input_views_.clear();
  for (const tensor::Tensor& input : inputs_) {
    input_views_.push_back(runtime::view_of(input));
  }
  return {};
}

Status BenchWorker::prepare_outputs() {
  output_views_.clear();
  for (tensor::Tensor& output : outputs_) {
    if (output.dtype() == tensor::DType::kString) {
      output_views_.clear();
      return {};
    }
    ARETE_TRY_ASSIGN(tensor::Tensor memory,
                     tensor::Tensor::allocate(output.dtype(), output.shape()));
    output = std::move(memory);
    output_views_.emplace_back(output.dtype(), output.shape(), output.mutable_bytes().data());
  }
  return {};
}

Result<LoadReply> BenchWorker::load(const LoadRequest& request, std::string_view& stage) {
  LoadReply reply;
  stage = "load";
  const Nanoseconds loading = clock_now(CLOCK_MONOTONIC);
  ARETE_TRY(open(request, reply));
  reply.load_ms = milliseconds_since(loading);
  stage = "run";
  const Nanoseconds running = clock_now(CLOCK_MONOTONIC);
  ARETE_TRY_ASSIGN(outputs_, loaded_.session->run(input_views_));
  reply.first_run_ms = milliseconds_since(running);
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    reply.names.push_back(loaded_.outputs[i].name);
    if (outputs_[i].dtype() != tensor::DType::kString) {
      reply.answers.push_back(outputs_[i]);
    }
  }
  if (request.model.empty()) {
    reply.questions = inputs_;
  }
  ARETE_TRY(prepare_outputs());
  return reply;
}

Status BenchWorker::run_once() {
  if (!output_views_.empty()) {
    return loaded_.session->run_into(input_views_, output_views_);
  }
  ARETE_TRY_ASSIGN(outputs_, loaded_.session->run(input_views_));
  return {};
}

Result<RoundTimes> BenchWorker::round(std::int64_t warm, std::int64_t runs) {
  if (loaded_.session == nullptr) {
    return fail(ErrorCode::kConflict, "no model is loaded");
  }
  for (std::int64_t i = 0; i < warm; ++i) {
    ARETE_TRY(run_once());
  }
  const Nanoseconds cpu = clock_now(CLOCK_PROCESS_CPUTIME_ID);
  const Nanoseconds wall = clock_now(CLOCK_MONOTONIC);
  for (std::int64_t i = 0; i < runs; ++i) {
    ARETE_TRY(run_once());
  }
  return RoundTimes{clock_now(CLOCK_PROCESS_CPUTIME_ID) - cpu, clock_now(CLOCK_MONOTONIC) - wall};
}

BenchWorker::Reply BenchWorker::answer(const Node& request) {
  const auto number = [&request](std::string_view key) {
    const Node* const node = request.find(key);
    return node != nullptr && node->kind() == document::Kind::kInteger ? node->integer() : 0;
  };
  const Node* const verb = request.find("verb");
  const std::string name = verb != nullptr && verb->is_string() ? verb->string() : "";
  Node node = Node::map();
  if (name == "load") {
    std::string_view stage = "load";
    const auto asked = load_request(request);
    auto reply = asked ? load(*asked, stage) : std::unexpected(asked.error());
    if (!reply) {
      return {failure_node(stage, reply.error()), {}};
    }
    Reply made{to_node(*reply), std::move(reply->answers)};
    made.tensors.insert(made.tensors.end(), reply->questions.begin(), reply->questions.end());
    return made;
  }
  if (name == "round") {
    const auto times = round(number("warm"), number("runs"));
    if (!times) {
      return {failure_node("run", times.error()), {}};
    }
    node.set("cpu_ns", times->cpu.count()).set("wall_ns", times->wall.count());
    return {std::move(node), {}};
  }
  if (name == "memory") {
    return {std::move(node.set("peak_rss_bytes", peak_resident_bytes())), {}};
  }
  return {failure_node("load", Error(ErrorCode::kInvalid, "no verb '" + name + "'")), {}};
}

bool BenchWorker::serve(std::istream& in, std::FILE* out) {
  for (std::string line; std::getline(in, line);) {
    const auto request = document::parse_json(line, "request");
    const Reply reply =
        request ? answer(*request) : Reply{failure_node("load", request.error()), {}};
    const std::string text = document::to_json(reply.node) + "\n";
    bool is_written = std::fwrite(text.data(), 1, text.size(), out) == text.size();
    for (const tensor::Tensor& tensor : reply.tensors) {
      const ByteView bytes = tensor.bytes();
      is_written = is_written && std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size();
    }
    if (!is_written || std::fflush(out) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace arete::evaluate
