#include "jobspec/cron.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status.h"

namespace jobspec {
namespace {

using Names = std::vector<absl::string_view>;

// What one field may hold.
struct FieldRule {
  const char* name;
  int min;
  int max;
  const Names* names;  // of the values from `first_name` on; may be null
  int first_name;
};

const Names& MonthNames() {
  static const auto* const names =
      new Names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  return *names;
}

const Names& WeekdayNames() {
  static const auto* const names =
      new Names{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
  return *names;
}

absl::Status BadPart(absl::string_view part, const FieldRule& rule) {
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", part, "\" is not a ", rule.name, " of a cron expression (",
      rule.min, " to ", rule.max, ", lists, ranges a-b, steps */n)"));
}

bool ParseValue(absl::string_view text, const FieldRule& rule, int* value) {
  if (rule.names != nullptr) {
    for (size_t i = 0; i < rule.names->size(); ++i) {
      if (absl::EqualsIgnoreCase(text, (*rule.names)[i])) {
        *value = rule.first_name + static_cast<int>(i);
        return true;
      }
    }
  }
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(text, value) && *value >= rule.min &&
         *value <= rule.max;
}

// One element of a list: *, a, a-b, each also with /step. Calls set(value) for
// each value.
template <typename Set>
absl::Status ParsePart(absl::string_view part, const FieldRule& rule,
                       const Set& set) {
  absl::string_view range = part;
  int step = 1;
  const size_t slash = part.find('/');
  if (slash != absl::string_view::npos) {
    range = part.substr(0, slash);
    if (!absl::SimpleAtoi(part.substr(slash + 1), &step) || step < 1 ||
        step > rule.max) {
      return BadPart(part, rule);
    }
  }
  int from = rule.min, to = rule.max;
  if (range != "*") {
    const size_t dash = range.find('-');
    if (!ParseValue(range.substr(0, dash), rule, &from)) {
      return BadPart(part, rule);
    }
    if (dash != absl::string_view::npos) {
      if (!ParseValue(range.substr(dash + 1), rule, &to) || to < from) {
        return BadPart(part, rule);
      }
    } else if (slash == absl::string_view::npos) {
      to = from;
    }
  }
  for (int value = from; value <= to; value += step) set(value);
  return absl::OkStatus();
}

template <typename Set>
absl::Status ParseList(absl::string_view text, const FieldRule& rule,
                       const Set& set) {
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    RETURN_IF_ERROR(ParsePart(part, rule, set));
  }
  return absl::OkStatus();
}

constexpr FieldRule kDays = {"day", 1, 31, nullptr, 0};

absl::string_view Expand(absl::string_view text) {
  const struct {
    absl::string_view macro, expression;
  } kMacros[] = {
      {"@yearly", "0 0 1 1 *"},  {"@annually", "0 0 1 1 *"},
      {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
      {"@daily", "0 0 * * *"},   {"@hourly", "0 * * * *"},
  };
  for (const auto& m : kMacros) {
    if (absl::EqualsIgnoreCase(text, m.macro)) return m.expression;
  }
  return text;
}

int WeekdayOf(absl::CivilDay day) {  // 0 is Sunday
  return (static_cast<int>(absl::GetWeekday(day)) + 1) % 7;
}

absl::CivilDay LastOf(absl::CivilDay day) {
  return absl::CivilDay(absl::CivilMonth(day) + 1) - 1;
}

// The Monday to Friday nearest to `day` in the same month.
absl::CivilDay NearestWorkday(absl::CivilDay day) {
  const int weekday = WeekdayOf(day);
  if (weekday == 6) return day.day() == 1 ? day + 2 : day - 1;
  if (weekday == 0) return day == LastOf(day) ? day - 2 : day + 1;
  return day;
}

}  // namespace

absl::Status Cron::ParseDays(absl::string_view text) {
  if (text == "*" || text == "?") {
    any_day_ = true;
    return absl::OkStatus();
  }
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    int day = 0;
    if (absl::EqualsIgnoreCase(part, "L")) {
      last_day_ = true;
    } else if (absl::EqualsIgnoreCase(part, "LW")) {
      last_workday_ = true;
    } else if (absl::EndsWithIgnoreCase(part, "W") &&
               ParseValue(part.substr(0, part.size() - 1), kDays, &day)) {
      workdays_.set(static_cast<size_t>(day));
    } else {
      RETURN_IF_ERROR(ParsePart(part, kDays, [this](int value) {
        days_.set(static_cast<size_t>(value));
      }));
    }
  }
  return absl::OkStatus();
}

