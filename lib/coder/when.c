/* Dates in a sentence, against the date of the document, as EDTF. The words
 * are data (words.tsv: month, weekday, season, day, part, unit, next, last). */
#include <string.h>

#include "internal.h"

enum { REACH = 15 }; /* words between an act and its date */

struct reader {
	struct chy_document *document;
	struct chy_line *line;
	uint32_t at; /* the next token */
};

static bool number_at(const struct reader *reader, uint32_t token, int *out)
{
	struct chy_str text, value;
	int number = 0;

	if (token >= reader->line->sentence->token_count)
		return false;
	text = reader->line->folded[token];
	value = chy_word_value(reader->document->coder, text, "number");
	if (value.data)
		text = value;
	if (chy_str_ends(text, ".") || chy_str_ends(text, "\xc2\xba"))
		text.size -= text.data[text.size - 1] == '.' ? 1 : 2;
	if (!text.size || text.size > 4)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (text.data[i] - '0');
	}
	*out = number;
	return true;
}

static bool kind_at(const struct reader *reader, uint32_t token, const char *kind, int *out)
{
	struct chy_str value;

	if (token >= reader->line->sentence->token_count)
		return false;
	value = chy_word_value(reader->document->coder, reader->line->folded[token], kind);
	if (!value.data)
		return false;
	*out = 0;
	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] >= '0' && value.data[i] <= '9')
			*out = *out * 10 + (value.data[i] - '0');
	if (value.size && value.data[0] == '-')
		*out = -*out;
	return true;
}

/* `de`, `do`, `of`, a comma: what joins the parts of a date. */
static bool joint_at(const struct reader *reader, uint32_t token)
{
	const struct chy_token *t;

	if (token >= reader->line->sentence->token_count)
		return false;
	t = &reader->line->sentence->tokens[token];
	if (!t->word_count)
		return false;
	return chy_word_at(reader->line, (int32_t)t->first_word)->upos == CHY_UPOS_ADP ||
	       chy_str_is(reader->line->folded[token], ",");
}

static bool year_at(const struct reader *reader, uint32_t token, int *out)
{
	return number_at(reader, token, out) && *out >= 1000 && *out <= 2200;
}

/* A year that the text leaves out: the nearest that fits, in the past unless
 * the sentence looks ahead. */
static bool ahead(const struct chy_document *document, const struct chy_line *line)
{
	for (size_t i = 0; i < line->sentence->word_count; i++) {
		const struct chy_word *w = chy_word_at(line, (int32_t)i);

		if (chy_word_has(w, "Tense", "Fut") ||
			(w->upos == CHY_UPOS_AUX &&
				chy_word_kind(document->coder, line->lemmas[i], "future")) ||
			chy_word_kind(document->coder, line->lemmas[i], "coming"))
			return true;
	}
	return false;
}

/* The verb that a word belongs to. */
static int32_t clause_of(const struct chy_line *line, int32_t word)
{
	size_t steps = line->sentence->word_count;

	while (word >= 0 && steps--) {
		if (chy_is_verb(line, word) && !chy_relation(line, word, "aux"))
			return word;
		word = chy_word_at(line, word)->head;
	}
	return CHY_NONE;
}

static bool is_kind(const struct chy_document *document, const struct chy_line *line, int32_t word,
	const char *kind)
{
	return chy_word_kind(document->coder, line->lemmas[word], kind);
}

/* *reunirá*, *vai reunir*, *deve reunir*, *is to meet*: what is still to come. */
static bool looks_ahead(
	const struct chy_document *document, const struct chy_line *line, int32_t verb)
{
	int32_t child = CHY_NONE;

	if (chy_word_has(chy_word_at(line, verb), "Tense", "Fut"))
		return true;
	while ((child = chy_child_in(line, verb, "aux cop", child)) != CHY_NONE) {
		const struct chy_word *w = chy_word_at(line, child);

		if (chy_word_has(w, "Tense", "Past") || chy_word_has(w, "Tense", "Imp"))
			continue;
		if (chy_word_has(w, "Tense", "Fut") || is_kind(document, line, child, "future") ||
			is_kind(document, line, child, "ought") ||
			(chy_word_has(chy_word_at(line, verb), "VerbForm", "Inf") &&
				chy_child_in(line, verb, "mark", CHY_NONE) > child))
			return true;
	}
	return false;
}

