/* Dates as the Extended Date/Time Format, level 1 (ISO 8601-2:2019), as far
 * as news needs them: 2013, 2013-11, 2013-11-03, seasons (2014-21 spring to
 * 2014-24 winter, northern), `~` approximate, `?` uncertain, `%` both after a
 * date, intervals A/B, open (`..`) or unknown (empty) ends, years before 1
 * with a sign. No times of day, no X digits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "chancery/string.h"

struct chy_date {
	int32_t year;
	uint8_t month; /* 1 to 12; 21 to 24 a season; 0 none */
	uint8_t day; /* 1 to 31; 0 none */
	bool approximate, uncertain;
};

enum chy_edtf_end { CHY_EDTF_DATE, CHY_EDTF_OPEN, CHY_EDTF_UNKNOWN };

struct chy_edtf {
	bool interval;
	enum chy_edtf_end from_end, to_end; /* CHY_EDTF_DATE unless an interval */
	struct chy_date from, to; /* the same where no interval */
};

#define CHY_EDTF_SIZE 64 /* fits any formatted value with its terminator */

/* CHY_EINPUT for anything else, impossible days (2013-02-30) and intervals
 * that end before they begin included. */
int chy_edtf_parse(struct chy_str text, struct chy_edtf *out);
const char *chy_edtf_format(const struct chy_edtf *date, char out[CHY_EDTF_SIZE]);

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
int64_t chy_day_number(int32_t year, unsigned month, unsigned day);
void chy_day_to_date(int64_t day, struct chy_date *out);
unsigned chy_days_in_month(int32_t year, unsigned month);
unsigned chy_weekday(int64_t day); /* 1 Monday to 7 Sunday, as ISO 8601 */

/* First and last day covered, inclusive; open ends are INT64_MIN and
 * INT64_MAX. Winter (24) is December to February of the year after. */
void chy_edtf_bounds(const struct chy_edtf *date, int64_t *out_first, int64_t *out_last);

/* A time of recording: microseconds since 1970-01-01T00:00:00Z, and its form
 * 2026-11-23T15:48:58.123456Z. Parsing takes that, fewer digits, a bare date
 * (its first instant), or a UTC offset +01:00. */
#define CHY_TIME_SIZE 32
const char *chy_time_format(int64_t microseconds, char out[CHY_TIME_SIZE]);
int chy_time_parse(struct chy_str text, int64_t *out);
