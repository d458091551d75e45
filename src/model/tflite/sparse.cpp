// SPDX-License-Identifier: Apache-2.0
#include "model/tflite/sparse.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace arete::model::tflite {
namespace {

/// One level of the stored nesting.
struct SparseLevel {
  bool compressed = false;
  std::int64_t dense_size = 0;
  std::vector<std::int64_t> segments;
  std::vector<std::int64_t> indices;
};

template <class T>
std::vector<std::int64_t> widened(const flatbuffers::Vector<T>* vector) {
  const std::vector<T> copy = copy_of(vector);
  return {copy.begin(), copy.end()};
}

std::vector<std::int64_t> index_vector(fb::SparseIndexVector type, const void* table) {
  if (table == nullptr) {
    return {};
  }
  switch (type) {
    case fb::SparseIndexVector::Int32Vector:
      return widened(static_cast<const fb::Int32Vector*>(table)->values());
    case fb::SparseIndexVector::Uint16Vector:
      return widened(static_cast<const fb::Uint16Vector*>(table)->values());
    case fb::SparseIndexVector::Uint8Vector:
      return widened(static_cast<const fb::Uint8Vector*>(table)->values());
    case fb::SparseIndexVector::NONE:
      break;
  }
  return {};
}

/// Writes stored values to their dense places, level by level.
class SparseWalk {
 public:
  SparseWalk(std::vector<int> order, std::vector<int> block_map, std::vector<SparseLevel> levels,
             const tensor::Shape& shape)
      : order_(std::move(order)),
        block_map_(std::move(block_map)),
        levels_(std::move(levels)),
        shape_(shape),
        at_(levels_.size(), 0) {}

  /// Offsets of the dense element of every stored value, in the stored order.
  Result<std::vector<std::int64_t>> offsets(std::size_t stored) {
    stored_ = stored;
    offsets_.reserve(stored);
    ARETE_TRY(level(0, 0));
    if (offsets_.size() != stored) {
      return fail(ErrorCode::kCorrupt, "sparse tensor stores {} values but places {}", stored,
                  offsets_.size());
    }
    return std::move(offsets_);
  }

 private:
  Status level(std::size_t depth, std::int64_t position) {
    if (depth == levels_.size()) {
      return place();
    }
    const SparseLevel& here = levels_[depth];
    if (!here.compressed) {
      for (std::int64_t i = 0; i < here.dense_size; ++i) {
        at_[depth] = i;
        ARETE_TRY(level(depth + 1, position * here.dense_size + i));
      }
      return {};
    }
    const auto row = static_cast<std::size_t>(position);
    if (row + 1 >= here.segments.size()) {
      return fail(ErrorCode::kCorrupt, "sparse dimension {} has {} segments, needs {}", depth,
                  here.segments.size(), row + 2);
    }
    const std::int64_t first = here.segments[row];
    const std::int64_t last = here.segments[row + 1];
    if (first < 0 || last < first || static_cast<std::size_t>(last) > here.indices.size()) {
      return fail(ErrorCode::kCorrupt,
                  "sparse dimension {}: segment {}..{} lies outside {} indices", depth, first, last,
                  here.indices.size());
    }
    for (std::int64_t i = first; i < last; ++i) {
      at_[depth] = here.indices[static_cast<std::size_t>(i)];
      ARETE_TRY(level(depth + 1, i));
    }
    return {};
  }

  Status place() {
    if (offsets_.size() == stored_) {
      return fail(ErrorCode::kCorrupt, "sparse tensor places more than its {} values", stored_);
    }
    std::vector<std::int64_t> dense(shape_.rank(), 0);
    const auto rank = shape_.rank();
    for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
      const auto dim = static_cast<std::size_t>(order_[depth]);
      if (dim < rank) {
        dense[dim] += at_[depth] * block_size(dim);
      } else {
        dense[static_cast<std::size_t>(block_map_[dim - rank])] += at_[depth];
      }
    }
    std::int64_t flat = 0;
    for (std::size_t i = 0; i < rank; ++i) {
      if (dense[i] < 0 || dense[i] >= shape_[i]) {
        return fail(ErrorCode::kCorrupt, "sparse index {} is outside dimension {} of shape {}",
                    dense[i], i, shape_.text());
      }
      flat = flat * shape_[i] + dense[i];
    }
    offsets_.push_back(flat);
    return {};
  }

  std::int64_t block_size(std::size_t dim) const {
    for (std::size_t i = 0; i < block_map_.size(); ++i) {
      if (static_cast<std::size_t>(block_map_[i]) != dim) {
        continue;
      }
      for (std::size_t depth = 0; depth < order_.size(); ++depth) {
        if (static_cast<std::size_t>(order_[depth]) == shape_.rank() + i) {
          return levels_[depth].dense_size;
        }
      }
    }
    return 1;
  }

