/* A day out of the forms that files use: ISO 8601, RFC 822, `1 de novembro de
 * 2013`, `Nov 1, 2013`, `01/11/2013`, seconds since 1970. Where day and month
 * could be either the day comes first, as in all three languages but American
 * English. The day is the one written, whatever zone stands beside it. Names of
 * months: data/ingest/months.tsv. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "names.h"

enum { MOST_TOKENS = 24, LONGEST_DATE = 120 };

struct token {
	int number; /* -1 for a word */
	int digits;
	int month; /* of a word; 0 for none */
	size_t letters; /* of a word */
	char before; /* the character just before it */
	char after;
};

struct tokens {
	struct token list[MOST_TOKENS];
	int count;
};

static bool letter(unsigned char c)
{
	return isalpha(c) || c >= 0x80;
}

static struct token read_number(struct chy_str text, size_t *at)
{
	struct token token = {0};

	for (; *at < text.size && isdigit((unsigned char)text.data[*at]); ++*at) {
		if (token.digits < 9)
			token.number = token.number * 10 + (text.data[*at] - '0');
		token.digits++;
	}
	return token;
}

static struct token read_word(struct chy_str text, size_t *at)
{
	size_t start = *at;
	const struct name *month;

	while (*at < text.size && letter((unsigned char)text.data[*at]))
		++*at;
	month = chy_name_find(&names_months, (struct chy_str){text.data + start, *at - start});
	return (struct token){
		.number = -1, .month = month ? atoi(month->value) : 0, .letters = *at - start};
}

static void cut(struct chy_str text, struct tokens *out)
{
	size_t at = 0;

	out->count = 0;
	while (at < text.size && out->count < MOST_TOKENS) {
		unsigned char c = (unsigned char)text.data[at];
		size_t start = at;

		if (!isdigit(c) && !letter(c)) {
			at++;
			continue;
		}
		struct token token = isdigit(c) ? read_number(text, &at) : read_word(text, &at);

		token.before = start ? text.data[start - 1] : ' ';
		token.after = at < text.size ? text.data[at] : ' ';
		out->list[out->count++] = token;
	}
}

static bool valid(int year, int month, int day, struct chy_date *out)
{
	/* A leap year stands for the year that is not given. */
	int known = year ? year : 2000;

	if (known < 1000 || known > 2200 || month < 1 || month > 12 || day < 1 ||
		(unsigned)day > chy_days_in_month(known, (unsigned)month))
		return false;
	*out = (struct chy_date){.year = year, .month = (uint8_t)month, .day = (uint8_t)day};
	return true;
}

/* 13 is 2013, 85 is 1985: no paper dates by two digits ahead of its time. */
static int whole_year(const struct token *token)
{
	if (token->digits == 2)
		return token->number + (token->number < 70 ? 2000 : 1900);
	return token->digits == 4 ? token->number : -1;
}

static bool numeric(const struct token *t, struct chy_date *out)
{
	int year = whole_year(&t[2]);

	if (t[0].number < 0 || t[1].number < 0 || t[2].number < 0 || t[0].after != t[1].before ||
		t[1].after != t[2].before || t[0].after != t[1].after ||
		!strchr("-/.", t[0].after) || t[1].digits > 2)
		return false;
	if (t[0].digits == 4)
		return t[2].digits <= 2 && valid(t[0].number, t[1].number, t[2].number, out);
	if (t[0].digits > 2 || year < 0)
		return false;
	return valid(year, t[1].number, t[0].number, out) ||
	       valid(year, t[0].number, t[1].number, out);
}

static bool clock_part(const struct token *token)
{
	return token->before == ':' || token->after == ':' || tolower(token->after) == 'h' ||
	       tolower(token->before) == 'h';
}

static bool day_like(const struct token *token)
{
	return token->number >= 1 && token->number <= 31 && token->digits <= 2 &&
	       !clock_part(token);
}

/* The day before the month at m, `de` or the tail of `1st` between left aside;
 * -1 where there is none. */
static int day_before(const struct tokens *tokens, int m)
{
	for (int i = m - 1; i >= 0 && i >= m - 3; i--) {
		if (day_like(&tokens->list[i]))
			return i;
		if (tokens->list[i].number >= 0 || tokens->list[i].letters > 3)
			break;
	}
	return -1;
}

static int day_after(const struct tokens *tokens, int m)
{
	return m + 1 < tokens->count && day_like(&tokens->list[m + 1]) ? m + 1 : -1;
}

static int year_after(const struct tokens *tokens, int m, int day)
{
	for (int i = m + 1; i < tokens->count && i <= m + 5; i++)
		if (tokens->list[i].digits == 4 && !clock_part(&tokens->list[i]))
			return tokens->list[i].number;
	if (day < m && m + 1 < tokens->count && tokens->list[m + 1].digits == 2 &&
		!clock_part(&tokens->list[m + 1]))
		return whole_year(&tokens->list[m + 1]);
	/* `2013 Nov 1` */
	if (m > 0 && tokens->list[m - 1].digits == 4)
		return tokens->list[m - 1].number;
	return 0;
}

/* A day before any month goes first: `Rio de Janeiro, 1 de novembro`. */
static bool written_out(const struct tokens *tokens, struct chy_date *out)
{
	for (int after = 0; after < 2; after++)
		for (int m = 0; m < tokens->count; m++) {
			int day = !tokens->list[m].month ? -1
				  : after		 ? day_after(tokens, m)
							 : day_before(tokens, m);

			if (day >= 0 && valid(year_after(tokens, m, day), tokens->list[m].month,
						tokens->list[day].number, out))
				return true;
		}
	return false;
}

/* 20131103, or seconds or milliseconds since 1970. */
static bool one_number(struct chy_str text, struct chy_date *out)
{
	char digits[16];
	size_t size = 0;
	long long value;

	while (size < text.size && size < sizeof(digits) - 1 &&
		isdigit((unsigned char)text.data[size])) {
		digits[size] = text.data[size];
		size++;
	}
	digits[size] = '\0';
	value = strtoll(digits, NULL, 10);
	if (size == 8 && (text.size == 8 || text.data[8] == 'T' || text.data[8] == ' '))
		return valid(
			(int)(value / 10000), (int)(value / 100 % 100), (int)(value % 100), out);
	if ((size == text.size || text.data[size] == '.') && (size == 10 || size == 13)) {
		chy_day_to_date(value / (size == 13 ? 86400000 : 86400), out);
		return true;
	}
	return false;
}

int chy_read_date(struct chy_str text, struct chy_date *out)
{
	struct tokens tokens;

	text = chy_str_trim(text);
	if (text.size > LONGEST_DATE)
		text.size = LONGEST_DATE;
	if (one_number(text, out))
		return CHY_OK;
	cut(text, &tokens);
	for (int i = 0; i + 2 < tokens.count; i++)
		if (numeric(&tokens.list[i], out))
			return CHY_OK;
	return written_out(&tokens, out) ? CHY_OK : CHY_NOT_FOUND;
}