/* *combinaram encontrar-se*, *plans to visit*: what is meant to be done. */
static bool governed_ahead(
	const struct chy_document *document, const struct chy_line *line, int32_t verb)
{
	int32_t head = chy_word_at(line, verb)->head;

	if (head < 0 || !chy_word_has(chy_word_at(line, verb), "VerbForm", "Inf") ||
		chy_perfect(line, verb) ||
		!(chy_relation(line, verb, "xcomp") || chy_relation(line, verb, "ccomp") ||
			chy_relation(line, verb, "acl") || chy_relation(line, verb, "obj")))
		return false;
	return is_kind(document, line, head, "intend") || is_kind(document, line, head, "coming") ||
	       is_kind(document, line, head, "ought") || is_kind(document, line, head, "arrange") ||
	       looks_ahead(document, line, head);
}

/* *viaja na segunda-feira*, told on a Saturday: the present of what is arranged,
 * in the body of an article. */
static bool arranged(const struct reader *reader, uint32_t token, int32_t verb)
{
	const struct chy_line *line = reader->line;
	const struct chy_word *w = chy_word_at(line, verb);
	int32_t auxiliary = chy_child_in(line, verb, "aux cop", CHY_NONE);
	int value, ignored;

	if (line == reader->document->lines || w->upos == CHY_UPOS_ADJ || auxiliary != CHY_NONE ||
		!kind_at(reader, token, "weekday", &value) ||
		value == (int)chy_weekday(reader->document->day) ||
		(token > 0 && kind_at(reader, token - 1, "this", &ignored)) ||
		(token > 1 && kind_at(reader, token - 2, "this", &ignored)))
		return false;
	return chy_word_has(w, "Tense", "Pres") && chy_word_has(w, "Mood", "Ind") &&
	       is_kind(reader->document, line, verb, "calendar");
}

/* Whether the day of a clause is still to come; of the sentence, where the tree
 * has no clause for it. */
static bool clause_ahead(const struct reader *reader, uint32_t token)
{
	const struct chy_line *line = reader->line;
	int32_t word = (int32_t)line->sentence->tokens[token].first_word;
	int32_t verb = clause_of(line, word), head, subject;

	/* *acordaron el lunes reanudar*, *said on Monday it will send*: of the verb
	 * before, wherever it hangs. */
	head = verb == CHY_NONE ? CHY_NONE : chy_word_at(line, verb)->head;
	subject = head < 0 ? CHY_NONE : chy_child_in(line, verb, "nsubj mark", CHY_NONE);
	if (head >= 0 && head < word && word < verb && chy_is_verb(line, head) &&
		(subject == CHY_NONE || subject > word))
		verb = head;
	return verb == CHY_NONE ? ahead(reader->document, line)
				: looks_ahead(reader->document, line, verb) ||
					  arranged(reader, token, verb) ||
					  governed_ahead(reader->document, line, verb) ||
					  is_kind(reader->document, line, verb, "coming");
}

/* The noun that a date stands after, with small words between: *realização de
 * uma cimeira em março*. CHY_NONE where none does. */
static int32_t noun_before(const struct chy_line *line, int32_t word)
{
	for (int32_t back = word - 1; back >= 0 && back > word - 5; back--) {
		const struct chy_word *w = chy_word_at(line, back);

		if (w->upos == CHY_UPOS_NOUN)
			return back;
		if (w->upos != CHY_UPOS_ADP && w->upos != CHY_UPOS_DET && w->upos != CHY_UPOS_ADJ)
			return CHY_NONE;
	}
	return CHY_NONE;
}

/* *para fevereiro*, *until March*: small words before a date say that it is to come. */
static bool led_ahead(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	for (int32_t back = word - 1; back >= 0 && back > word - 4; back--) {
		enum chy_upos upos = chy_word_at(line, back)->upos;

		if (is_kind(document, line, back, "deadline") ||
			is_kind(document, line, back, "fixed"))
			return true;
		if (upos != CHY_UPOS_ADP && upos != CHY_UPOS_DET && upos != CHY_UPOS_ADJ &&
			!is_kind(document, line, back, "part"))
			return false;
	}
	return false;
}

/* A verb as it stands in what is asked or promised: *retirar*, *que retire*,
 * *that it would withdraw*. */
