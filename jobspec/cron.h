// Cron expressions of periodic jobs: when a job is launched next.
//
//   ASSIGN_OR_RETURN(Cron cron, Cron::Parse("*/15 8-18 * * MON-FRI"));
//   absl::Time next = cron.Next(absl::Now(), zone);
//
// Five fields are minute, hour, day of month, month, day of week; a sixth is
// the year; with seven the first is the second. A field is `*` (or `?`), or a
// list of numbers, ranges `a-b` and steps `*/n`, `a/n`, `a-b/n`; months and
// weekdays have their English names of three letters (0 and 7 are Sunday). Of
// the day of month there are also `L` (the last), `LW` (the last Monday to
// Friday) and `15W` (the nearest to the 15th); of the weekday `5L` (the last
// Friday) and `5#3` (the third). Days match if either of the two day fields
// does, when both are restricted. @yearly, @annually, @monthly, @weekly, @daily
// and @hourly are short for the obvious.
//
// Where clocks change: a time that is left out happens at the change, a time
// that happens twice counts the first time only, unless the hour is `*`.
//
// Threads:  a value class.
// Errors:   InvalidArgument names the field and what it may be.

#ifndef DROVER_JOBSPEC_CRON_H_
#define DROVER_JOBSPEC_CRON_H_

#include <bitset>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace jobspec {

class Cron {
 public:
  static absl::StatusOr<Cron> Parse(absl::string_view text);

  // The first time after `after` that matches; absl::InfiniteFuture() if there
  // is none until the end of 2099.
  absl::Time Next(absl::Time after, absl::TimeZone zone) const;

 private:
  static constexpr int kFirstYear = 1970;
  static constexpr int kLastYear = 2099;
  struct NthWeekday {
    int weekday;
    int nth;  // 0 is the last
  };

  Cron() = default;
  absl::Status ParseDays(absl::string_view text);
  absl::Status ParseWeekdays(absl::string_view text);
  // The first matching second not before `start`; false if there is none.
  bool NextCivil(absl::CivilSecond start, absl::CivilSecond* match) const;
  bool MatchesDay(absl::CivilDay day) const;

  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;  // 0 is Sunday
  std::bitset<kLastYear - kFirstYear + 1> years_;
  bool every_hour_ = false;
  bool any_day_ = false, any_weekday_ = false;
  bool last_day_ = false, last_workday_ = false;
  std::bitset<32> workdays_;  // nW
  std::vector<NthWeekday> nth_weekdays_;
};

}  // namespace jobspec

#endif  // DROVER_JOBSPEC_CRON_H_
