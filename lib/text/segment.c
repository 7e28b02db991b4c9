#include "segment.h"

#include <string.h>
#include <unicode/uchar.h>

#include "model.h"

/* Kinds of characters, as features see them; 0 is for none. */
enum kind {
	NONE,
	UPPER,
	LOWER,
	DIGIT,
	PERIOD,
	COMMA,
	HYPHEN,
	QUOTE,
	APOSTROPHE,
	OPENING,
	CLOSING,
	TERMINAL, /* ? ! … */
	SLASH,
	CURRENCY,
	OTHER
};

static enum kind ascii_kind(uint32_t code)
{
	if (code >= 'A' && code <= 'Z')
		return UPPER;
	if (code >= 'a' && code <= 'z')
		return LOWER;
	if (code >= '0' && code <= '9')
		return DIGIT;
	switch (code) {
	case '.':
		return PERIOD;
	case ',':
		return COMMA;
	case '-':
		return HYPHEN;
	case '"':
		return QUOTE;
	case '\'':
		return APOSTROPHE;
	case '(':
	case '[':
	case '{':
		return OPENING;
	case ')':
	case ']':
	case '}':
		return CLOSING;
	case '?':
	case '!':
		return TERMINAL;
	case '/':
		return SLASH;
	case '$':
		return CURRENCY;
	default:
		return OTHER;
	}
}

static enum kind kind_of(uint32_t code)
{
	if (code < 0x80)
		return ascii_kind(code);
	switch (u_charType((UChar32)code)) {
	case U_UPPERCASE_LETTER:
	case U_TITLECASE_LETTER:
		return UPPER;
	case U_LOWERCASE_LETTER:
	case U_MODIFIER_LETTER:
	case U_OTHER_LETTER:
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK:
	case U_COMBINING_SPACING_MARK:
	case U_FORMAT_CHAR:
		return LOWER;
	case U_DECIMAL_DIGIT_NUMBER:
		return DIGIT;
	case U_START_PUNCTUATION:
		return OPENING;
	case U_END_PUNCTUATION:
		return CLOSING;
	case U_INITIAL_PUNCTUATION:
	case U_FINAL_PUNCTUATION:
		return code == 0x2018 || code == 0x2019 ? APOSTROPHE : QUOTE;
	case U_CURRENCY_SYMBOL:
		return CURRENCY;
	default:
		return code == 0x2026 ? TERMINAL : OTHER;
	}
}

unsigned chy_white(const char *text, uint32_t at, uint32_t end)
{
	unsigned char c = (unsigned char)text[at];
	size_t next = at;
	uint32_t code;

	if (c < 0x80)
		return c <= ' ' || c == 0x7f;
	if (c != 0xc2 && c != 0xe1 && c != 0xe2 && c != 0xe3 && c != 0xef)
		return 0; /* no white space begins so */
	code = chy_utf8_next(text, end, &next);
	if (u_isUWhiteSpace((UChar32)code) || code == 0x200b || code == 0xfeff ||
		(code >= 0x80 && code < 0xa0))
		return (unsigned)(next - at);
	return 0;
}

static uint8_t kind_after(const char *text, uint32_t at, uint32_t end)
{
	unsigned white;
	size_t next;

	while (at < end && (white = chy_white(text, at, end)))
		at += white;
	if (at >= end)
		return NONE;
	next = at;
	return (uint8_t)kind_of(chy_utf8_next(text, end, &next));
}

void chy_chunk_read(const char *text, uint32_t *at, uint32_t end, struct chy_chunk *out)
{
	struct chy_folded one;
	size_t next = *at;

	out->count = 0;
	out->whole = 0;
	while (next < end && out->count < CHY_CHUNK_CODES &&
		!chy_white(text, (uint32_t)next, end)) {
		unsigned i = out->count++;
		unsigned char c = (unsigned char)text[next];

		out->offset[i] = (uint32_t)next;
		if (c < 0x80) {
			out->kind[i] = (uint8_t)ascii_kind(c);
			out->code[i] = out->kind[i] == UPPER   ? c + 32u
				       : out->kind[i] == DIGIT ? '0'
							       : c;
			next++;
		} else {
			size_t from = next;

			out->kind[i] = (uint8_t)kind_of(chy_utf8_next(text, end, &next));
			chy_fold_form((struct chy_str){text + from, next - from}, &one);
			out->code[i] = one.codes[0];
		}
		out->whole = (out->whole ^ out->code[i]) * 0xd6e8feb86659fd93u;
	}
	out->offset[out->count] = (uint32_t)next;
	out->next = kind_after(text, (uint32_t)next, end);
	*at = (uint32_t)next;
}