static bool still_open(
	const struct chy_document *document, const struct chy_line *line, int32_t verb)
{
	const struct chy_word *w = chy_word_at(line, verb);
	int32_t child = CHY_NONE;

	if (chy_perfect(line, verb))
		return false;
	while ((child = chy_child_in(line, verb, "aux", child)) != CHY_NONE)
		if (is_kind(document, line, child, "would") ||
			is_kind(document, line, child, "ought") ||
			is_kind(document, line, child, "future"))
			return true;
	/* A subjunctive that looks like an indicative is often taken for one. */
	return chy_word_has(w, "VerbForm", "Inf") || chy_word_has(w, "Mood", "Sub") ||
	       chy_word_has(w, "Mood", "Cnd") || chy_word_has(w, "Tense", "Fut") ||
	       chy_word_has(w, "Tense", "Pres");
}

/* *said he would visit*, *disse que visitaria*. */
static bool said_to_come(const struct chy_document *document, const struct chy_line *line,
	int32_t verb, int32_t head)
{
	int32_t child = CHY_NONE;

	if (!chy_relation(line, verb, "ccomp") || !is_kind(document, line, head, "say"))
		return false;
	while ((child = chy_child_in(line, verb, "aux", child)) != CHY_NONE)
		if (is_kind(document, line, child, "would"))
			return !chy_perfect(line, verb);
	return chy_word_has(chy_word_at(line, verb), "Mood", "Cnd") && !chy_perfect(line, verb);
}

/* *exigiu que retire as tropas em março*, *prometeu enviar …*: a clause of what
 * is promised, asked, threatened or announced. */
static bool awaited(const struct chy_document *document, const struct chy_line *line, int32_t verb,
	int32_t word)
{
	static const char *const relations[] = {"xcomp", "ccomp", "acl", "advcl", "obj"};
	int32_t head = chy_word_at(line, verb)->head;

	if (head < 0 || head > word)
		return false;
	if (said_to_come(document, line, verb, head))
		return true;
	if (!still_open(document, line, verb))
		return false;
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (chy_relation(line, verb, relations[i]))
			return is_kind(document, line, head, "arrange") ||
			       is_kind(document, line, head, "intend");
	return false;
}

/* Whether a month is of what is still to come: what somebody promised, asked,
 * threatened or announced to do in it. *explique o ataque de fevereiro* is not. */
static bool month_ahead(const struct reader *reader, uint32_t token)
{
	const struct chy_document *document = reader->document;
	const struct chy_line *line = reader->line;
	int32_t word = (int32_t)line->sentence->tokens[token].first_word;
	int32_t verb = clause_of(line, word), noun = noun_before(line, word), head;

	if (verb == CHY_NONE || verb > word)
		return false;
	if (noun > verb && is_kind(document, line, noun, "deed") &&
		!is_kind(document, line, noun, "planned"))
		return false;
	for (int steps = 0; verb >= 0 && steps < 3; steps++) {
		if (awaited(document, line, verb, word))
			return true;
		head = chy_word_at(line, verb)->head;
		if (head < 0 || !chy_is_verb(line, head) || !chy_relation(line, verb, "xcomp"))
			break;
		verb = head;
	}
	return is_kind(document, line, verb, "arrange") &&
	       ((noun > verb && is_kind(document, line, noun, "planned")) ||
		       led_ahead(document, line, word));
}

static bool fill_year(const struct reader *reader, uint32_t token, struct chy_date *date)
{
	const struct chy_document *document = reader->document;
	int64_t first, last;
	struct chy_edtf edtf = {.from = *date, .to = *date};

	if (!document->dated)
		return false;
	date->year = edtf.from.year = edtf.to.year = document->date.year;
	if (date->day > chy_days_in_month(date->year, date->month))
		return false;
	chy_edtf_bounds(&edtf, &first, &last);
	if (ahead(reader->document, reader->line) || month_ahead(reader, token)) {
		if (last < document->day)
			date->year++;
	} else if (first > document->day) {
		/* In January, *dezembro* is of the year before; in November it is
		 * still to come. */
		if (first - document->day > 182)
			date->year--;
	}
	return true;
}

static void add(struct reader *reader, uint32_t first, uint32_t last, const struct chy_edtf *date)
{
	struct chy_line *line = reader->line;
	const struct chy_token *a = &line->sentence->tokens[first];
	const struct chy_token *b = &line->sentence->tokens[last];
	struct chy_when *when;

	if (line->when_count >= line->sentence->token_count / 2 || !a->word_count || !b->word_count)
		return;
	when = &line->whens[line->when_count++];
	when->first = a->first_word;
	when->last = b->first_word + b->word_count - 1;
	when->date = *date;
	when->text = chy_span_text(reader->document, line, when->first, when->last);
}

