#include "lemma.h"

#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>

enum { FORM_LIMIT = 512 }; /* bytes; a longer form is its own lemma */

/* The form in the mode's case; its size. out holds 2 * FORM_LIMIT bytes. */
static size_t recase(char mode, struct chy_str form, char *out)
{
	size_t at = 0, size = 0;

	while (at < form.size) {
		bool first = at == 0;
		uint32_t code = chy_utf8_next(form.data, form.size, &at);

		if (mode == 't' && first)
			code = (uint32_t)u_totitle((UChar32)code);
		else if (mode != 'k')
			code = (uint32_t)u_tolower((UChar32)code);
		size += chy_utf8_put(code, out + size);
	}
	return size;
}

/* Bytes that are left when strip code points go off the end; negative where
 * the text has not so many. */
static long stripped(const char *text, size_t size, unsigned strip)
{
	while (strip--) {
		if (!size)
			return -1;
		do
			size--;
		while (size && ((unsigned char)text[size] & 0xc0) == 0x80);
	}
	return (long)size;
}

static unsigned count_codes(const char *text, size_t size)
{
	unsigned count = 0;

	for (size_t i = 0; i < size; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static bool edit(char mode, struct chy_str form, struct chy_str lemma, struct chy_script *out)
{
	char base[2 * FORM_LIMIT];
	size_t size = recase(mode, form, base), same = 0, limit;
	unsigned strip;

	limit = size < lemma.size ? size : lemma.size;
	while (same < limit && base[same] == lemma.data[same])
		same++;
	while (same &&
		((same < size && ((unsigned char)base[same] & 0xc0) == 0x80) ||
			(same < lemma.size && ((unsigned char)lemma.data[same] & 0xc0) == 0x80)))
		same--;
	strip = count_codes(base + same, size - same);
	if (lemma.size - same >= sizeof(out->add) || strip >= CHY_SCRIPT_WHOLE)
		return false;
	if (!same) /* nothing in common: only this very form has this lemma */
		strip = CHY_SCRIPT_WHOLE;
	memset(out, 0, sizeof(*out));
	out->mode = mode;
	out->strip = (uint8_t)strip;
	memcpy(out->add, lemma.data + same, lemma.size - same);
	return true;
}

bool chy_script_find(struct chy_str form, struct chy_str lemma, struct chy_script *out)
{
	struct chy_script best = {0}, script;
	size_t best_cost = SIZE_MAX;

	if (!form.size || !lemma.size || form.size > FORM_LIMIT)
		return false;
	for (const char *mode = "lkt"; *mode; mode++) {
		size_t cost;

		if (!edit(*mode, form, lemma, &script))
			continue;
		cost = script.strip + strlen(script.add);
		if (cost < best_cost) {
			best_cost = cost;
			best = script;
		}
	}
	if (best_cost == SIZE_MAX)
		return false;
	*out = best;
	return true;
}

bool chy_script_fits(const struct chy_script *script, struct chy_str form)
{
	return form.size <= FORM_LIMIT && script->strip != CHY_SCRIPT_WHOLE &&
	       stripped(form.data, form.size, script->strip) > 0;
}

struct chy_str chy_script_apply(
	const struct chy_script *script, struct chy_str form, struct chy_arena *arena)
{
	size_t added = strnlen(script->add, sizeof(script->add));
	char base[2 * FORM_LIMIT];
	struct chy_str out = {NULL, 0};
	long kept = 0;
	char *copy;

	if (form.size > FORM_LIMIT)
		return form;
	if (script->strip != CHY_SCRIPT_WHOLE) {
		kept = (long)recase(script->mode, form, base);
		kept = stripped(base, (size_t)kept, script->strip);
	}
	if (kept < 0)
		return form;
	if ((size_t)kept == form.size && !added && memcmp(base, form.data, form.size) == 0)
		return form;
	copy = chy_arena_alloc(arena, (size_t)kept + added + 1);
	if (!copy)
		return out;
	memcpy(copy, base, (size_t)kept);
	memcpy(copy + kept, script->add, added);
	out = (struct chy_str){copy, (size_t)kept + added};
	return out.size ? out : form;
}