static bool wordlike(uint8_t kind)
{
	return kind == UPPER || kind == LOWER;
}

bool chy_chunk_candidate(const struct chy_chunk *chunk, unsigned i)
{
	uint8_t before = chunk->kind[i - 1], after = chunk->kind[i];

	if (wordlike(before) && wordlike(after))
		return false;
	return before != DIGIT || after != DIGIT;
}

static void add(struct chy_features *f, uint32_t mask, unsigned kind, uint64_t a, uint64_t b)
{
	uint64_t hash = (kind + 1) * 0x9e3779b97f4a7c15u;

	hash = (hash ^ a) * 0xd6e8feb86659fd93u;
	hash = (hash ^ (hash >> 32) ^ b) * 0xd6e8feb86659fd93u;
	if (f->count < CHY_FEATURES_MAX)
		f->at[f->count++] = (uint32_t)(hash >> 36) & mask;
}

static uint32_t code_at(const struct chy_chunk *c, int i)
{
	return i >= 0 && i < (int)c->count ? c->code[i] : 0;
}

static uint8_t kind_at(const struct chy_chunk *c, int i)
{
	return i >= 0 && i < (int)c->count ? c->kind[i] : NONE;
}

/* The run of letters or digits that ends before i, or begins at i. */
static uint64_t run_hash(const struct chy_chunk *c, int i, int step)
{
	uint64_t hash = 17;

	for (int n = 0; n < 16; n++, i += step) {
		uint8_t kind = kind_at(c, i);

		if (!wordlike(kind) && kind != DIGIT)
			break;
		hash = (hash ^ code_at(c, i)) * 0xd6e8feb86659fd93u;
	}
	return hash;
}

static uint64_t kinds(const struct chy_chunk *c, int from, int to)
{
	uint64_t out = 0;

	for (int i = from; i < to; i++)
		out = out << 4 | kind_at(c, i);
	return out;
}

static bool only_marks_follow(const struct chy_chunk *c, unsigned i)
{
	for (unsigned n = 0; i < c->count && n < 8; i++, n++) {
		if (wordlike(c->kind[i]) || c->kind[i] == DIGIT)
			return false;
	}
	return true;
}

void chy_chunk_features(const struct chy_chunk *c, unsigned i, unsigned start, uint32_t mask,
	struct chy_features *f)
{
	int p = (int)i;
	uint64_t before = code_at(c, p - 1), after = code_at(c, p), token = 5;
	uint64_t pair = before << 32 | after, rest = only_marks_follow(c, i);
	uint64_t edge = (uint64_t)(i == 1) << 1 | (i + 1 == c->count);

	for (unsigned k = start; k < i && k < start + 24; k++)
		token = (token ^ c->code[k]) * 0xd6e8feb86659fd93u;
	f->count = 0;
	add(f, mask, 0, 0, 0);
	add(f, mask, 1, pair, edge);
	add(f, mask, 2, pair, (uint64_t)code_at(c, p - 2));
	add(f, mask, 3, pair, (uint64_t)code_at(c, p + 1));
	add(f, mask, 4, pair, (uint64_t)code_at(c, p - 2) << 32 | code_at(c, p + 1));
	add(f, mask, 5, kinds(c, p - 3, p + 3), 0);
	add(f, mask, 6, kinds(c, p - 2, p + 2), edge);
	add(f, mask, 7, run_hash(c, p - 1, -1), after);
	add(f, mask, 8, run_hash(c, p, 1), before);
	add(f, mask, 9, token, after);
	add(f, mask, 10, token, after << 8 | (uint64_t)c->next << 4 | rest);
	add(f, mask, 11, c->whole, i);
	add(f, mask, 12, after, (uint64_t)c->next << 8 | rest << 4 | kind_at(c, p - 1));
	add(f, mask, 13, kinds(c, p - 2, p + 2), (uint64_t)c->next << 4 | rest);
	add(f, mask, 14, pair, kinds(c, 0, 3));
	add(f, mask, 15, i - start < 4 ? i - start : 4, kinds(c, p - 1, p + 2) << 4 | c->next);
}

