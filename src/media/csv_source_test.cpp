// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "io/memory_files.hpp"
#include "media/csv_reader.hpp"
#include "media/open_source.hpp"

namespace arete::media {
namespace {

using Strings = std::vector<std::string>;

class CsvSources : public testing::Test {
 protected:
  Result<std::unique_ptr<Source>> open(const std::string& text, const std::string& time = "",
                                       int block = 0) {
    files_.put("/s.csv", text);
    SourceSettings settings;
    settings.kind = SourceKind::kCsv;
    settings.url = "/s.csv";
    settings.time_column = time;
    settings.rate_hz = time.empty() ? 10 : 0;
    settings.block = block;
    return open_source(files_, clock_, settings);
  }
  /// All rows in one block, and the error behind them.
  std::pair<SeriesBlock, std::string> all(const std::string& text, const std::string& time = "",
                                          int block = 0) {
    SeriesBlock rows;
    const auto source = open(text, time, block);
    if (!source) {
      return {rows, source.error().message()};
    }
    while (true) {
      const auto packet = (*source)->next();
      if (!packet) {
        EXPECT_EQ(packet.error().code(), ErrorCode::kCorrupt);
        return {rows, packet.error().message()};
      }
      if (!*packet) {
        return {rows, ""};
      }
      const auto& next = std::get<SeriesBlock>(**packet);
      EXPECT_EQ(next.values.size(), next.times.size() * next.columns->size());
      rows.columns = next.columns;
      rows.values.insert(rows.values.end(), next.values.begin(), next.values.end());
      rows.times.insert(rows.times.end(), next.times.begin(), next.times.end());
    }
  }
  std::vector<double> values_of(const std::string& text) {
    const auto [rows, error] = all(text);
    EXPECT_EQ(error, "");
    return rows.values;
  }
  std::string error_of(const std::string& text, const std::string& time = "") {
    return all(text, time).second;
  }

