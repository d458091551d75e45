// SPDX-License-Identifier: Apache-2.0
#include "report/bar_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/table.hpp"

namespace arete::report {
namespace {

constexpr double kBarHeight = 16;
constexpr double kGroupGap = 14;
constexpr double kPlotWidth = 520;
constexpr double kMargin = 16;
constexpr double kFont = 12;
constexpr double kCharacter = 0.6 * kFont;
constexpr Ink kTextInk{0x22, 0x22, 0x22};
constexpr Ink kFaintInk{0xdd, 0xdd, 0xdd};
constexpr Ink kWhiskerInk{0x11, 0x11, 0x11};
/// Told apart by their lightness too, for those who do not see all colors.
constexpr std::array<Ink, 4> kSeriesInks = {
    {{0x1f, 0x5f, 0xa8}, {0xf2, 0xa5, 0x41}, {0x5b, 0x8c, 0x5a}, {0xb0, 0x7a, 0xa1}}};

double sane(double value) { return std::isfinite(value) && value > 0 ? value : 0; }

double width_of(const std::string& words) {
  return kCharacter * static_cast<double>(display_width(words));
}

/// Places the parts one below the other.
class ChartPainter {
 public:
  explicit ChartPainter(const BarChart& chart) : chart_(chart) {
    double words = 0;
    for (const BarGroup& group : chart.groups) {
      labels_ = std::max(labels_, width_of(group.label));
      for (const Bar& bar : group.bars) {
        highest_ = std::max({highest_, sane(bar.value), sane(bar.high)});
        words = std::max(words, width_of(bar.words));
      }
    }
    left_ = kMargin + labels_ + 10;
    step_ = tick_step(highest_);
    highest_ = std::max(step_, std::ceil(highest_ / step_) * step_);
    drawing_.width = left_ + kPlotWidth + 14 + words + kMargin;
    drawing_.width = std::max(drawing_.width, 2 * kMargin + std::max(width_of(chart.title) * 1.4,
                                                                     width_of(chart.subtitle)));
    drawing_.title = chart.title;
  }

  Drawing paint() && {
    heading();
    const double top = y_;
    for (const BarGroup& group : chart_.groups) {
      add(group);
    }
    axis(top);
    // The grid lies behind the bars.
    drawing_.rects.insert(drawing_.rects.begin(), grid_.begin(), grid_.end());
    drawing_.height = y_ + kMargin;
    return std::move(drawing_);
  }

 private:
  [[nodiscard]] double x_of(double value) const {
    return left_ + sane(value) / highest_ * kPlotWidth;
  }
  void write(double x, double y, const std::string& words, Anchor anchor = Anchor::kStart) {
    drawing_.texts.push_back({x, y, words, kFont, anchor, kTextInk, false});
  }

  void heading() {
    y_ = kMargin + 16;
    drawing_.texts.push_back({kMargin, y_, chart_.title, 16, Anchor::kStart, kTextInk, true});
    if (!chart_.subtitle.empty()) {
      y_ += 18;
      write(kMargin, y_, chart_.subtitle);
    }
    y_ += 12;
    double x = kMargin;
    for (std::size_t i = 0; i < chart_.series.size(); ++i) {
      drawing_.rects.push_back({x, y_, 12, 12, ink_of(i), ""});
      write(x + 18, y_ + 11, chart_.series[i]);
      x += 18 + width_of(chart_.series[i]) + 20;
    }
    y_ += chart_.series.empty() ? 8 : 28;
  }

  void add(const BarGroup& group) {
    const double height =
        kBarHeight * static_cast<double>(std::max<std::size_t>(1, group.bars.size()));
    write(left_ - 8, y_ + height / 2 + 4, group.label, Anchor::kEnd);
    if (group.bars.empty()) {
      const auto room = static_cast<std::size_t>((drawing_.width - left_ - kMargin) / kCharacter);
      const bool is_long = group.note.size() > room && room > 3;
      write(left_ + 6, y_ + height / 2 + 4,
            is_long ? group.note.substr(0, room - 3) + "..." : group.note);
    }
    double y = y_;
    for (std::size_t i = 0; i < group.bars.size(); ++i, y += kBarHeight) {
      const Bar& bar = group.bars[i];
      const double end = x_of(bar.value);
      drawing_.rects.push_back(
          {left_, y + 1, end - left_, kBarHeight - 2, ink_of(i), group.label + ": " + bar.words});
      if (bar.high > bar.low) {
        whisker(x_of(bar.low), x_of(bar.high), y + kBarHeight / 2);
      }
      write(std::max(end, bar.high > bar.low ? x_of(bar.high) : end) + 6, y + 12, bar.words);
    }
    y_ += height + kGroupGap;
  }

  void whisker(double from, double to, double y) {
    drawing_.lines.push_back({from, y, to, y, 1.5, kWhiskerInk});
    for (const double end : {from, to}) {
      drawing_.lines.push_back({end, y - 4, end, y + 4, 1.5, kWhiskerInk});
    }
  }

  void axis(double top) {
    const double bottom = y_ - kGroupGap / 2;
    for (int i = 0; static_cast<double>(i) * step_ <= highest_ * 1.0001; ++i) {
      const double value = static_cast<double>(i) * step_;
      const double x = x_of(value);
      grid_.push_back({x - 0.5, top - 6, 1, bottom - top + 6, kFaintInk, ""});
      write(x, bottom + 15, fmt::format("{:g}", value), Anchor::kMiddle);
    }
    y_ = bottom + 32;
    write(left_ + kPlotWidth / 2, y_, chart_.unit, Anchor::kMiddle);
  }

  static Ink ink_of(std::size_t series) { return kSeriesInks[series % kSeriesInks.size()]; }

  const BarChart& chart_;
  Drawing drawing_;
  std::vector<DrawnRect> grid_;
  double labels_ = 0;
  double highest_ = 0;
  double left_ = 0;
  double step_ = 1;
  double y_ = 0;
};

}  // namespace

double tick_step(double highest) {
  if (!(highest > 0) || !std::isfinite(highest)) {
    return 1;
  }
  const double power = std::pow(10.0, std::floor(std::log10(highest)));
  const double lead = highest / power;  // 1 to 10
  return power * (lead <= 2 ? 0.2 : lead <= 5 ? 0.5 : 1);
}

Drawing draw(const BarChart& chart) { return ChartPainter(chart).paint(); }

}  // namespace arete::report