void chy_piece_describe(
	const struct chy_row_table *table, const char *text, struct chy_piece *piece)
{
	struct chy_folded form;
	uint64_t suffix = 3;
	unsigned from;
	uint32_t row;

	chy_fold_form((struct chy_str){text + piece->start, piece->end - piece->start}, &form);
	from = form.count > 3 ? form.count - 3 : 0;
	for (unsigned i = from; i < form.count; i++)
		suffix = (suffix ^ form.codes[i]) * 0xd6e8feb86659fd93u;
	piece->form = (uint32_t)(form.hash >> 32);
	piece->suffix = (uint32_t)(suffix >> 32);
	piece->shape = (uint8_t)form.shape;
	piece->last = form.codes[form.count - 1];
	row = chy_row_find(table, form.hash);
	piece->known = row & CHY_ROW_COMMON ? 2 : row != CHY_ROW_UNKNOWN;
}

void chy_open_update(struct chy_open *open, const struct chy_piece *piece)
{
	if (piece->end - piece->start > 3)
		return;
	if (piece->last == '"')
		open->quotes ^= 1;
	else if (piece->last == '(' || piece->last == '[')
		open->brackets = 1;
	else if (piece->last == ')' || piece->last == ']')
		open->brackets = 0;
}

static bool ends_sentences(const struct chy_piece *piece)
{
	return piece->last == '.' || piece->last == '?' || piece->last == '!' ||
	       piece->last == 0x2026;
}

void chy_gap_features(const struct chy_piece *pieces, size_t count, size_t i, size_t start,
	const struct chy_open *open, uint32_t mask, struct chy_features *f)
{
	static const struct chy_piece none = {.shape = 15};
	const struct chy_piece *p = &pieces[i], *n = i + 1 < count ? p + 1 : &none;
	const struct chy_piece *pp = i > start ? p - 1 : &none;
	const struct chy_piece *nn = i + 2 < count ? p + 2 : &none;
	const struct chy_piece *nnn = i + 3 < count ? p + 3 : &none;
	uint64_t shapes = (uint64_t)p->shape << 4 | n->shape, length = i + 1 - start;
	uint64_t end = ends_sentences(p), space = p->space_after;
	uint64_t known = (uint64_t)p->known << 2 | n->known;
	uint64_t state = (uint64_t)open->quotes << 1 | open->brackets;

	length = length < 6 ? length : length < 12 ? 6 : length < 30 ? 7 : 8;
	f->count = 0;
	add(f, mask, 32, 0, 0);
	add(f, mask, 33, p->form, n->shape);
	add(f, mask, 34, n->form, shapes);
	add(f, mask, 35, (uint64_t)p->form << 32 | n->form, n->shape);
	add(f, mask, 36, shapes, (uint64_t)pp->shape << 4 | nn->shape);
	add(f, mask, 37, (uint64_t)pp->form << 32 | p->form, n->shape);
	add(f, mask, 38, (uint64_t)n->form << 32 | nn->form, shapes);
	add(f, mask, 39, n->form, (uint64_t)nn->shape << 8 | shapes);
	add(f, mask, 40, p->suffix, shapes);
	add(f, mask, 41, n->suffix, shapes);
	add(f, mask, 42, p->last, shapes << 8 | length);
	add(f, mask, 43, length, shapes << 4 | end << 1 | space);
	add(f, mask, 44, state << 8 | end << 1 | space, (uint64_t)p->last << 16 | n->last);
	add(f, mask, 45, state << 8 | length, end << 8 | shapes);
	add(f, mask, 46, p->form, (uint64_t)n->suffix << 8 | space);
	add(f, mask, 47, (uint64_t)p->suffix << 32 | n->suffix, shapes);
	add(f, mask, 48, (uint64_t)pp->shape << 8 | shapes, p->last);
	add(f, mask, 49, pp->form, shapes << 8 | (p->last & 0xff));
	add(f, mask, 50, nn->form, shapes << 1 | end);
	add(f, mask, 51, (uint64_t)nn->suffix << 32 | n->suffix, shapes);
	add(f, mask, 52, (uint64_t)nn->shape << 8 | nnn->shape, shapes << 32 | p->last);
	add(f, mask, 53, pieces[start].form, shapes << 4 | (length > 5) << 1 | end);
	add(f, mask, 55, known, shapes << 1 | end);
	add(f, mask, 56, known << 8 | shapes, p->form);
	add(f, mask, 57, known << 8 | shapes, p->suffix);
	add(f, mask, 58, known << 8 | shapes, (uint64_t)nn->known << 4 | nn->shape);
	add(f, mask, 59, known << 8 | shapes, p->last << 4 | length);
	add(f, mask, 60, known << 8 | shapes, nn->suffix);
	add(f, mask, 61, known << 8 | shapes, (uint64_t)pp->known << 4 | pp->shape);
	add(f, mask, 54, p->last, (uint64_t)n->last << 4 | space << 1 | (n->shape == 1));
}