static struct chy_edtf one(struct chy_date date)
{
	return (struct chy_edtf){.from = date, .to = date};
}

static struct chy_edtf days(int64_t first, int64_t last)
{
	struct chy_edtf date = {.interval = first != last};

	chy_day_to_date(first, &date.from);
	chy_day_to_date(last, &date.to);
	return date;
}

/* `final de abril`: the third of the month. */
static struct chy_edtf third_of(struct chy_date month, int part)
{
	unsigned length = chy_days_in_month(month.year, month.month);
	int64_t first = chy_day_number(month.year, month.month,
		part == 1   ? 1
		: part == 2 ? 11
			    : 21);
	int64_t last = chy_day_number(month.year, month.month,
		part == 1   ? 10
		: part == 2 ? 20
			    : length);

	return days(first, last);
}

/* month [de] [year] from a token on; the token after it in *end. */
static bool read_month(const struct reader *reader, uint32_t token, unsigned day,
	struct chy_date *out, uint32_t *end)
{
	struct chy_date date = {0};
	int month, year, ignored;

	if (!kind_at(reader, token, "month", &month))
		return false;
	date.month = (uint8_t)month;
	*end = token + 1;
	if (year_at(reader, *end, &year))
		*end += 1;
	else if (joint_at(reader, *end) && year_at(reader, *end + 1, &year))
		*end += 2;
	else
		year = 0;
	date.year = year;
	date.day = (uint8_t)day;
	if (!year && !fill_year(reader, token, &date))
		return false;
	if (!year && reader->document->dated && kind_at(reader, *end, "last", &ignored)) {
		*end += 1;
	} else if (!year && kind_at(reader, *end, "next", &ignored)) {
		*end += 1;
		if (chy_day_number(date.year, date.month, 1) < reader->document->day)
			date.year++;
	}
	if (date.day > chy_days_in_month(date.year, date.month))
		return false;
	*out = date;
	return true;
}

/* *em maio uma cimeira* tells of no first of May. */
static bool in_figures(const struct reader *reader, uint32_t token)
{
	struct chy_str text;

	if (token >= reader->line->sentence->token_count)
		return false;
	text = reader->line->folded[token];
	return text.size && text.data[0] >= '0' && text.data[0] <= '9';
}

/* `1 de novembro`, `November 1`. */
static bool read_day(struct reader *reader)
{
	struct chy_date date;
	uint32_t end, token = reader->at;
	int day;

	if (number_at(reader, token, &day) && day >= 1 && day <= 31) {
		uint32_t month = token + 1 + joint_at(reader, token + 1);

		if (!read_month(reader, month, (unsigned)day, &date, &end))
			return false;
	} else if (read_month(reader, token, 0, &date, &end) && in_figures(reader, token + 1) &&
		   number_at(reader, token + 1, &day) && day >= 1 && day <= 31) {
		int year;

		date.day = (uint8_t)day;
		end = token + 2;
		if (joint_at(reader, end) && year_at(reader, end + 1, &year)) {
			date.year = year;
			end += 2;
		}
		if (date.day > chy_days_in_month(date.year, date.month))
			return false;
	} else {
		return false;
	}
	struct chy_edtf edtf = one(date);

	add(reader, token, end - 1, &edtf);
	reader->at = end;
	return true;
}

/* `início de 2014`: four months. */
static struct chy_edtf third_of_year(int year, int part)
{
	uint8_t first = (uint8_t)(4 * part - 3);

	return (struct chy_edtf){.interval = true,
		.from = {.year = year, .month = first},
		.to = {.year = year, .month = (uint8_t)(first + 3)}};
}

/* [final de] abril [de 2013], início de 2014 */
static bool read_part(struct reader *reader, struct chy_edtf *out, uint32_t token, uint32_t *end)
{
	struct chy_date date;
	int part = 0, year;
	uint32_t month = token;

	if (kind_at(reader, token, "part", &part))
		month = token + 1 + joint_at(reader, token + 1);
	if (part && year_at(reader, month, &year) && year >= 1500 && year <= 2100) {
		*out = third_of_year(year, part);
		*end = month + 1;
		return true;
	}
	if (!read_month(reader, month, 0, &date, end))
		return false;
	*out = part ? third_of(date, part) : one(date);
	return true;
}