  std::vector<int> order_;
  std::vector<int> block_map_;
  std::vector<SparseLevel> levels_;
  const tensor::Shape& shape_;
  std::vector<std::int64_t> at_;
  std::size_t stored_ = 0;
  std::vector<std::int64_t> offsets_;
};

/// The traversal order must be a permutation, the block map must name distinct dimensions.
Status check_order(const std::vector<int>& order, const std::vector<int>& block_map,
                   std::size_t rank) {
  std::vector<int> sorted = order;
  std::ranges::sort(sorted);
  std::vector<int> wanted(rank + block_map.size());
  std::iota(wanted.begin(), wanted.end(), 0);
  if (sorted != wanted) {
    return fail(ErrorCode::kCorrupt, "sparse traversal order is not a permutation of {} dimensions",
                wanted.size());
  }
  for (const int dim : block_map) {
    if (dim < 0 || static_cast<std::size_t>(dim) >= rank ||
        std::ranges::count(block_map, dim) != 1) {
      return fail(ErrorCode::kCorrupt, "sparse block map names dimension {} of {}", dim, rank);
    }
  }
  return {};
}

Result<std::vector<SparseLevel>> read_levels(const fb::SparsityParameters& sparsity,
                                             std::size_t count) {
  const auto* dims = sparsity.dim_metadata();
  if (dims == nullptr || dims->size() != count) {
    return fail(ErrorCode::kCorrupt, "sparse tensor describes {} dimensions, needs {}",
                dims == nullptr ? 0 : dims->size(), count);
  }
  std::vector<SparseLevel> levels;
  for (const fb::DimensionMetadata* dim : *dims) {
    SparseLevel level;
    level.compressed = dim->format() == fb::DimensionType::SPARSE_CSR;
    level.dense_size = dim->dense_size();
    if (level.compressed) {
      level.segments = index_vector(dim->array_segments_type(), dim->array_segments());
      level.indices = index_vector(dim->array_indices_type(), dim->array_indices());
      if (!std::ranges::is_sorted(level.segments)) {  // else rows could be walked again and again
        return fail(ErrorCode::kCorrupt, "sparse dimension has segments that go backwards");
      }
    } else if (level.dense_size <= 0) {
      return fail(ErrorCode::kCorrupt, "sparse dimension has size {}", level.dense_size);
    }
    levels.push_back(std::move(level));
  }
  return levels;
}

/// A dense level that is walked without placing a value could loop for ever: bound the product.
Status check_dense_product(const std::vector<SparseLevel>& levels, std::int64_t elements) {
  std::int64_t product = 1;
  for (const SparseLevel& level : levels) {
    if (!level.compressed) {
      if (level.dense_size > elements / std::max<std::int64_t>(product, 1)) {
        return fail(ErrorCode::kCorrupt, "sparse dimensions exceed the tensor's {} elements",
                    elements);
      }
      product *= level.dense_size;
    }
  }
  return {};
}

}  // namespace

Result<tensor::Tensor> densify(const fb::SparsityParameters& sparsity, tensor::DType dtype,
                               const tensor::Shape& shape, ByteView values, int zero,
                               std::size_t byte_limit) {
  const int bits = tensor::bits_of(dtype);
  if (bits < 8) {
    return fail(ErrorCode::kUnsupported, "sparse tensor of {}", tensor::name_of(dtype));
  }
  const auto width = static_cast<std::size_t>(bits / 8);
  std::vector<int> order = copy_of(sparsity.traversal_order());
  std::vector<int> block_map = copy_of(sparsity.block_map());
  ARETE_TRY(check_order(order, block_map, shape.rank()));
  ARETE_TRY_ASSIGN(auto levels, read_levels(sparsity, order.size()));
  ARETE_TRY(check_dense_product(levels, shape.elements()));
  ARETE_TRY_ASSIGN(auto dense, tensor::Tensor::allocate(dtype, shape, byte_limit));
  SparseWalk walk(std::move(order), std::move(block_map), std::move(levels), shape);
  ARETE_TRY_ASSIGN(const auto offsets, walk.offsets(values.size() / width));
  const auto out = dense.mutable_bytes();
  if (zero != 0) {
    for (std::int64_t i = 0; i < dense.elements(); ++i) {
      dense.set_number(i, zero);
    }
  }
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    std::memcpy(out.data() + static_cast<std::size_t>(offsets[i]) * width,
                values.data() + i * width, width);
  }
  return dense;
}

}  // namespace arete::model::tflite