uint64_t chy_ending_hash(const uint32_t *codes, unsigned count, bool whole)
{
	return chy_model_hash(codes, count * sizeof(*codes), whole ? 11 : 12);
}

static const struct chy_contraction *find_rule(const struct chy_segmenter *s, uint64_t hash)
{
	uint32_t check = (uint32_t)(hash >> 32) | 1, at = (uint32_t)hash & s->contraction_mask;

	for (uint32_t tries = 0; tries <= s->contraction_mask; tries++) {
		const uint32_t *slot = s->contraction_slots + 2 * (size_t)at;

		if (!slot[0])
			return NULL;
		if (slot[0] == check)
			return slot[1] < s->contraction_count ? &s->contractions[slot[1]] : NULL;
		at = (at + 1) & s->contraction_mask;
	}
	return NULL;
}

const struct chy_contraction *chy_contraction_find(
	const struct chy_segmenter *s, struct chy_str form)
{
	const struct chy_contraction *rule;
	struct chy_folded folded;
	unsigned longest;

	if (!s->contraction_count)
		return NULL;
	chy_fold_form(form, &folded);
	if (folded.count >= CHY_WORD_CODES)
		return NULL;
	rule = find_rule(s, chy_ending_hash(folded.codes, folded.count, true));
	longest = folded.count - 1 < CHY_ENDING_CODES ? folded.count - 1 : CHY_ENDING_CODES;
	for (unsigned n = longest; !rule && n; n--)
		rule = find_rule(s, chy_ending_hash(folded.codes + folded.count - n, n, false));
	return rule && rule->decide ? rule : NULL;
}

void chy_contraction_features(const struct chy_piece *pieces, size_t count, size_t i,
	const struct chy_contraction *rule, uint32_t mask, struct chy_features *f)
{
	static const struct chy_piece none = {.shape = 15};
	const struct chy_piece *p = i ? &pieces[i - 1] : &none, *w = &pieces[i];
	const struct chy_piece *n = i + 1 < count ? w + 1 : &none;
	const struct chy_piece *nn = i + 2 < count ? w + 2 : &none;
	uint64_t ending = chy_model_hash(rule->ending, sizeof(rule->ending), rule->whole);

	f->count = 0;
	add(f, mask, 64, ending, 0);
	add(f, mask, 65, w->form, w->shape);
	add(f, mask, 66, w->form, n->form);
	add(f, mask, 67, w->form, p->form);
	add(f, mask, 68, w->form, (uint64_t)n->suffix << 8 | n->shape);
	add(f, mask, 69, w->form, (uint64_t)p->suffix << 8 | p->shape);
	add(f, mask, 70, w->form, (uint64_t)n->shape << 8 | p->shape);
	add(f, mask, 71, ending, n->suffix);
	add(f, mask, 72, ending, p->suffix);
	add(f, mask, 73, w->form, (uint64_t)n->suffix << 32 | nn->suffix);
	add(f, mask, 74, ending, (uint64_t)n->shape << 8 | nn->shape);
	add(f, mask, 75, w->form, nn->form);
}

int chy_segmenter_score(const struct chy_segmenter *segmenter, const struct chy_features *f)
{
	int sum = 0;

	for (unsigned i = 0; i < f->count; i++)
		sum += segmenter->weights[f->at[i]];
	return sum;
}