  io::MemoryFiles files_;
  FakeClock clock_;
};

TEST_F(CsvSources, RowsComeAtTheRate) {
  const auto [rows, error] = all("x,y\n1,2\n3,4\n");
  EXPECT_EQ(error, "");
  EXPECT_EQ(*rows.columns, (Strings{"x", "y"}));
  EXPECT_EQ(rows.values, (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(rows.times, (std::vector<Nanoseconds>{Nanoseconds(0), std::chrono::milliseconds(100)}));
}

TEST_F(CsvSources, ATimeColumnIsNoValueAndCountsFromTheFirstRow) {
  const auto [rows, error] = all("x,t\n5,1700000000.5\n6,1700000000.5\n7,1700000002\n", "t");
  EXPECT_EQ(error, "");
  EXPECT_EQ(*rows.columns, (Strings{"x"}));
  EXPECT_EQ(rows.values, (std::vector<double>{5, 6, 7}));
  EXPECT_EQ(rows.times, (std::vector<Nanoseconds>{Nanoseconds(0), Nanoseconds(0),
                                                  std::chrono::milliseconds(1500)}));
}

TEST_F(CsvSources, ReadsWhatProgramsWrite) {
  EXPECT_EQ(values_of("\xEF\xBB\xBFx, \"y \"\r\n1,\"2\"\r\n\r\n +3 ,-4e1"),
            (std::vector<double>{1, 2, 3, -40}));
  EXPECT_EQ(values_of("x\n\n\n1\n\n2"), (std::vector<double>{1, 2}));
  EXPECT_TRUE(std::isnan(values_of("x\nnan\n").at(0)));
  EXPECT_TRUE(values_of("x,y\n").empty());
}

TEST_F(CsvSources, BlocksHaveSoManyRowsAndTheRest) {
  const auto source = open("x\n1\n2\n3\n4\n5\n", "", 2).value();
  for (const std::size_t rows : {2U, 2U, 1U}) {
    EXPECT_EQ(std::get<SeriesBlock>(source->next().value().value()).times.size(), rows);
  }
  EXPECT_FALSE(source->next().value().has_value());
}

TEST_F(CsvSources, ABadNumberIsNamedWithItsLine) {
  EXPECT_EQ(error_of("x,y\n1,2\n\n3,four\n"), "/s.csv:4: 'four' in column 'y' is no number");
  EXPECT_EQ(error_of("x,y\n1,\n"), "/s.csv:2: '' in column 'y' is no number");
  EXPECT_EQ(error_of("x\n1.5.2\n"), "/s.csv:2: '1.5.2' in column 'x' is no number");
  EXPECT_EQ(error_of("x\n1e999\n"), "/s.csv:2: '1e999' in column 'x' is no number");
  EXPECT_EQ(error_of("x\n+-1\n"), "/s.csv:2: '+-1' in column 'x' is no number");
  EXPECT_NE(error_of("x\n" + std::string(1000, 'a')).find("aaa...'"), std::string::npos);
}

TEST_F(CsvSources, RowsBeforeABadOneAreGiven) {
  const auto [rows, error] = all("x\n1\n2\nbad\n4\n", "", 100);
  EXPECT_EQ(rows.values, (std::vector<double>{1, 2}));
  EXPECT_EQ(error, "/s.csv:4: 'bad' in column 'x' is no number");
  const auto [partial, other] = all("x,y\n1,2\n3,bad\n", "", 100);
  EXPECT_EQ(partial.values, (std::vector<double>{1, 2}));
  EXPECT_NE(other, "");
}

TEST_F(CsvSources, LinesMustFitTheirNames) {
  EXPECT_NE(error_of("x,y\n1\n").find("1 fields below 2"), std::string::npos);
  EXPECT_NE(error_of("x\n1,2\n").find("2 fields below 1"), std::string::npos);
  EXPECT_NE(error_of("").find("no line of column names"), std::string::npos);
  EXPECT_NE(error_of("x,,y\n").find("no name"), std::string::npos);
  EXPECT_NE(error_of("x,x\n").find("two columns"), std::string::npos);
}

TEST_F(CsvSources, TimeMustNotGoBack) {
  EXPECT_NE(error_of("t,x\n1,0\n2,0\n1.5,0\n", "t").find("/s.csv:4: the time goes back"),
            std::string::npos);
  EXPECT_NE(error_of("t,x\n1,0\n0.5,0\n", "t").find("does not follow"), std::string::npos);
  EXPECT_NE(error_of("t,x\nnan,0\n", "t").find("does not follow"), std::string::npos);
  EXPECT_NE(error_of("t,x\n0,0\n1e300,0\n", "t").find("does not follow"), std::string::npos);
}

TEST_F(CsvSources, TheTimeColumnOrTheRateIsNeeded) {
  EXPECT_NE(error_of("time,x\n1,0\n", "tme").find("did you mean 'time'"), std::string::npos);
  EXPECT_NE(error_of("t\n1\n", "t").find("no column beside"), std::string::npos);
  SourceSettings settings;
  settings.kind = SourceKind::kCsv;
  settings.url = "/s.csv";
  EXPECT_EQ(open_source(files_, clock_, settings).error().code(), ErrorCode::kInvalid);
  settings.time_column = "t";
  settings.rate_hz = 5;
  EXPECT_EQ(open_source(files_, clock_, settings).error().code(), ErrorCode::kInvalid);
  settings.url = "/missing.csv";
  EXPECT_EQ(open_source(files_, clock_, settings).error().code(), ErrorCode::kNotFound);
}

class CsvRecords : public testing::Test {
 protected:
  Result<std::vector<Strings>> records_of(const std::string& text) {
    files_.put("/r.csv", text);
    CsvReader reader(files_.open("/r.csv").value(), "r");
    std::vector<Strings> records;
    Strings fields;
    while (true) {
      ARETE_TRY_ASSIGN(const bool found, reader.next(fields));
      if (!found) {
        return records;
      }
      records.push_back(fields);
    }
  }
  io::MemoryFiles files_;
};

TEST_F(CsvRecords, QuotesHoldCommasQuotesAndLineEnds) {
  EXPECT_EQ(records_of("\"a,b\",\"say \"\"x\"\"\",\"1\r\n2\"\nc,\"\",d\"e\n").value(),
            (std::vector<Strings>{{"a,b", "say \"x\"", "1\r\n2"}, {"c", "", "d\"e"}}));
  EXPECT_EQ(records_of("\"last\"").value(), (std::vector<Strings>{{"last"}}));
  EXPECT_EQ(records_of("a\rb,c\r").value(), (std::vector<Strings>{{"a\rb", "c"}}));
}

TEST_F(CsvRecords, DamageIsNamedWithTheLineWhereItBegins) {
  EXPECT_EQ(records_of("a\n\"b\nc").error().where(), "r:2");
  EXPECT_EQ(records_of("a\n\n\"b\"c\n").error().where(), "r:3");
  EXPECT_EQ(records_of(std::string(CsvReader::kMostRecordBytes + 1, 'x')).error().code(),
            ErrorCode::kCorrupt);
  EXPECT_EQ(records_of(std::string(CsvReader::kMostFields + 1, ',')).error().code(),
            ErrorCode::kCorrupt);
}

TEST_F(CsvRecords, WhatIsWrittenIsRead) {
  std::mt19937 random(2);
  constexpr std::string_view kAlphabet = "a,\"\n\r 1";
  for (int round = 0; round < 300; ++round) {
    std::vector<Strings> written;
    std::string text;
    for (std::size_t record = 0; record < 1 + random() % 4; ++record) {
      Strings fields;
      for (std::size_t field = 0; field < 2 + random() % 3; ++field) {
        std::string value;
        for (auto size = random() % 6; size > 0; --size) {
          value.push_back(kAlphabet[random() % kAlphabet.size()]);
        }
        text += field > 0 ? ",\"" : "\"";
        for (const char c : value) {
          text += c == '"' ? "\"\"" : std::string(1, c);
        }
        text += '"';
        fields.push_back(value);
      }
      text += random() % 2 == 0 ? "\n" : "\r\n";
      written.push_back(fields);
    }
    ASSERT_EQ(records_of(text).value(), written) << text;
  }
}

TEST_F(CsvRecords, FilesLongerThanAPieceAreReadWhole) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) {
    text += "\"" + std::to_string(i) + "\",b\r\n";
  }
  const auto records = records_of(text).value();
  ASSERT_EQ(records.size(), 30'000U);
  for (int i = 0; i < 30'000; ++i) {
    ASSERT_EQ(records[static_cast<std::size_t>(i)], (Strings{std::to_string(i), "b"}));
  }
}

}  // namespace
}  // namespace arete::media