/* `entre o final de janeiro e o início de fevereiro` */
static bool read_between(struct reader *reader)
{
	struct chy_edtf from, to, both;
	uint32_t token = reader->at + 1, end, last;
	int ignored;
	bool found = false;

	if (!kind_at(reader, reader->at, "between", &ignored))
		return false;
	for (last = token; last < token + 2 && !found; last++)
		found = read_part(reader, &from, last, &end);
	if (!found)
		return false;
	for (token = end, found = false; token < end + 3 && !found; token++)
		found = read_part(reader, &to, token, &last);
	if (!found)
		return false;
	both = (struct chy_edtf){.interval = true, .from = from.from, .to = to.to};
	add(reader, reader->at, last - 1, &both);
	reader->at = last;
	return true;
}

static bool read_month_alone(struct reader *reader)
{
	struct chy_edtf date;
	uint32_t end, token = reader->at;

	if (!read_part(reader, &date, token, &end))
		return false;
	add(reader, token, end - 1, &date);
	reader->at = end;
	return true;
}

/* `na sexta-feira [passada|próxima]`, `ontem` */
static bool read_near(struct reader *reader)
{
	const struct chy_document *document = reader->document;
	uint32_t token = reader->at, end = token + 1;
	struct chy_edtf date;
	int value, ignored;
	int64_t day = document->day;

	if (!document->dated)
		return false;
	if (kind_at(reader, token, "day", &value)) {
		day += value;
	} else if (kind_at(reader, token, "weekday", &value) &&
		   chy_word_at(
			   reader->line, (int32_t)reader->line->sentence->tokens[token].first_word)
				   ->upos != CHY_UPOS_ADJ) {
		int64_t back = (chy_weekday(day) + 7 - (unsigned)value) % 7;
		bool coming = kind_at(reader, end, "next", &ignored) ||
			      (token > 0 && kind_at(reader, token - 1, "next", &ignored)) ||
			      clause_ahead(reader, token);

		day += coming ? (7 - back) : -back;
		if (kind_at(reader, end, "next", &ignored) ||
			kind_at(reader, end, "last", &ignored))
			end++;
	} else {
		return false;
	}
	date = days(day, day);
	add(reader, token, end - 1, &date);
	reader->at = end;
	return true;
}

/* `próxima primavera`, `na primavera de 2014` */
static bool read_season(struct reader *reader)
{
	uint32_t token = reader->at, end = token + 1;
	struct chy_date date = {0};
	struct chy_edtf edtf;
	int season, year, ignored;

	if (!kind_at(reader, token, "season", &season))
		return false;
	date.month = (uint8_t)season;
	if (joint_at(reader, end) && year_at(reader, end + 1, &year)) {
		date.year = year;
		end += 2;
	} else if (reader->document->dated) {
		bool coming = token > 0 && kind_at(reader, token - 1, "next", &ignored);
		int64_t first, last;

		date.year = reader->document->date.year;
		edtf = one(date);
		chy_edtf_bounds(&edtf, &first, &last);
		if (coming && first <= reader->document->day)
			date.year++;
		else if (!coming && first > reader->document->day &&
			 !ahead(reader->document, reader->line))
			date.year--;
	} else {
		return false;
	}
	edtf = one(date);
	add(reader, token, end - 1, &edtf);
	reader->at = end;
	return true;
}

/* `semana passada`, `este mês`, `no ano passado`, `próximo mês` */
static bool read_unit(struct reader *reader)
{
	const struct chy_document *document = reader->document;
	uint32_t token = reader->at, end = token + 1;
	struct chy_str unit;
	int ignored, shift;

	if (!document->dated)
		return false;
	unit = chy_word_value(document->coder, reader->line->folded[token], "unit");
	if (!unit.data)
		return false;
	if (kind_at(reader, end, "last", &ignored) ||
		(token > 0 && kind_at(reader, token - 1, "last", &ignored)))
		shift = -1;
	else if (kind_at(reader, end, "next", &ignored) ||
		 (token > 0 && kind_at(reader, token - 1, "next", &ignored)))
		shift = 1;
	else if (token > 0 && kind_at(reader, token - 1, "this", &ignored))
		shift = 0;
	else
		return false;
	struct chy_edtf date = {0};

	if (chy_str_is(unit, "week")) {
		int64_t monday = document->day - (chy_weekday(document->day) - 1) + 7 * shift;

		date = days(monday, monday + 6);
	} else if (chy_str_is(unit, "month")) {
		int month = document->date.month - 1 + shift;

		date = one((struct chy_date){
			.year = document->date.year + (month < 0 ? -1 : month / 12),
			.month = (uint8_t)((month + 12) % 12 + 1)});
	} else if (chy_str_is(unit, "year")) {
		date = one((struct chy_date){.year = document->date.year + shift});
	} else {
		return false;
	}
	add(reader, token, end - 1, &date);
	reader->at = end;
	return true;
}

