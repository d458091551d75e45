// One step of a pipeline: takes packets, gives packets. Not here: queues, threads and what is
// connected with what (graph.hpp). An element never reads a clock to decide anything: it takes time
// from the packet's stamp, so that a replay decides alike.
// Threads: the pipeline calls an element from one thread at a time. State that belongs to a stream
// is kept by Stamp::source. Errors: process() fails for one packet, which is then lost and counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/reader.hpp"
#include "io/files.hpp"
#include "pipeline/packet.hpp"

namespace arete::pipeline {

/// What became of a packet at an element. Written to the ledger with two numbers; the order is that
/// of the file format of recordings, append only.
enum class Decision : std::uint8_t {
  kPassed,      ///< went on
  kDropped,     ///< gave way to a newer one in a full queue
  kRefused,     ///< came to a full queue that keeps the oldest
  kGated,       ///< left out by a gate: value < limit
  kRaised,      ///< an event was raised: value, limit as the element says
  kSuppressed,  ///< an event was not raised again: value (seconds since) < limit
  kFailed,      ///< the element could not do it
  kWritten,     ///< ended in a file or message
};
/// "passed", "dropped" ...
[[nodiscard]] std::string_view name_of(Decision decision);

/// Where an element puts what it makes. Only during process() and finish().
class Emitter {
 public:
  virtual ~Emitter() = default;
  virtual void emit(Packet packet) = 0;
  /// Says why, for ledger and replay, where it is not simply kPassed. At most one a packet counts
  /// as the packet's own; kRaised may come several times.
  virtual void decide(const Stamp& stamp, Decision decision, double value, double limit) = 0;
};

class Element {
 public:
  virtual ~Element() = default;
  [[nodiscard]] virtual Status process(Packet packet, Emitter& out) = 0;
  /// Packets that process_batch() takes at once; more than 1 only where that is cheaper.
  [[nodiscard]] virtual std::size_t batch() const { return 1; }
  /// At most batch() packets, in the order of their arrival; one failure fails them all.
  [[nodiscard]] virtual Status process_batch(std::vector<Packet> packets, Emitter& out);
  /// After the last packet.
  [[nodiscard]] virtual Status finish(Emitter&) { return {}; }
  /// The stream of `source` began anew (a reconnect, the next picture of a folder): whatever was
  /// remembered of it does not go on.
  virtual void restart(int source) { static_cast<void>(source); }
};

/// What an element may use while it is made and as long as it lives.
struct ElementContext {
  std::string name;  ///< of the element in the pipeline's file
  io::Files& files;
  Clock& clock;                      ///< for time stamps of files and messages, never for decisions
  io::Path folder;                   ///< relative paths of the pipeline's file begin here
  std::string pipeline;              ///< its name
  std::vector<std::string> sources;  ///< names, by Stamp::source
};

/// A kind of element, as `type: NAME` asks for it.
struct ElementType {
  std::string_view name;
  std::string_view summary;  ///< one line, for people
  PacketTypes takes;
  /// What it gives for what it takes; 0 = nothing, it is the end.
  PacketTypes (*gives)(PacketType taken);
  /// Worth a thread of its own; others run on that of the element before them.
  bool heavy;
  /// Reads its settings, all keys but type, input and queue; the caller calls finish() on them.
  Result<std::unique_ptr<Element>> (*make)(document::MapReader& settings,
                                           const ElementContext& context);
  bool needs_picture = false;  ///< results of sound or series are of no use to it
  bool reaches_out = false;    ///< files, messages: a replay leaves it out
};

}  // namespace arete::pipeline
