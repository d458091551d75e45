// The pieces that resolve.cpp puts together; private to spec.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "spec/resolve.hpp"

namespace arete::spec {

/// "line 7: input 'x': message", with the spec's line as place.
class Complaint {
 public:
  Complaint(std::string source, int line, std::string subject)
      : source_(std::move(source)), line_(line), subject_(std::move(subject)) {}
  [[nodiscard]] std::unexpected<Error> invalid(std::string_view message) const;
  [[nodiscard]] std::unexpected<Error> unsupported(std::string_view message) const;
  [[nodiscard]] Complaint on_line(int line) const { return {source_, line, subject_}; }

 private:
  [[nodiscard]] std::unexpected<Error> make(ErrorCode code, std::string_view message) const;
  std::string source_;
  int line_;
  std::string subject_;
};

/// "[1, ?, 224, 3]"
[[nodiscard]] std::string dims_text(std::span<const std::int64_t> dims);
/// Product of the dims, -1 if one is unknown.
[[nodiscard]] std::int64_t elements_of(std::span<const std::int64_t> dims);
/// The position of the tensor of this name, or an error that lists what there is.
[[nodiscard]] Result<std::size_t> index_of(std::string_view name,
                                           std::span<const TensorFacts> tensors,
                                           const Complaint& complain);
/// What the spec states against what the file says.
[[nodiscard]] Status check_stated(const StatedTensor& stated, const TensorFacts& tensor,
                                  const Complaint& complain);

/// Fills resolved.image and resolved.shape.
[[nodiscard]] Status resolve_image(const ImageInput& image, ResolvedInput& resolved,
                                   const Complaint& complain);
/// Every other kind.
[[nodiscard]] Status resolve_other(ResolvedInput& resolved, std::span<const TensorFacts> outputs,
                                   const Complaint& complain);
/// Finds the tensors of a decoder and checks their shapes. `taken` are outputs that others have.
[[nodiscard]] Result<ResolvedOutput> resolve_output(const Output& output,
                                                    std::span<const TensorFacts> outputs,
                                                    std::vector<bool>& taken,
                                                    const Complaint& complain);
/// Odd but usable things about a resolved output.
[[nodiscard]] std::vector<std::string> warnings_of(const ResolvedOutput& output);
/// The grid cells of a YOLOX head against the file's, where the input's size is known.
[[nodiscard]] Status check_grid(const ResolvedOutput& output, std::span<const ResolvedInput> inputs,
                                const Complaint& complain);

}  // namespace arete::spec
