#include <stdio.h>

#include "chancery/edtf.h"
#include "chancery/error.h"

static const int64_t second = 1000000, day_length = 86400 * second;

const char *chy_time_format(int64_t microseconds, char out[CHY_TIME_SIZE])
{
	int64_t day = microseconds / day_length, rest = microseconds % day_length;
	struct chy_date date;
	unsigned in_day, fraction;

	if (rest < 0) {
		rest += day_length;
		day--;
	}
	chy_day_to_date(day, &date);
	in_day = (unsigned)(rest / second);
	fraction = (unsigned)(rest % second);
	snprintf(out, CHY_TIME_SIZE, "%04d-%02u-%02uT%02u:%02u:%02u.%06uZ", date.year,
		date.month % 100u, date.day % 100u, in_day / 3600 % 24, in_day / 60 % 60,
		in_day % 60, fraction);
	return out;
}

/* Two digits after a separator (0: none), at most max. */
static bool two_digits(struct chy_str *text, char separator, unsigned max, unsigned *out)
{
	struct chy_str at = *text;
	unsigned value;

	if (separator) {
		if (!at.size || at.data[0] != separator)
			return false;
		at.data++;
		at.size--;
	}
	if (at.size < 2 || at.data[0] < '0' || at.data[0] > '9' || at.data[1] < '0' ||
		at.data[1] > '9')
		return false;
	value = (unsigned)(at.data[0] - '0') * 10 + (unsigned)(at.data[1] - '0');
	if (value > max)
		return false;
	*text = (struct chy_str){at.data + 2, at.size - 2};
	*out = value;
	return true;
}

static bool fraction(struct chy_str *text, int64_t *out)
{
	int64_t value = 0, unit = second / 10;
	size_t n = 0;

	if (!text->size || text->data[0] != '.')
		return true;
	for (n = 1; n < text->size && text->data[n] >= '0' && text->data[n] <= '9'; n++) {
		value += (text->data[n] - '0') * unit;
		unit /= 10;
	}
	text->data += n;
	text->size -= n;
	*out = value;
	return n > 1;
}

static bool zone(struct chy_str text, int64_t *out)
{
	unsigned hours, minutes = 0;
	bool west;

	*out = 0;
	if (text.size == 0 || chy_str_is(text, "Z") || chy_str_is(text, "z"))
		return true;
	west = text.data[0] == '-';
	if (!west && text.data[0] != '+')
		return false;
	text.data++;
	text.size--;
	if (!two_digits(&text, 0, 14, &hours))
		return false;
	if (text.size && !two_digits(&text, text.data[0] == ':' ? ':' : 0, 59, &minutes))
		return false;
	*out = ((int64_t)hours * 3600 + minutes * 60) * second * (west ? -1 : 1);
	return text.size == 0;
}

static bool time_of_day(struct chy_str text, int64_t *out)
{
	unsigned hour, minute, seconds = 0;
	int64_t part = 0, offset;

	if (!text.size)
		return true;
	if ((text.data[0] != 'T' && text.data[0] != ' ') ||
		!two_digits(&text, text.data[0], 23, &hour) || !two_digits(&text, ':', 59, &minute))
		return false;
	if (text.size && text.data[0] == ':' && !two_digits(&text, ':', 60, &seconds))
		return false;
	if (!fraction(&text, &part) || !zone(text, &offset))
		return false;
	*out = ((int64_t)hour * 3600 + minute * 60 + seconds) * second + part - offset;
	return true;
}

int chy_time_parse(struct chy_str text, int64_t *out)
{
	struct chy_edtf date;
	int64_t within = 0;

	if (text.size < 10 || chy_edtf_parse((struct chy_str){text.data, 10}, &date) ||
		date.interval || !date.from.day)
		return CHY_EINPUT;
	if (!time_of_day((struct chy_str){text.data + 10, text.size - 10}, &within))
		return CHY_EINPUT;
	*out = chy_day_number(date.from.year, date.from.month, date.from.day) * day_length + within;
	return CHY_OK;
}
