#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"
#include "internal.h"

static struct chy_str text(const struct chy_catalogue *catalogue, struct chy_lex_ref ref)
{
	return chy_lexicon_text(&catalogue->lexicon, ref);
}

static bool set_claimants(
	struct chy_catalogue *catalogue, struct chy_dispute *out, struct chy_str codes)
{
	struct chy_str part;
	size_t n = 1;

	for (size_t i = 0; i < codes.size; i++)
		n += codes.data[i] == '|';
	out->claimants = chy_arena_array(&catalogue->arena, struct chy_str, n);
	if (!out->claimants)
		return false;
	while (codes.size && chy_str_split(&codes, '|', &part))
		out->claimants[out->claimant_count++] = part;
	return true;
}

static bool unfold_disputes(struct chy_catalogue *catalogue)
{
	catalogue->entries = chy_arena_array(
		&catalogue->arena, struct chy_dispute, catalogue->dispute_count + 1);
	if (!catalogue->entries)
		return false;
	for (size_t i = 0; i < catalogue->dispute_count; i++) {
		const struct chy_lex_dispute *row = &catalogue->disputes[i];
		struct chy_dispute *out = &catalogue->entries[i];

		*out = (struct chy_dispute){.id = text(catalogue, row->id),
			.name_en = text(catalogue, row->en),
			.name_pt = text(catalogue, row->pt),
			.name_es = text(catalogue, row->es),
			.issue = text(catalogue, row->issue),
			.region = text(catalogue, row->region),
			.start = text(catalogue, row->start),
			.end = text(catalogue, row->end)};
		if (!set_claimants(catalogue, out, text(catalogue, row->claimants)))
			return false;
	}
	return true;
}

int chy_catalogue_open(struct chy_catalogue **out, struct chy_fault *fault)
{
	struct chy_catalogue *c = calloc(1, sizeof(*c));
	int result;

	if (!c)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	chy_arena_init(&c->arena);
	result = chy_lexicon_open("catalogue.lex", &c->lexicon, fault);
	if (result) {
		free(c);
		return result;
	}
	c->actors = chy_lexicon_rows(&c->lexicon, "actor", sizeof(*c->actors), &c->actor_count);
	c->terms = chy_lexicon_rows(&c->lexicon, "term", sizeof(*c->terms), &c->term_count);
	c->people = chy_lexicon_rows(&c->lexicon, "person", sizeof(*c->people), &c->person_count);
	c->disputes =
		chy_lexicon_rows(&c->lexicon, "dispute", sizeof(*c->disputes), &c->dispute_count);
	c->places = chy_lexicon_rows(&c->lexicon, "place", sizeof(*c->places), &c->place_count);
	if (!unfold_disputes(c)) {
		chy_catalogue_close(c);
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	}
	*out = c;
	return CHY_OK;
}

void chy_catalogue_close(struct chy_catalogue *catalogue)
{
	if (!catalogue)
		return;
	chy_lexicon_close(&catalogue->lexicon);
	chy_arena_fini(&catalogue->arena);
	free(catalogue);
}

size_t chy_catalogue_dispute_count(const struct chy_catalogue *catalogue)
{
	return catalogue->dispute_count;
}

const struct chy_dispute *chy_catalogue_dispute(const struct chy_catalogue *catalogue, size_t i)
{
	return i < catalogue->dispute_count ? &catalogue->entries[i] : NULL;
}

const struct chy_dispute *chy_catalogue_find(
	const struct chy_catalogue *catalogue, struct chy_str id)
{
	for (size_t i = 0; i < catalogue->dispute_count; i++)
		if (chy_str_equal(catalogue->entries[i].id, id))
			return &catalogue->entries[i];
	return NULL;
}

static const struct chy_lex_actor *actor_of(
	const struct chy_catalogue *catalogue, struct chy_str code)
{
	for (size_t i = 0; i < catalogue->actor_count; i++)
		if (chy_str_equal(text(catalogue, catalogue->actors[i].code), code))
			return &catalogue->actors[i];
	for (size_t i = 0; i < catalogue->actor_count; i++)
		if (chy_str_equal(text(catalogue, catalogue->actors[i].coded), code))
			return &catalogue->actors[i];
	return NULL;
}

