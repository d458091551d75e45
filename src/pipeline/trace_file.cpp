// SPDX-License-Identifier: Apache-2.0
#include "pipeline/trace_file.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "document/json_writer.hpp"

namespace arete::pipeline {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{1} << 18;

}  // namespace

Result<TraceFile> TraceFile::create(io::Files& files, const io::Path& path,
                                    std::vector<std::string> names, std::size_t sources) {
  TraceFile trace(files, path, std::move(names), sources);
  std::string head = "[\n";
  for (std::size_t i = 0; i < trace.names_.size(); ++i) {
    fmt::format_to(std::back_inserter(head),
                   R"({{"name":"thread_name","ph":"M","pid":1,"tid":{},"args":{{"name":{}}}}},)"
                   "\n",
                   i, document::json_quoted(trace.names_[i]));
  }
  ARETE_TRY(files.write_atomic(path, as_bytes(head)));
  return trace;
}

void TraceFile::add(const LedgerRecord& record) {
  if (records_ >= kMaxTraceRecords) {
    ++left_out_;
    return;
  }
  if (records_++ == 0) {
    origin_ns_ = record.start_ns;
  }
  const auto microseconds = [](std::int64_t ns) { return static_cast<double>(ns) / 1000; };
  const bool whole = record.work == Work::kElement;
  const std::string_view what = whole ? std::string_view(names_[record.element])
                                : record.work == Work::kNote ? name_of(record.decision)
                                                             : name_of(record.work);
  fmt::format_to(
      std::back_inserter(buffer_),
      R"({{"name":{},"cat":"{}","ph":"{}",{}"ts":{:.3f},"dur":{:.3f},"pid":1,"tid":{},"args":{{"source":{},"frame":{},"decision":"{}","reason":{},"waited_us":{:.1f},"batch":{}}}}},)"
      "\n",
      document::json_quoted(what), name_of(record.work), record.work == Work::kNote ? "i" : "X",
      record.work == Work::kNote ? R"("s":"t",)" : "", microseconds(record.start_ns - origin_ns_),
      microseconds(record.end_ns - record.start_ns), record.element,
      document::json_quoted(names_[record.source]), record.sequence, name_of(record.decision),
      document::json_quoted(reason_of(record)), microseconds(record.waited_ns), record.batch);
  if (buffer_.size() >= kFlushBytes) {
    flush();
  }
}

void TraceFile::flush() {
  if (status_) {
    status_ = files_->append(path_, as_bytes(buffer_));
  }
  buffer_.clear();
}

Status TraceFile::finish() {
  buffer_ += R"({"name":"end","ph":"i","s":"g","ts":0,"pid":1,"tid":0}])"
             "\n";
  flush();
  return status_;
}

}  // namespace arete::pipeline
