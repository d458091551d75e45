// A run on memory that is bound costs no allocation after the first: every operator new of the
// process is counted, the plug-in's too. The null engine stands for an engine, which has its own
// business.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "counted_new.hpp"
#include "runtime/registry.hpp"
#include "runtime/session.hpp"

namespace arete::regress {
namespace {

constexpr const char* kModel = R"(null-model v1
input  x f32 [8]
input  h f32 [4]
state  s f32 [8]
output y f32 [8] copy x
output h_next f32 [4] copy h
output z f32 [8] accumulate x s
)";

/// Memory for every input and output of kModel, twice, so that places can change.
class Buffers {
 public:
  Buffers() {
    for (std::size_t turn = 0; turn < 2; ++turn) {
      const auto data = [&](std::size_t index) {
        return reinterpret_cast<std::byte*>(memory_[turn][index].data());
      };
      inputs[turn] = {{tensor::DType::kF32, {8}, data(0)}, {tensor::DType::kF32, {4}, data(1)}};
      outputs[turn] = {{tensor::DType::kF32, {8}, data(2)},
                       {tensor::DType::kF32, {4}, data(3)},
                       {tensor::DType::kF32, {8}, data(4)}};
    }
  }
  std::array<std::vector<tensor::TensorView>, 2> inputs;
  std::array<std::vector<runtime::MutableTensorView>, 2> outputs;

 private:
  std::array<std::array<std::array<float, 8>, 5>, 2> memory_{};
};

std::unique_ptr<runtime::Session> null_session() {
  runtime::DiscoverOptions alone;
  alone.only = {"null"};  // real engines bring allocators and threads of their own
  const runtime::Registry registry = runtime::Registry::discover(alone);
  const auto backend = registry.find("null");
  if (!backend) {
    return nullptr;
  }
  auto session = (*backend)->load(
      {.format = "null-model", .path = {}, .bytes = SharedBytes(to_bytes(kModel))});
  EXPECT_TRUE(session.has_value()) << (session ? "" : session.error().message());
  return session ? std::move(session).value() : nullptr;
}

/// What `runs` runs allocate after the first two, which see both places.
std::uint64_t allocations_of(runtime::Session& session, Buffers& buffers, int runs, bool swaps) {
  bool is_good = true;
  std::uint64_t before = 0;
  for (int i = 0; i < runs + 2; ++i) {
    if (i == 2) {
      before = allocations_so_far();
    }
    const std::size_t turn = swaps && i % 2 == 1 ? 1 : 0;
    is_good = session.run_into(buffers.inputs[turn], buffers.outputs[turn]).has_value() && is_good;
  }
  const std::uint64_t after = allocations_so_far();
  EXPECT_TRUE(is_good);
  return after - before;
}

TEST(SessionAllocations, ARunOnBoundMemoryMakesNone) {
  const auto session = null_session();
  ASSERT_NE(session, nullptr) << "the null engine is not in ARETE_PLUGIN_PATH";
  Buffers buffers;
  EXPECT_EQ(allocations_of(*session, buffers, 100, false), 0U);
}

TEST(SessionAllocations, NeitherDoesOneOnMemoryThatChangesPlaces) {
  const auto session = null_session();
  ASSERT_NE(session, nullptr) << "the null engine is not in ARETE_PLUGIN_PATH";
  Buffers buffers;
  EXPECT_EQ(allocations_of(*session, buffers, 100, true), 0U);
}

TEST(SessionAllocations, TheCountersSeeThePlugIn) {
  const auto session = null_session();
  ASSERT_NE(session, nullptr) << "the null engine is not in ARETE_PLUGIN_PATH";
  Buffers buffers;
  const std::uint64_t before = allocations_so_far();
  ASSERT_TRUE(session->run(buffers.inputs[0]).has_value());  // results are allocated here
  EXPECT_GT(allocations_so_far(), before + 3);
}

}  // namespace
}  // namespace arete::regress
