#include "token.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"

enum { LONGEST = 120 }; /* bytes of a word that the rules of endings look at */

/* -- letters -------------------------------------------------------------------- */

static bool in(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

/* What stands for a word by itself: Han, Hiragana, Katakana. */
static bool is_ideograph(uint32_t c)
{
	return in(c, 0x3040, 0x30ff) || in(c, 0x3400, 0x9fff) || in(c, 0xf900, 0xfaff) ||
	       in(c, 0x20000, 0x3ffff);
}

/* Beyond ASCII everything is a letter but for the blocks of signs. */
static bool is_letter(uint32_t c)
{
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5 || c == 0xba;
	return c != 0xd7 && c != 0xf7 && !in(c, 0x2000, 0x206f) && !in(c, 0x20a0, 0x20cf) &&
	       !in(c, 0x2100, 0x2bff) && !in(c, 0x2e00, 0x303f) && !in(c, 0xe000, 0xf8ff) &&
	       !in(c, 0xfe00, 0xfe6f) && !in(c, 0xff00, 0xff0f) && !in(c, 0xff1a, 0xff20) &&
	       c < 0x1f000 && c != 0xfffd && c != 0xfeff;
}

static uint32_t lower(uint32_t c)
{
	if (in(c, 'A', 'Z') || (in(c, 0xc0, 0xde) && c != 0xd7) || in(c, 0x391, 0x3a9) ||
		in(c, 0x410, 0x42f))
		return c + 32;
	if (in(c, 0x100, 0x137) || in(c, 0x14a, 0x177) || in(c, 0x1e00, 0x1eff))
		return c | 1;
	if (in(c, 0x139, 0x148) || in(c, 0x179, 0x17e))
		return c + (c & 1);
	return c == 0x178 ? 0xff : in(c, 0x400, 0x40f) ? c + 80 : c;
}

/* -- words ------------------------------------------------------------------------- */

static inline bool is_word_byte(unsigned char c)
{
	return (unsigned char)((c | 32) - 'a') < 26 || (unsigned char)(c - '0') < 10;
}

/* Whether a letter stands at `at`; *out_next is behind the character. */
static inline bool letter_at(struct chy_str text, size_t at, size_t *out_next, bool *out_alone)
{
	unsigned char byte = (unsigned char)text.data[at];
	uint32_t c;

	*out_alone = false;
	*out_next = at + 1;
	if (byte < 0x80)
		return is_word_byte(byte);
	if (byte == 0xc3 && at + 1 < text.size) { /* the letters of Latin-1 */
		byte = (unsigned char)text.data[at + 1];
		*out_next = at + 2;
		if ((byte & 0xc0) == 0x80)
			return byte != 0x97 && byte != 0xb7;
	}
	*out_next = at;
	c = chy_utf8_next(text.data, text.size, out_next);
	*out_alone = is_ideograph(c);
	return is_letter(c);
}

bool chy_next_word(struct chy_str text, size_t *at, struct chy_str *out)
{
	size_t from = *at, next = from, to;
	bool alone = false;

	while (from < text.size && !letter_at(text, from, &next, &alone))
		from = next;
	if (from >= text.size) {
		*at = text.size;
		return false;
	}
	to = next;
	while (!alone && to < text.size && letter_at(text, to, &next, &alone)) {
		if (alone)
			break;
		to = next;
	}
	*out = (struct chy_str){text.data + from, to - from};
	*at = to;
	return true;
}

/* -- folding ------------------------------------------------------------------------ */

static unsigned fold_letter(uint32_t c, char out[4])
{
	const char *letters;
	unsigned size;

	if (c < 0x80) {
		out[0] = (char)(in(c, 'A', 'Z') ? c + 32 : c);
		return 1;
	}
	if (in(c, 0x300, 0x36f))
		return 0; /* a mark on its own */
	letters = chy_fold_letters(c);
	if (c == 0xaa || c == 0xba)
		letters = c == 0xaa ? "a" : "o"; /* of ordinal numbers */
	size = (unsigned)strlen(letters);
	if (!size)
		return chy_utf8_put(lower(c), out);
	memcpy(out, letters, size);
	return size;
}

size_t chy_fold_word(struct chy_str word, char out[CHY_STEM])
{
	size_t at = 0, n = 0;

	while (at < word.size) {
		char letter[4];
		unsigned size = fold_letter(chy_utf8_next(word.data, word.size, &at), letter);

		if (n + size > CHY_STEM)
			break;
		memcpy(out + n, letter, size);
		n += size;
	}
	return n;
}

/* -- stems ----------------------------------------------------------------------------- */

struct chy_stemmer {
	struct sb_stemmer *of[CHY_TONGUES];
};

void chy_stemmer_free(struct chy_stemmer *stemmer)
{
	for (size_t i = 0; stemmer && i < CHY_TONGUES; i++)
		if (stemmer->of[i])
			sb_stemmer_delete(stemmer->of[i]);
	free(stemmer);
}

struct chy_stemmer *chy_stemmer_new(void)
{
	static const char *const names[CHY_TONGUES] = {NULL, "portuguese", "english", "spanish"};
	struct chy_stemmer *stemmer = calloc(1, sizeof(*stemmer));

	for (size_t i = 1; stemmer && i < CHY_TONGUES; i++) {
		stemmer->of[i] = sb_stemmer_new(names[i], "UTF_8");
		if (!stemmer->of[i]) {
			chy_stemmer_free(stemmer);
			return NULL;
		}
	}
	return stemmer;
}

enum chy_tongue chy_tongue_of(struct chy_str language)
{
	static const char codes[CHY_TONGUES][3] = {"", "pt", "en", "es"};

	for (int i = 1; i < CHY_TONGUES; i++)
		if (language.size >= 2 && memcmp(language.data, codes[i], 2) == 0)
			return (enum chy_tongue)i;
	return CHY_TONGUE_NONE;
}

/* In lower case with its marks, by which the rules of endings go. */
static size_t lower_word(struct chy_str word, char out[LONGEST])
{
	size_t at = 0, n = 0;

	while (at < word.size && n + 4 <= LONGEST)
		n += chy_utf8_put(lower(chy_utf8_next(word.data, word.size, &at)), out + n);
	return n;
}

size_t chy_stem(struct chy_stemmer *stemmer, enum chy_tongue tongue, struct chy_str word,
	char out[CHY_STEM])
{
	struct sb_stemmer *rules = stemmer->of[tongue];
	char marked[LONGEST];
	const sb_symbol *stem;
	size_t size;

	if (!rules)
		return chy_fold_word(word, out);
	size = lower_word(word, marked);
	stem = sb_stemmer_stem(rules, (const sb_symbol *)marked, (int)size);
	if (!stem)
		return chy_fold_word(word, out);
	size = chy_fold_word(
		(struct chy_str){(const char *)stem, (size_t)sb_stemmer_length(rules)}, out);
	return size ? size : chy_fold_word(word, out);
}
