/* A day out of the forms that files use. Numbers and names of months come in
 * any order that one reading fits; where day and month could be either, the
 * day comes first, as in all three languages but American English. */
#include <ctype.h>
#include <string.h>

#include "chancery/edtf.h"
#include "internal.h"

/* The first three letters tell the months of English, Portuguese and Spanish
 * apart: a table of abbreviations as RFC 822 has them, with the variants. */
static const char months[12][4][4] = {{"jan", "ene"}, {"feb", "fev"}, {"mar"}, {"apr", "abr"},
	{"may", "mai"}, {"jun"}, {"jul"}, {"aug", "ago"}, {"sep", "set"}, {"oct", "out"}, {"nov"},
	{"dec", "dez", "dic"}};

struct parts {
	int numbers[3], count, month;
	int digits[3];
};

static int month_of(const char *word, size_t size)
{
	if (size < 3)
		return 0;
	for (int m = 0; m < 12; m++)
		for (int v = 0; v < 4 && months[m][v][0]; v++)
			if (strncasecmp(word, months[m][v], 3) == 0)
				return m + 1;
	return 0;
}

static void take_number(struct chy_str text, size_t *at, struct parts *parts)
{
	int value = 0, digits = 0;

	while (*at < text.size && isdigit((unsigned char)text.data[*at]) && digits < 9) {
		value = value * 10 + (text.data[(*at)++] - '0');
		digits++;
	}
	if (parts->count < 3) {
		parts->digits[parts->count] = digits;
		parts->numbers[parts->count++] = value;
	}
}

static void take_word(struct chy_str text, size_t *at, struct parts *parts)
{
	size_t start = *at;

	while (*at < text.size && (isalpha((unsigned char)text.data[*at]) || text.data[*at] < 0))
		(*at)++;
	if (!parts->month)
		parts->month = month_of(text.data + start, *at - start);
}

static bool valid(int year, int month, int day, struct chy_date *out)
{
	if (year < 1000 || year > 2200 || month < 1 || month > 12 || day < 1 ||
		(unsigned)day > chy_days_in_month(year, (unsigned)month))
		return false;
	*out = (struct chy_date){.year = year, .month = (uint8_t)month, .day = (uint8_t)day};
	return true;
}

int chy_read_date(struct chy_str text, struct chy_date *out)
{
	struct parts p = {0};
	const int *n = p.numbers;
	size_t at = 0;

	text = chy_str_trim(text);
	while (at < text.size && at < 64) {
		unsigned char c = (unsigned char)text.data[at];

		if (isdigit(c))
			take_number(text, &at, &p);
		else if (isalpha(c) || c >= 0x80)
			take_word(text, &at, &p);
		else
			at++;
	}
	if (p.month && p.count >= 2 && p.digits[0] == 4)
		return valid(n[0], p.month, n[1], out) ? CHY_OK : CHY_NOT_FOUND;
	if (p.month && p.count >= 2)
		return valid(n[1], p.month, n[0], out) ? CHY_OK : CHY_NOT_FOUND;
	if (p.count == 1 && p.digits[0] == 8)
		return valid(n[0] / 10000, n[0] / 100 % 100, n[0] % 100, out) ? CHY_OK
									      : CHY_NOT_FOUND;
	if (p.count < 3)
		return CHY_NOT_FOUND;
	if (p.digits[0] == 4)
		return valid(n[0], n[1], n[2], out) ? CHY_OK : CHY_NOT_FOUND;
	if (valid(n[2], n[1], n[0], out) || valid(n[2], n[0], n[1], out))
		return CHY_OK;
	return CHY_NOT_FOUND;
}