/* `fim do ano`, `end of the month`, `finales de año`: of this one. */
static bool read_part_of_unit(struct reader *reader)
{
	const struct chy_document *document = reader->document;
	struct chy_date now = document->date;
	uint32_t token = reader->at, end = token + 1;
	struct chy_edtf date;
	struct chy_str unit;
	int part, ignored;

	if (!document->dated || !kind_at(reader, token, "part", &part))
		return false;
	/* Two small words at most: *of the*, *de este*. */
	for (int words = 0; words < 2 && end < reader->line->sentence->token_count; words++, end++)
		if (chy_word_kind(document->coder, reader->line->folded[end], "unit"))
			break;
	if (end >= reader->line->sentence->token_count)
		return false;
	unit = chy_word_value(document->coder, reader->line->folded[end], "unit");
	/* *próximo ano*, *last year* are read as such. */
	if (!unit.data || kind_at(reader, end - 1, "next", &ignored) ||
		kind_at(reader, end - 1, "last", &ignored) ||
		kind_at(reader, end + 1, "next", &ignored) ||
		kind_at(reader, end + 1, "last", &ignored))
		return false;
	if (chy_str_is(unit, "year"))
		date = third_of_year(now.year, part);
	else if (chy_str_is(unit, "month"))
		date = third_of((struct chy_date){.year = now.year, .month = now.month}, part);
	else
		return false;
	add(reader, token, end, &date);
	reader->at = end + 1;
	return true;
}

/* `dentro de um mês`, `within two weeks`: from today to then. */
static bool read_term(struct reader *reader)
{
	const struct chy_document *document = reader->document;
	uint32_t token = reader->at, n;
	struct chy_edtf date = {.interval = true, .from = document->date, .to = document->date};
	struct chy_str unit;
	int count;

	if (!document->dated)
		return false;
	n = chy_word_run(document->coder, reader->line, token, "term", &unit);
	if (!n)
		return false;
	/* *within a*: the word says how many itself. */
	if (unit.size)
		count = unit.data[0] - '0';
	else if (!number_at(reader, token + n++, &count) || count < 1 || count > 99)
		return false;
	if (token + n >= reader->line->sentence->token_count)
		return false;
	unit = chy_word_value(document->coder, reader->line->folded[token + n], "unit");
	if (!unit.data)
		return false;
	if (chy_str_is(unit, "year")) {
		date.to.year += count;
	} else if (chy_str_is(unit, "month")) {
		int month = date.to.month - 1 + count;

		date.to.year += month / 12;
		date.to.month = (uint8_t)(month % 12 + 1);
	} else {
		date = days(
			document->day, document->day + count * (chy_str_is(unit, "week") ? 7 : 1));
	}
	if (date.to.day > chy_days_in_month(date.to.year, date.to.month))
		date.to.day = (uint8_t)chy_days_in_month(date.to.year, date.to.month);
	add(reader, token, token + n, &date);
	reader->at = token + n + 1;
	return true;
}

/* `1920-22`, `1939-1945`: years from and to. */
static bool years_at(const struct reader *reader, uint32_t token, struct chy_edtf *out)
{
	struct chy_str text = reader->line->folded[token];
	int number[2] = {0, 0}, digits[2] = {0, 0}, part = 0;

	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '-' && part == 0) {
			part = 1;
			continue;
		}
		if (text.data[i] < '0' || text.data[i] > '9' || digits[part] == 4)
			return false;
		number[part] = number[part] * 10 + (text.data[i] - '0');
		digits[part]++;
	}
	if (digits[0] != 4 || (digits[1] != 2 && digits[1] != 4) || number[0] < 1500)
		return false;
	if (digits[1] == 2)
		number[1] += number[0] / 100 * 100;
	if (number[1] <= number[0] || number[1] > 2200)
		return false;
	*out = (struct chy_edtf){.interval = true, .from.year = number[0], .to.year = number[1]};
	return true;
}

