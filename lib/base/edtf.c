#include "chancery/edtf.h"

#include <stdio.h>
#include <string.h>

#include "chancery/error.h"

unsigned chy_days_in_month(int32_t year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12)
		return 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* Hinnant, "chrono-compatible low-level date algorithms" (2013): the year
 * begins in March so that the leap day is its last. */
int64_t chy_day_number(int32_t year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

void chy_day_to_date(int64_t number, struct chy_date *out)
{
	int64_t z = number + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	unsigned month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);

	*out = (struct chy_date){.year = (int32_t)(yoe + era * 400 + (month <= 2)),
		.month = (uint8_t)month,
		.day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1)};
}

unsigned chy_weekday(int64_t day)
{
	return (unsigned)(((day + 3) % 7 + 7) % 7) + 1;
}

/* Exactly n digits at the beginning of *text, which is moved past them. */
static bool digits(struct chy_str *text, unsigned n, int32_t *out)
{
	int32_t value = 0;

	if (text->size < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		value = value * 10 + (text->data[i] - '0');
	}
	text->data += n;
	text->size -= n;
	*out = value;
	return true;
}

static bool skip(struct chy_str *text, char c)
{
	if (!text->size || text->data[0] != c)
		return false;
	text->data++;
	text->size--;
	return true;
}

static bool month_allowed(int32_t month)
{
	return (month >= 1 && month <= 12) || (month >= 21 && month <= 24);
}

static bool parse_day(struct chy_str *text, struct chy_date *date)
{
	int32_t day;

	if (!skip(text, '-'))
		return true;
	if (date->month > 12 || !digits(text, 2, &day))
		return false;
	if (day < 1 || (unsigned)day > chy_days_in_month(date->year, date->month))
		return false;
	date->day = (uint8_t)day;
	return true;
}

static bool parse_month(struct chy_str *text, struct chy_date *date)
{
	int32_t month;

	if (!skip(text, '-'))
		return true;
	if (!digits(text, 2, &month) || !month_allowed(month))
		return false;
	date->month = (uint8_t)month;
	return parse_day(text, date);
}

static bool parse_date(struct chy_str text, struct chy_date *out)
{
	struct chy_date date = {0};
	bool before = skip(&text, '-');

	if (!digits(&text, 4, &date.year))
		return false;
	if (before)
		date.year = -date.year;
	if (before && date.year == 0)
		return false;
	if (!parse_month(&text, &date))
		return false;
	if (text.size == 1) {
		char mark = text.data[0];

		date.approximate = mark == '~' || mark == '%';
		date.uncertain = mark == '?' || mark == '%';
		if (!date.approximate && !date.uncertain)
			return false;
	} else if (text.size) {
		return false;
	}
	*out = date;
	return true;
}

static bool parse_end(struct chy_str text, enum chy_edtf_end *end, struct chy_date *date)
{
	*end = CHY_EDTF_DATE;
	if (text.size == 0)
		*end = CHY_EDTF_UNKNOWN;
	else if (chy_str_is(text, ".."))
		*end = CHY_EDTF_OPEN;
	else
		return parse_date(text, date);
	return true;
}

static bool parse_interval(struct chy_str from, struct chy_str to, struct chy_edtf *out)
{
	int64_t first, last;

	out->interval = true;
	if (!parse_end(from, &out->from_end, &out->from) || !parse_end(to, &out->to_end, &out->to))
		return false;
	if (out->from_end != CHY_EDTF_DATE && out->to_end != CHY_EDTF_DATE)
		return false;
	chy_edtf_bounds(out, &first, &last);
	return first <= last;
}

int chy_edtf_parse(struct chy_str text, struct chy_edtf *out)
{
	struct chy_edtf edtf = {0};
	const char *slash = text.size ? memchr(text.data, '/', text.size) : NULL;

	if (slash) {
		size_t at = (size_t)(slash - text.data);
		struct chy_str to = {slash + 1, text.size - at - 1};

		if (!parse_interval((struct chy_str){text.data, at}, to, &edtf))
			return CHY_EINPUT;
	} else if (!parse_date(text, &edtf.from)) {
		return CHY_EINPUT;
	}
	if (!edtf.interval)
		edtf.to = edtf.from;
	*out = edtf;
	return CHY_OK;
}

static void format_date(const struct chy_date *date, char *out, size_t size)
{
	int year = date->year;
	int n = snprintf(out, size, "%s%04d", year < 0 ? "-" : "", year < 0 ? -year : year);

	if (date->month)
		n += snprintf(out + n, size - (size_t)n, "-%02u", date->month % 100u);
	if (date->month && date->day)
		n += snprintf(out + n, size - (size_t)n, "-%02u", date->day % 100u);
	if (date->approximate || date->uncertain)
		snprintf(out + n, size - (size_t)n, "%c",
			!date->uncertain    ? '~'
			: date->approximate ? '%'
					    : '?');
}

static void format_end(enum chy_edtf_end end, const struct chy_date *date, char *out, size_t size)
{
	if (end == CHY_EDTF_DATE)
		format_date(date, out, size);
	else
		snprintf(out, size, "%s", end == CHY_EDTF_OPEN ? ".." : "");
}

const char *chy_edtf_format(const struct chy_edtf *date, char out[CHY_EDTF_SIZE])
{
	char from[CHY_EDTF_SIZE / 2 - 1], to[CHY_EDTF_SIZE / 2 - 1];

	if (!date->interval) {
		format_date(&date->from, out, CHY_EDTF_SIZE);
		return out;
	}
	format_end(date->from_end, &date->from, from, sizeof(from));
	format_end(date->to_end, &date->to, to, sizeof(to));
	snprintf(out, CHY_EDTF_SIZE, "%s/%s", from, to);
	return out;
}

/* Season 21 is March to May; 24 ends with the February of the year after. */
static void date_bounds(const struct chy_date *date, int64_t *first, int64_t *last)
{
	int32_t year = date->year;
	unsigned month = date->month, end;

	if (!month) {
		*first = chy_day_number(year, 1, 1);
		*last = chy_day_number(year, 12, 31);
		return;
	}
	if (month <= 12 && date->day) {
		*first = *last = chy_day_number(year, month, date->day);
		return;
	}
	if (month > 12) {
		month = 3 * (month - 20);
		end = month == 12 ? 2 : month + 2;
	} else {
		end = month;
	}
	*first = chy_day_number(year, month, 1);
	year += end < month;
	*last = chy_day_number(year, end, chy_days_in_month(year, end));
}

void chy_edtf_bounds(const struct chy_edtf *date, int64_t *out_first, int64_t *out_last)
{
	int64_t other;

	*out_first = INT64_MIN;
	*out_last = INT64_MAX;
	if (date->from_end == CHY_EDTF_DATE)
		date_bounds(&date->from, out_first, &other);
	if (date->to_end == CHY_EDTF_DATE)
		date_bounds(date->interval ? &date->to : &date->from, &other, out_last);
}