absl::Status Cron::ParseWeekdays(absl::string_view text) {
  if (text == "*" || text == "?") {
    any_weekday_ = true;
    return absl::OkStatus();
  }
  const FieldRule rule = {"weekday", 0, 7, &WeekdayNames(), 0};
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const size_t hash = part.find('#');
    int weekday = 0, nth = 0;
    if (absl::EndsWithIgnoreCase(part, "L") &&
        ParseValue(part.substr(0, part.size() - 1), rule, &weekday)) {
      nth_weekdays_.push_back({weekday % 7, 0});
    } else if (hash != absl::string_view::npos) {
      if (!ParseValue(part.substr(0, hash), rule, &weekday) ||
          !absl::SimpleAtoi(part.substr(hash + 1), &nth) || nth < 1 ||
          nth > 5) {
        return BadPart(part, rule);
      }
      nth_weekdays_.push_back({weekday % 7, nth});
    } else {
      RETURN_IF_ERROR(ParsePart(part, rule, [this](int value) {
        weekdays_.set(static_cast<size_t>(value % 7));
      }));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Cron> Cron::Parse(absl::string_view text) {
  std::vector<absl::string_view> fields =
      absl::StrSplit(Expand(absl::StripAsciiWhitespace(text)),
                     absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  if (fields.size() < 5 || fields.size() > 7) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the cron expression \"", text, "\" has ", fields.size(),
        " fields; it needs five: minute, hour, day, month, weekday (a sixth "
        "is the year, with seven the first is the second)"));
  }
  // To seven: second, minute, hour, day, month, weekday, year.
  if (fields.size() < 7) fields.insert(fields.begin(), "0");
  if (fields.size() < 7) fields.push_back("*");

  Cron cron;
  const auto parse = [](absl::string_view field, const FieldRule& rule,
                        auto& bits) {
    const absl::string_view list = field == "?" ? "*" : field;
    return ParseList(list, rule,
                     [&](int value) { bits.set(static_cast<size_t>(value)); });
  };
  RETURN_IF_ERROR(
      parse(fields[0], {"second", 0, 59, nullptr, 0}, cron.seconds_));
  RETURN_IF_ERROR(
      parse(fields[1], {"minute", 0, 59, nullptr, 0}, cron.minutes_));
  RETURN_IF_ERROR(parse(fields[2], {"hour", 0, 23, nullptr, 0}, cron.hours_));
  RETURN_IF_ERROR(cron.ParseDays(fields[3]));
  RETURN_IF_ERROR(
      parse(fields[4], {"month", 1, 12, &MonthNames(), 1}, cron.months_));
  RETURN_IF_ERROR(cron.ParseWeekdays(fields[5]));
  RETURN_IF_ERROR(
      ParseList(fields[6] == "?" ? "*" : fields[6],
                {"year", kFirstYear, kLastYear, nullptr, 0}, [&](int year) {
                  cron.years_.set(static_cast<size_t>(year - kFirstYear));
                }));
  cron.every_hour_ = cron.hours_.all();
  return cron;
}

bool Cron::MatchesDay(absl::CivilDay day) const {
  if (any_day_ && any_weekday_) return true;
  const auto number = static_cast<size_t>(day.day());
  const int weekday = WeekdayOf(day);
  if (!any_day_) {
    if (days_.test(number)) return true;
    if (last_day_ && day == LastOf(day)) return true;
    if (last_workday_ && day == NearestWorkday(LastOf(day))) return true;
    for (size_t wanted = 1; workdays_.any() && wanted < 32; ++wanted) {
      if (!workdays_.test(wanted)) continue;
      const absl::CivilDay target(day.year(), day.month(),
                                  static_cast<int>(wanted));
      if (target.month() == day.month() && day == NearestWorkday(target)) {
        return true;
      }
    }
  }
  if (!any_weekday_) {
    if (weekdays_.test(static_cast<size_t>(weekday))) return true;
    for (const NthWeekday& nth : nth_weekdays_) {
      if (nth.weekday != weekday) continue;
      if (nth.nth == 0 ? day + 7 > LastOf(day)
                       : (day.day() + 6) / 7 == nth.nth) {
        return true;
      }
    }
  }
  return false;
}

bool Cron::NextCivil(absl::CivilSecond start, absl::CivilSecond* match) const {
  absl::CivilSecond t = start;
  while (t.year() <= kLastYear) {
    if (t.year() < kFirstYear) {
      t = absl::CivilSecond(kFirstYear);
    } else if (!years_.test(static_cast<size_t>(t.year() - kFirstYear))) {
      t = absl::CivilSecond(absl::CivilYear(t) + 1);
    } else if (!months_.test(static_cast<size_t>(t.month()))) {
      t = absl::CivilSecond(absl::CivilMonth(t) + 1);
    } else if (!MatchesDay(absl::CivilDay(t))) {
      t = absl::CivilSecond(absl::CivilDay(t) + 1);
    } else if (!hours_.test(static_cast<size_t>(t.hour()))) {
      t = absl::CivilSecond(absl::CivilHour(t) + 1);
    } else if (!minutes_.test(static_cast<size_t>(t.minute()))) {
      t = absl::CivilSecond(absl::CivilMinute(t) + 1);
    } else if (!seconds_.test(static_cast<size_t>(t.second()))) {
      ++t;
    } else {
      *match = t;
      return true;
    }
  }
  return false;
}

absl::Time Cron::Next(absl::Time after, absl::TimeZone zone) const {
  if (after == absl::InfiniteFuture()) return after;
  // Times that the clock leaves out happen at the change; of a repeated time
  // the first counts.
  absl::Time next = absl::InfiniteFuture();
  absl::CivilSecond civil = absl::ToCivilSecond(after, zone) + 1;
  while (NextCivil(civil, &civil)) {
    const absl::TimeZone::TimeInfo info = zone.At(civil);
    next =
        info.kind == absl::TimeZone::TimeInfo::SKIPPED ? info.trans : info.pre;
    if (next > after) break;
    // The second of two equal hours.
    next = info.post;
    if (every_hour_ && info.kind == absl::TimeZone::TimeInfo::REPEATED &&
        next > after) {
      break;
    }
    ++civil;
    next = absl::InfiniteFuture();
  }
  if (!every_hour_) return next;

  // A job of every hour also runs in the hour that is repeated.
  absl::TimeZone::CivilTransition change;
  if (!zone.NextTransition(after, &change)) return next;
  const absl::Time change_time = zone.At(change.to).post;
  if (change.to < change.from && change_time < next &&
      NextCivil(change.to, &civil)) {
    next = std::min(next, zone.At(civil).post);
  }
  return next;
}

}  // namespace jobspec