/* Writes in the case of the form: upper throughout where the form is. */
struct writer {
	char *out;
	size_t size, used;
	bool upper, title, full;
};

static void put(struct writer *w, uint32_t code)
{
	if (w->upper)
		code = (uint32_t)u_toupper((UChar32)code);
	else if (w->title)
		code = (uint32_t)u_totitle((UChar32)code);
	w->title = false;
	if (w->used + 5 > w->size)
		w->full = true;
	else
		w->used += chy_utf8_put(code, w->out + w->used);
}

static void put_text(struct writer *w, const char *text, size_t size)
{
	size_t at = 0;

	while (at < size)
		put(w, chy_utf8_next(text, size, &at));
}

static bool all_upper(struct chy_str form, bool *out_first)
{
	size_t at = 0, upper = 0, lower = 0;

	*out_first = false;
	while (at < form.size) {
		bool first = !at;
		uint32_t code = chy_utf8_next(form.data, form.size, &at);
		uint8_t kind = (uint8_t)kind_of(code);

		if (first)
			*out_first = kind == UPPER;
		upper += kind == UPPER;
		lower += kind == LOWER;
	}
	return upper > 1 && !lower;
}

/* Bytes of the form that the first word keeps. */
static size_t kept_bytes(struct chy_str form, unsigned strip)
{
	size_t size = form.size;

	while (strip-- && size) {
		do
			size--;
		while (size && ((unsigned char)form.data[size] & 0xc0) == 0x80);
	}
	return size;
}

/* "dir-lhe-ia": the bytes before the first hyphen, and those after the last. */
static size_t put_split_verb(struct writer *w, struct chy_str form)
{
	const char *first = memchr(form.data, '-', form.size);
	const char *last = memrchr(form.data, '-', form.size);

	if (!first || last == first)
		return 0;
	put_text(w, form.data, (size_t)(first - form.data));
	put_text(w, last + 1, (size_t)(form.data + form.size - last - 1));
	return 1;
}

unsigned chy_contraction_apply(
	const struct chy_contraction *rule, struct chy_str form, char *out, size_t size)
{
	struct writer w = {out, size, 0, false, false, false};
	struct chy_str rest = chy_str_from(rule->rest), part;
	unsigned words = 1;

	w.upper = all_upper(form, &w.title);
	if (rule->tail) {
		if (!put_split_verb(&w, form))
			return 0;
	} else if (rule->strip != 255) {
		put_text(&w, form.data, kept_bytes(form, rule->strip));
	}
	put_text(&w, rule->first, strnlen(rule->first, sizeof(rule->first)));
	if (!w.used)
		return 0;
	chy_str_split(&rest, '+', &part);
	while (chy_str_split(&rest, '+', &part)) {
		if (!part.size || w.used + 1 >= size)
			return 0;
		w.out[w.used++] = '\0';
		w.title = false;
		put_text(&w, part.data, part.size);
		words++;
	}
	if (w.full || words < 2 || w.used >= size)
		return 0;
	w.out[w.used] = '\0';
	return words;
}

int chy_segmenter_open(struct chy_text_model *model, struct chy_fault *fault)
{
	struct chy_segmenter *s = &model->segmenter;
	uint64_t size = 0, rules = 0, slots = 0;

	s->weights = chy_model_section(model, "decide", 1024, &size, fault);
	s->contractions = chy_model_section(model, "contractions", 0, &rules, fault);
	s->contraction_slots = chy_model_section(model, "openings", 8, &slots, fault);
	if (!s->weights || !s->contractions || !s->contraction_slots)
		return CHY_EDAMAGED;
	slots /= 8;
	if (size & (size - 1) || size > UINT32_MAX || slots & (slots - 1) || slots > UINT32_MAX)
		return chy_fault_set(fault, CHY_EDAMAGED, "decide", 0, "a table of odd size");
	s->weight_mask = (uint32_t)size - 1;
	s->contraction_count = (uint32_t)(rules / sizeof(struct chy_contraction));
	s->contraction_mask = (uint32_t)slots - 1;
	for (uint32_t i = 0; i < s->contraction_count; i++) {
		if (!memchr(s->contractions[i].rest, '\0', sizeof(s->contractions[i].rest)))
			return chy_fault_set(fault, CHY_EDAMAGED, "contractions", i, NULL);
	}
	return CHY_OK;
}