struct chy_str chy_catalogue_actor_name(
	const struct chy_catalogue *catalogue, struct chy_str code, const char *language)
{
	const struct chy_lex_actor *actor = actor_of(catalogue, code);

	if (!actor)
		return (struct chy_str){"", 0};
	if (strcmp(language, "pt") == 0)
		return text(catalogue, actor->pt);
	if (strcmp(language, "br") == 0)
		return text(catalogue, actor->br);
	if (strcmp(language, "es") == 0)
		return text(catalogue, actor->es);
	return text(catalogue, actor->en);
}

static int rank(const struct chy_catalogue *catalogue, const struct chy_lex_term *term)
{
	const struct chy_lex_actor *actor = &catalogue->actors[term->actor];

	return (actor->to_year ? 8 : 0) + term->kind;
}

struct chy_str chy_catalogue_actor_code(const struct chy_catalogue *catalogue, struct chy_str typed)
{
	const struct chy_lex_term *best = NULL;
	const struct chy_lex_actor *actor;
	struct chy_buffer key;
	struct chy_str upper;
	char code[32];
	size_t i;

	typed = chy_str_trim(typed);
	upper = typed;
	if (typed.size < sizeof(code)) {
		for (i = 0; i < typed.size; i++)
			code[i] = typed.data[i] >= 'a' && typed.data[i] <= 'z'
					  ? (char)(typed.data[i] - 32)
					  : typed.data[i];
		upper = (struct chy_str){code, typed.size};
	}
	actor = actor_of(catalogue, upper);
	if (actor)
		return text(catalogue, actor->coded);
	chy_buffer_init(&key);
	chy_fold(typed, &key);
	i = chy_lexicon_find(&catalogue->lexicon, catalogue->terms, catalogue->term_count,
		sizeof(*catalogue->terms), (struct chy_str){key.data, key.size});
	for (; i < catalogue->term_count && chy_str_equal(text(catalogue, catalogue->terms[i].key),
						    (struct chy_str){key.data, key.size});
		i++)
		if (!best || rank(catalogue, &catalogue->terms[i]) < rank(catalogue, best))
			best = &catalogue->terms[i];
	chy_buffer_fini(&key);
	return best ? text(catalogue, catalogue->actors[best->actor].coded)
		    : (struct chy_str){"", 0};
}

/* -- posts -------------------------------------------------------------------- */

/* The row under the full name, of those that lead to one post. */
static bool is_full_name(const struct chy_catalogue *catalogue, const struct chy_lex_person *row,
	struct chy_buffer *folded)
{
	chy_buffer_clear(folded);
	chy_fold(text(catalogue, row->name), folded);
	return !row->surname && chy_str_equal((struct chy_str){folded->data, folded->size},
					text(catalogue, row->key));
}

int chy_catalogue_posts(const struct chy_catalogue *catalogue, chy_post_visit *visit, void *user)
{
	struct chy_buffer folded;
	int result = 0;

	chy_buffer_init(&folded);
	for (size_t i = 0; i < catalogue->person_count && !result; i++) {
		const struct chy_lex_person *row = &catalogue->people[i];
		const struct chy_post post = {text(catalogue, row->name),
			text(catalogue, catalogue->actors[row->actor].coded),
			text(catalogue, row->role), row->start, row->end};

		if (is_full_name(catalogue, row, &folded))
			result = visit(user, &post);
	}
	chy_buffer_fini(&folded);
	return result;
}

static bool has_word(struct chy_str words, struct chy_str word)
{
	struct chy_str one;

	while (chy_str_split(&words, ' ', &one))
		if (chy_str_equal(one, word))
			return true;
	return false;
}

bool chy_names_person(struct chy_str typed, struct chy_str person)
{
	struct chy_buffer a, b;
	struct chy_str words, word;
	bool good = false;

	chy_buffer_init(&a);
	chy_buffer_init(&b);
	chy_fold(chy_str_trim(typed), &a);
	chy_fold(person, &b);
	words = (struct chy_str){a.data, a.size};
	while (words.size && chy_str_split(&words, ' ', &word)) {
		good = has_word((struct chy_str){b.data, b.size}, word);
		if (!good)
			break;
	}
	chy_buffer_fini(&a);
	chy_buffer_fini(&b);
	return good;
}
