// SPDX-License-Identifier: Apache-2.0
#include "model/reference/integer/stored.hpp"

#include <array>
#include <string_view>

namespace arete::model::integer {
namespace {

template <class T>
std::vector<std::int32_t> less_zero(const tensor::Tensor& tensor, std::int32_t zero_point) {
  std::vector<std::int32_t> numbers;
  numbers.reserve(static_cast<std::size_t>(tensor.elements()));
  for (const T element : tensor.data<T>()) {
    numbers.push_back(static_cast<std::int32_t>(element) - zero_point);
  }
  return numbers;
}

template <class T>
void write_numbers(tensor::Tensor& tensor, const std::vector<std::int32_t>& numbers) {
  const auto out = tensor.mutable_data<T>();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out[i] = static_cast<T>(clamped(numbers[i], tensor.dtype()));
  }
}

struct KernelRow {
  std::string_view name;
  IntegerKernel kernel;
};

constexpr std::array kKernels = {
    KernelRow{"Add", add_kernel},
    KernelRow{"AveragePool", average_pool_kernel},
    KernelRow{"Clip", clip_kernel},
    KernelRow{"Concat", concat_kernel},
    KernelRow{"Conv", conv_kernel},
    KernelRow{"ConvTranspose", conv_transpose_kernel},
    KernelRow{"Exp", exp_kernel},
    KernelRow{"Gemm", gemm_kernel},
    KernelRow{"HardSwish", hard_swish_kernel},
    KernelRow{"Identity", requantize_kernel},
    KernelRow{"LSTM", lstm_kernel},
    KernelRow{"LeakyRelu", leaky_relu_kernel},
    KernelRow{"Log", log_kernel},
    KernelRow{"Mul", mul_kernel},
    KernelRow{"PRelu", p_relu_kernel},
    KernelRow{"ReduceMean", reduce_mean_kernel},
    KernelRow{"ReduceSum", reduce_sum_kernel},
    KernelRow{"Relu", relu_kernel},
    KernelRow{"Resize", resize_kernel},
    KernelRow{"Sigmoid", sigmoid_kernel},
    KernelRow{"Softmax", softmax_kernel},
    KernelRow{"Sub", sub_kernel},
    KernelRow{"Tanh", tanh_kernel},
};

}  // namespace

std::vector<std::int32_t> numbers_of(const tensor::Tensor& tensor, std::int32_t zero_point) {
  using tensor::DType;
  switch (tensor.dtype()) {
    case DType::kI8:
      return less_zero<std::int8_t>(tensor, zero_point);
    case DType::kU8:
      return less_zero<std::uint8_t>(tensor, zero_point);
    case DType::kI16:
      return less_zero<std::int16_t>(tensor, zero_point);
    case DType::kI32:
      return less_zero<std::int32_t>(tensor, zero_point);
    default:
      break;
  }
  std::vector<std::int32_t> numbers;
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    numbers.push_back(static_cast<std::int32_t>(tensor.integer_at(i)) - zero_point);
  }
  return numbers;
}

Result<tensor::Tensor> stored_tensor(tensor::DType dtype, tensor::Shape shape,
                                     const std::vector<std::int32_t>& numbers) {
  using tensor::DType;
  ARETE_TRY_ASSIGN(auto made, tensor::Tensor::allocate(dtype, std::move(shape)));
  if (static_cast<std::size_t>(made.elements()) != numbers.size()) {
    return fail(ErrorCode::kInternal, "{} numbers for shape {}", numbers.size(),
                made.shape().text());
  }
  switch (dtype) {
    case DType::kI8:
      write_numbers<std::int8_t>(made, numbers);
      return made;
    case DType::kU8:
      write_numbers<std::uint8_t>(made, numbers);
      return made;
    case DType::kI16:
      write_numbers<std::int16_t>(made, numbers);
      return made;
    default:
      return fail(ErrorCode::kUnsupported, "integer arithmetic for {}", tensor::name_of(dtype));
  }
}

Result<const tensor::Quantization*> per_tensor_input(const IntegerContext& context, std::size_t i) {
  const tensor::Quantization* q = context.has_input(i) ? context.input_quantization(i) : nullptr;
  if (q == nullptr || !q->per_tensor()) {
    return fail(ErrorCode::kUnsupported, "input {} is not quantized per tensor", i);
  }
  return q;
}

Result<const tensor::Quantization*> per_tensor_output(const IntegerContext& context) {
  const tensor::Quantization* q = context.output_quantization(0);
  if (q == nullptr || !q->per_tensor()) {
    return fail(ErrorCode::kUnsupported, "the output is not quantized per tensor");
  }
  return q;
}

}  // namespace arete::model::integer

namespace arete::model {

IntegerKernel find_integer_kernel(std::string_view domain, std::string_view name) {
  if (!domain.empty()) {
    return nullptr;
  }
  for (const auto& row : integer::kKernels) {
    if (row.name == name) {
      return row.kernel;
    }
  }
  return nullptr;
}

}  // namespace arete::model
