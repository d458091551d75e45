// TfIdfVectorizer: counts n-grams of words or numbers.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "model/operators/dispatch.hpp"
#include "model/operators/families.hpp"

namespace arete::model::operators {
namespace {

using tensor::DType;
using tensor::Shape;
using tensor::Tensor;

/// Words as they are, numbers as text: what n-grams are made of.
std::vector<std::string> words_of(const Tensor& x) {
  if (x.dtype() == DType::kString) {
    return x.strings();
  }
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    words.push_back(fmt::format("{}", x.integer_at(i)));
  }
  return words;
}

struct NgramPool {
  std::map<std::vector<std::string>, std::size_t> column;  ///< of the output, by n-gram
  std::vector<float> weights;                              ///< by column; empty = all 1
  std::size_t columns = 0;
  std::size_t shortest = 1;
  std::size_t longest = 1;
  std::size_t skips = 0;
  std::string mode;
};

std::vector<std::string> pool_words(const Node& node) {
  if (const auto* words = node.attribute<std::vector<std::string>>("pool_strings")) {
    return *words;
  }
  std::vector<std::string> words;
  for (const std::int64_t number : node.integers_or("pool_int64s", {})) {
    words.push_back(fmt::format("{}", number));
  }
  return words;
}

/// The n-grams of the pool: those of length n begin at ngram_counts[n - 1].
Status fill_pool(const Node& node, NgramPool& pool) {
  const std::vector<std::string> words = pool_words(node);
  const auto starts = node.integers_or("ngram_counts", {});
  const auto indexes = node.integers_or("ngram_indexes", {});
  const auto* weights = node.attribute<std::vector<float>>("weights");
  std::size_t next = 0;
  for (std::size_t n = 1; n <= starts.size(); ++n) {
    const auto total = static_cast<std::int64_t>(words.size());
    const std::int64_t first = starts[n - 1];
    const std::int64_t last = n < starts.size() ? starts[n] : total;
    const auto length = static_cast<std::int64_t>(n);
    if (first < 0 || last < first || last > total || (last - first) % length != 0) {
      return fail(ErrorCode::kInvalid, "ngram_counts {} and {} in a pool of {}", first, last,
                  total);
    }
    for (std::int64_t at = first; at < last; at += length, ++next) {
      if (next >= indexes.size() || indexes[next] < 0 || indexes[next] > (1 << 28)) {
        return fail(ErrorCode::kInvalid, "n-gram {} has no good entry in ngram_indexes", next);
      }
      const auto column = static_cast<std::size_t>(indexes[next]);
      pool.columns = std::max(pool.columns, column + 1);
      pool.column.emplace(std::vector(words.begin() + at, words.begin() + at + length), column);
      if (weights != nullptr) {
        if (next >= weights->size()) {
          return fail(ErrorCode::kInvalid, "n-gram {} has no weight", next);
        }
        pool.weights.resize(pool.columns, 1.0F);
        pool.weights[column] = (*weights)[next];
      }
    }
  }
  return {};
}

Result<NgramPool> ngram_pool(const Node& node) {
  NgramPool pool;
  const std::int64_t shortest = node.integer_or("min_gram_length", 1);
  const std::int64_t longest = node.integer_or("max_gram_length", 1);
  const std::int64_t skips = node.integer_or("max_skip_count", 0);
  pool.mode = node.string_or("mode", "TF");
  if (shortest < 1 || longest < shortest || longest > 4096 || skips < 0 || skips > 65536 ||
      (pool.mode != "TF" && pool.mode != "IDF" && pool.mode != "TFIDF")) {
    return fail(ErrorCode::kInvalid, "lengths {} to {}, {} skips, mode '{}'", shortest, longest,
                skips, pool.mode);
  }
  pool.shortest = static_cast<std::size_t>(shortest);
  pool.longest = static_cast<std::size_t>(longest);
  pool.skips = static_cast<std::size_t>(skips);
  ARETE_TRY(fill_pool(node, pool));
  return pool;
}

/// Counts of one row. Single words are counted once, whatever the number of skips.
// Lengths, skips and starts are three loops.
// NOLINTNEXTLINE(readability-function-cognitive-complexity)
std::vector<float> ngram_counts(const NgramPool& pool, std::span<const std::string> words) {
  std::vector<float> counts(pool.columns, 0.0F);
  for (std::size_t n = pool.shortest; n <= pool.longest; ++n) {
    for (std::size_t step = 1; step <= (n == 1 ? 1 : pool.skips + 1); ++step) {
      for (std::size_t start = 0; start + (n - 1) * step < words.size(); ++start) {
        std::vector<std::string> gram;
        for (std::size_t k = 0; k < n; ++k) {
          gram.push_back(words[start + k * step]);
        }
        const auto found = pool.column.find(gram);
        if (found != pool.column.end()) {
          counts[found->second] += 1.0F;
        }
      }
    }
  }
  for (std::size_t i = 0; i < counts.size() && pool.mode != "TF"; ++i) {
    const float weight = i < pool.weights.size() ? pool.weights[i] : 1.0F;
    counts[i] = pool.mode == "IDF" ? (counts[i] > 0 ? weight : 0.0F) : counts[i] * weight;
  }
  return counts;
}

Result<std::vector<Datum>> tfidf_kernel(KernelContext& context) {
  ARETE_TRY_ASSIGN(const Tensor* x, context.input(0));
  ARETE_TRY_ASSIGN(const NgramPool pool, ngram_pool(context.node()));
  const Shape& shape = x->shape();
  const bool is_words = x->dtype() == DType::kString || tensor::is_integer(x->dtype());
  if (shape.rank() < 1 || shape.rank() > 2 || !is_words) {
    return fail(ErrorCode::kInvalid, "{} of shape {}", tensor::name_of(x->dtype()), shape.text());
  }
  const std::vector<std::string> words = words_of(*x);
  const auto length = static_cast<std::size_t>(shape[shape.rank() - 1]);
  const std::size_t rows = shape.rank() == 2 ? static_cast<std::size_t>(shape[0]) : 1;
  std::vector<float> all;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto counts = ngram_counts(pool, std::span(words).subspan(row * length, length));
    all.insert(all.end(), counts.begin(), counts.end());
  }
  const auto columns = static_cast<std::int64_t>(pool.columns);
  return one(Tensor::of<float>(shape.rank() == 2 ? Shape{shape[0], columns} : Shape{columns}, all));
}

Status tfidf_rule(ShapeContext& context) {
  ARETE_TRY_ASSIGN(const NgramPool pool, ngram_pool(context.node()));
  context.set_output(0, DType::kF32, std::nullopt);
  if (const auto& x = context.input(0).shape; x && !x->empty()) {
    SymbolicShape shape = *x;
    shape.back() = Dim(static_cast<std::int64_t>(pool.columns));
    context.set_output(0, DType::kF32, std::move(shape));
  }
  return {};
}

constexpr std::array kTfidfRows = {
    Operator{"", "TfIdfVectorizer", 9, 1, 1, tfidf_kernel, tfidf_rule},
};

}  // namespace

std::span<const Operator> text_counting_family() { return kTfidfRows; }

}  // namespace arete::model::operators