/* A number that counts something is no year. */
static bool counts(const struct reader *reader, uint32_t token)
{
	const struct chy_token *t = &reader->line->sentence->tokens[token];

	return t->word_count && chy_relation(reader->line, (int32_t)t->first_word, "nummod") &&
	       chy_word_at(reader->line, (int32_t)t->first_word)->head > (int32_t)t->first_word;
}

/* `em 2017`, `(2017)`: a year after a preposition or in brackets. */
static bool read_year(struct reader *reader)
{
	struct chy_edtf date;
	int year;

	if (reader->at == 0 || counts(reader, reader->at) ||
		!(joint_at(reader, reader->at - 1) ||
			chy_str_is(reader->line->folded[reader->at - 1], "(")))
		return false;
	if (!years_at(reader, reader->at, &date)) {
		if (!year_at(reader, reader->at, &year) || year > 2100 || year < 1500)
			return false;
		date = one((struct chy_date){.year = year});
	}
	add(reader, reader->at, reader->at, &date);
	reader->at++;
	return true;
}

void chy_find_dates(struct chy_document *document, struct chy_line *line)
{
	struct reader reader = {document, line, 0};

	while (reader.at < line->sentence->token_count)
		if (!read_between(&reader) && !read_day(&reader) && !read_month_alone(&reader) &&
			!read_near(&reader) && !read_season(&reader) &&
			!read_part_of_unit(&reader) && !read_term(&reader) && !read_unit(&reader) &&
			!read_year(&reader))
			reader.at++;
}

/* Whether a date in a clause beneath may be of what governs it: a day, or a
 * month of a clause that is no relative one. */
static bool told_by_the_way(const struct chy_document *document, const struct chy_line *line,
	const struct chy_when *when, int32_t own)
{
	if (when->date.from.day)
		return true;
	/* *tinha recusado negociar em 2013*: what is gone by is not still to be done. */
	if (chy_relation(line, own, "xcomp") &&
		chy_word_has(chy_word_at(line, own), "VerbForm", "Inf") && document->dated &&
		when->date.to.year < document->date.year)
		return true;
	return when->date.from.month && !chy_relation(line, own, "acl");
}

/* *o acordo de 1991*: the year of a paper, not of what is done with it. */
static bool of_paper(const struct chy_document *document, const struct chy_line *line,
	const struct chy_when *when, int32_t trigger)
{
	int32_t head = chy_word_at(line, (int32_t)when->first)->head;

	return head >= 0 && head != trigger && !when->date.from.month &&
	       chy_relation(line, (int32_t)when->first, "nmod") &&
	       chy_word_kind(document->coder, line->lemmas[head], "paper");
}

const struct chy_when *chy_date_of(
	const struct chy_document *document, const struct chy_line *line, int32_t trigger)
{
	const struct chy_when *best = NULL;
	int32_t clause = clause_of(line, trigger), nearest = INT32_MAX;

	for (size_t i = 0; i < line->when_count; i++) {
		const struct chy_when *when = &line->whens[i];
		int32_t at = (int32_t)when->first;
		int32_t far = at > trigger ? at - trigger : trigger - at;
		int32_t own = clause_of(line, at);

		/* A date of another verb's clause is that verb's, unless it is a day:
		 * *acordaram acelerar as negociações na terça-feira*. */
		if (own != clause && own != CHY_NONE && own != trigger &&
			!(clause != CHY_NONE && chy_below(line, own, clause) &&
				line->when_count == 1 &&
				told_by_the_way(document, line, when, own)))
			continue;
		if (of_paper(document, line, when, trigger))
			continue;
		if (far < nearest) {
			nearest = far;
			best = when;
		}
	}
	/* The sentence's only date, close by, is the act's wherever it hangs. */
	if (!best && line->when_count == 1 && line->whens[0].first + REACH > (uint32_t)trigger &&
		line->whens[0].first < (uint32_t)trigger + REACH &&
		!of_paper(document, line, line->whens, trigger)) {
		int32_t own = clause_of(line, (int32_t)line->whens[0].first);

		if (own == CHY_NONE || own == clause || !chy_below(line, own, trigger) ||
			told_by_the_way(document, line, line->whens, own))
			best = &line->whens[0];
	}
	return best;
}
