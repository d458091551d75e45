// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/sparse.hpp"

#include <gtest/gtest.h>

namespace arete::model::tflite {
namespace {

/// Sparsity tables in a buffer of their own.
class SparseTables {
 public:
  struct Level {
    int dense = 0;  ///< 0 = compressed
    std::vector<int> segments;
    std::vector<std::uint8_t> indices;
  };
  SparseTables(std::vector<int> order, std::vector<int> block_map, const std::vector<Level>& dims) {
    std::vector<flatbuffers::Offset<fb::DimensionMetadata>> metadata;
    for (const Level& dim : dims) {
      if (dim.dense > 0) {
        metadata.push_back(
            fb::CreateDimensionMetadata(builder_, fb::DimensionType::DENSE, dim.dense));
        continue;
      }
      const auto segments = fb::CreateInt32VectorDirect(builder_, &dim.segments);
      const auto indices = fb::CreateUint8VectorDirect(builder_, &dim.indices);
      metadata.push_back(fb::CreateDimensionMetadata(
          builder_, fb::DimensionType::SPARSE_CSR, 0, fb::SparseIndexVector::Int32Vector,
          segments.Union(), fb::SparseIndexVector::Uint8Vector, indices.Union()));
    }
    builder_.Finish(fb::CreateSparsityParametersDirect(builder_, &order, &block_map, &metadata));
  }
  [[nodiscard]] const fb::SparsityParameters& get() const {
    return *flatbuffers::GetRoot<fb::SparsityParameters>(builder_.GetBufferPointer());
  }

 private:
  flatbuffers::FlatBufferBuilder builder_;
};

Result<tensor::Tensor> dense_i8(const SparseTables& tables, const tensor::Shape& shape,
                                const std::vector<std::int8_t>& values, int zero = 0) {
  return densify(tables.get(), tensor::DType::kI8, shape, std::as_bytes(std::span(values)), zero,
                 1 << 20);
}

TEST(Densify, CompressedRows) {
  const SparseTables tables({0, 1}, {}, {{2, {}, {}}, {0, {0, 2, 3}, {0, 2, 1}}});
  const auto dense = dense_i8(tables, {2, 3}, {1, 2, 3});
  ASSERT_TRUE(dense) << dense.error().message();
  EXPECT_TRUE(dense->same_as(
      tensor::Tensor::of<std::int8_t>({2, 3}, std::vector<std::int8_t>{1, 0, 2, 0, 3, 0})));
}

TEST(Densify, BlocksLieInsideTheirDimensions) {
  // A 2x4 matrix in blocks of 1x2: row 0 has block 1, row 1 has block 0.
  const SparseTables tables({0, 1, 2}, {1}, {{2, {}, {}}, {0, {0, 1, 2}, {1, 0}}, {2, {}, {}}});
  const auto dense = dense_i8(tables, {2, 4}, {5, 6, 7, 8});
  ASSERT_TRUE(dense) << dense.error().message();
  EXPECT_TRUE(dense->same_as(
      tensor::Tensor::of<std::int8_t>({2, 4}, std::vector<std::int8_t>{0, 0, 5, 6, 7, 8, 0, 0})));
}

TEST(Densify, TraversalOrderMayPutColumnsFirst) {
  const SparseTables tables({1, 0}, {}, {{2, {}, {}}, {0, {0, 1, 2}, {1, 0}}});
  const auto dense = dense_i8(tables, {2, 2}, {4, 9});
  ASSERT_TRUE(dense) << dense.error().message();
  EXPECT_TRUE(dense->same_as(
      tensor::Tensor::of<std::int8_t>({2, 2}, std::vector<std::int8_t>{0, 9, 4, 0})));
}

TEST(Densify, MissingValuesAreTheZeroPoint) {
  const SparseTables tables({0}, {}, {{0, {0, 1}, {1}}});
  const auto dense = dense_i8(tables, {3}, {7}, -3);
  ASSERT_TRUE(dense) << dense.error().message();
  EXPECT_TRUE(
      dense->same_as(tensor::Tensor::of<std::int8_t>({3}, std::vector<std::int8_t>{-3, 7, -3})));
}

TEST(Densify, LyingTablesAreRefused) {
  using Level = SparseTables::Level;
  const Level rows{2, {}, {}};
  EXPECT_FALSE(dense_i8({{0, 1}, {}, {rows, {0, {0, 1, 2}, {0, 9}}}}, {2, 3}, {1, 2}));  // index
  EXPECT_FALSE(dense_i8({{0, 1}, {}, {rows, {0, {0, 5, 9}, {0, 1}}}}, {2, 3}, {1, 2}));  // segment
  EXPECT_FALSE(dense_i8({{0, 1}, {}, {rows, {0, {0, 2}, {0, 1}}}}, {2, 3}, {1, 2}));     // too few
  EXPECT_FALSE(dense_i8({{0, 1}, {}, {rows, {0, {2, 1, 0}, {0, 1}}}}, {2, 3}, {1}));  // backwards
  EXPECT_FALSE(dense_i8({{0, 0}, {}, {rows, {3, {}, {}}}}, {2, 3}, {1, 2}));          // order
  EXPECT_FALSE(dense_i8({{0, 1, 2}, {7}, {rows, rows, rows}}, {2, 3}, {1}));          // block map
  EXPECT_FALSE(dense_i8({{0, 1}, {}, {rows, {0, {0, 1, 2}, {0, 1}}}}, {2, 3}, {1}));  // values
  EXPECT_FALSE(dense_i8({{0, 1}, {}, {{1 << 30, {}, {}}, {1 << 30, {}, {}}}}, {2, 3}, {1}));
}

}  // namespace
}  // namespace arete::model::tflite
