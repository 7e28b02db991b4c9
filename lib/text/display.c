/* What a terminal shows, by ICU. */
#include "chancery/display.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uloc.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "chancery/error.h"
#include "chancery/fold.h"
#include "plain_break.h"

/* ICU takes longer to load than most questions to answer, and most show nothing
 * that needs it: it is loaded when it is first asked. */
/* clang-format off */
#define FUNCTIONS(each) \
	each(u_charType) each(u_getIntPropertyValue) each(ubrk_open) \
	each(utext_openUTF8) each(ubrk_setUText) each(ubrk_close) \
	each(utext_close) each(ubrk_next) each(uloc_getISOCountries) \
	each(uloc_getISO3Country) each(uloc_getDisplayCountry) each(u_strToUTF8) \
	each(uloc_getISO3Language) each(unorm2_getNFKDInstance) each(unorm2_normalize) \
	each(u_strFoldCase) each(u_strToUTF8WithSub) each(u_strFromUTF8WithSub)
/* clang-format on */

#define MEMBER(name) __typeof__ (&(name))(name);
/* With the version that ICU's headers add. */
#define NAME_OF(name) NAME_AS_IT_IS(name)
#define NAME_AS_IT_IS(name) #name
#define FIND(name)                                                                                 \
	*(void **)&icu.name = dlsym(library, NAME_OF(name));                                       \
	found = found && icu.name;

static struct {
	FUNCTIONS(MEMBER)
	bool loaded;
} icu;
static pthread_once_t icu_once = PTHREAD_ONCE_INIT;

static void load_icu(void)
{
	void *library = dlopen("libicuuc.so." U_ICU_VERSION_SHORT, RTLD_LAZY | RTLD_LOCAL);
	bool found = library;

	if (!library)
		return;
	FUNCTIONS(FIND)
	icu.loaded = found;
}

static bool has_icu(void)
{
	pthread_once(&icu_once, load_icu);
	return icu.loaded;
}

/* Only so much of a text is looked at to fill a line: terminals are not
 * wider, and the cost must not grow with the text behind. */
enum { LOOK = 4096 };

/* Columns of one code point, combining marks and controls none. */
static unsigned code_width(uint32_t code)
{
	if (code >= 0x20 && code < 0x7f)
		return 1;
	switch (icu.u_charType((UChar32)code)) {
	case U_NON_SPACING_MARK:
	case U_ENCLOSING_MARK:
	case U_FORMAT_CHAR:
	case U_CONTROL_CHAR:
	case U_LINE_SEPARATOR:
	case U_PARAGRAPH_SEPARATOR:
		return code == 0xad ? 1 : 0; /* terminals draw the soft hyphen */
	default:
		break;
	}
	if (code >= 0x1160 && code <= 0x11ff) /* Hangul vowels join the syllable */
		return 0;
	switch (icu.u_getIntPropertyValue((UChar32)code, UCHAR_EAST_ASIAN_WIDTH)) {
	case U_EA_FULLWIDTH:
	case U_EA_WIDE:
		return 2;
	default:
		return 1;
	}
}

/* Columns of a grapheme: those of its widest code point, two where a variation
 * selector asks for the picture. */
static unsigned cluster_width(const char *text, size_t size)
{
	unsigned width = 0;
	size_t at = 0;

	while (at < size) {
		uint32_t code = chy_utf8_next(text, size, &at);
		unsigned w = code == 0xfe0f && width ? 2 : code_width(code);

		width = w > width ? w : width;
	}
	return width;
}

/* ICU's iterators over UTF-8 are for the thread that opened them; each call
 * opens its own, which is cheap beside what terminals cost. */
struct boundaries {
	UText text;
	UBreakIterator *iterator;
};

static bool boundaries_init(struct boundaries *b, UBreakIteratorType type, const char *locale,
	const char *text, size_t size)
{
	UErrorCode error = U_ZERO_ERROR;

	b->text = (UText)UTEXT_INITIALIZER;
	b->iterator = NULL;
	if (!has_icu())
		return false;
	b->iterator = icu.ubrk_open(type, locale, NULL, 0, &error);
	icu.utext_openUTF8(&b->text, text, (int64_t)size, &error);
	icu.ubrk_setUText(b->iterator, &b->text, &error);
	return U_SUCCESS(error);
}

static void boundaries_fini(struct boundaries *b)
{
	if (!has_icu())
		return;
	if (b->iterator)
		icu.ubrk_close(b->iterator);
	icu.utext_close(&b->text);
}

/* Each a grapheme of one column: what letters of Europe and their punctuation
 * are, marks and the soft hyphen aside. */
static bool is_simple(uint32_t code)
{
	return (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code < 0x300 && code != 0xad) ||
	       (code >= 0x400 && code < 0x483) || (code >= 0x2010 && code < 0x2028) ||
	       (code >= 0x20a0 && code < 0x20c1) || (code >= 0x2190 && code < 0x2194);
}

/* Bytes of the text's beginning that is simple and fits; *out_columns what it
 * takes. */
static size_t fit_simple(struct chy_str text, size_t columns, size_t *out_columns)
{
	size_t at = 0, n = 0;

	while (at < text.size && n < columns) {
		size_t from = at;

		if (!is_simple(chy_utf8_next(text.data, text.size, &at))) {
			at = from;
			break;
		}
		n++;
	}
	*out_columns = n;
	return at;
}

size_t chy_display_width(struct chy_str text)
{
	struct boundaries b;
	size_t width = 0;
	int32_t from = 0, to;

	if (fit_simple(text, SIZE_MAX, &width) == text.size)
		return width;
	width = 0;
	if (boundaries_init(&b, UBRK_CHARACTER, "", text.data, text.size)) {
		while ((to = icu.ubrk_next(b.iterator)) != UBRK_DONE) {
			width += cluster_width(text.data + from, (size_t)(to - from));
			from = to;
		}
	}
	boundaries_fini(&b);
	return width;
}

static size_t look_at(struct chy_str text)
{
	size_t size = text.size < LOOK ? text.size : LOOK;

	while (size < text.size && size && ((unsigned char)text.data[size] & 0xc0) == 0x80)
		size--;
	return size;
}

/* Bytes of the graphemes that fit; *out_first those of the first. */
static size_t fit(struct chy_str text, size_t columns, size_t *out_first)
{
	struct boundaries b;
	size_t width = 0, size = fit_simple(text, columns, &width), next = size;
	int32_t from = 0, to;

	/* What comes next may be a mark of the last. */
	if (size == text.size || (size && is_simple(chy_utf8_next(text.data, text.size, &next)))) {
		next = 0;
		chy_utf8_next(text.data, text.size, &next);
		*out_first = next;
		return size;
	}
	width = size = 0;
	*out_first = text.size;
	if (boundaries_init(&b, UBRK_CHARACTER, "", text.data, text.size)) {
		while ((to = icu.ubrk_next(b.iterator)) != UBRK_DONE) {
			if (!from)
				*out_first = (size_t)to;
			width += cluster_width(text.data + from, (size_t)(to - from));
			if (width > columns)
				break;
			size = (size_t)to;
			from = to;
		}
	}
	boundaries_fini(&b);
	return size;
}

size_t chy_display_fit(struct chy_str text, size_t columns)
{
	size_t first;

	if (!text.size)
		return 0;
	/* A column has four bytes at the most, marks aside. */
	if (columns < LOOK / 8)
		text.size = look_at(text);
	return fit(text, columns, &first);
}

static size_t white_before(const char *text, size_t end)
{
	while (end && (text[end - 1] == ' ' || text[end - 1] == '\t'))
		end--;
	return end;
}

static size_t white_at(struct chy_str text, size_t at)
{
	size_t from = at;

	while (at < text.size && (text.data[at] == ' ' || text.data[at] == '\t'))
		at++;
	if (at < text.size && text.data[at] == '\r')
		at++;
	if (at < text.size && text.data[at] == '\n')
		at++;
	return at - from;
}

/* Languages that break lines as Unicode says, no other way. */
static bool has_plain_breaks(const char *locale)
{
	return !locale[0] || strncmp(locale, "en", 2) == 0 || strncmp(locale, "pt", 2) == 0 ||
	       strncmp(locale, "es", 2) == 0;
}

/* The last place where a line may end, so that its text (white space at its
 * end aside) is at most `limit` bytes; 0 where there is none. A newline ends
 * it in any case. */
static size_t last_break(struct chy_str text, const char *locale, size_t limit)
{
	struct boundaries b;
	size_t best = 0;
	int32_t to;

	if (has_plain_breaks(locale) && chy_plain_break(text, limit, &best))
		return best;
	if (boundaries_init(&b, UBRK_LINE, locale, text.data, text.size)) {
		while ((to = icu.ubrk_next(b.iterator)) != UBRK_DONE) {
			size_t end = (size_t)to;

			while (end && (text.data[end - 1] == '\n' || text.data[end - 1] == '\r'))
				end--;
			if (white_before(text.data, end) > limit)
				break;
			best = white_before(text.data, end);
			if (end < (size_t)to || (size_t)to == text.size)
				break;
		}
	}
	boundaries_fini(&b);
	return best;
}

size_t chy_display_break(struct chy_str text, size_t columns, const char *locale, size_t *out_skip)
{
	struct chy_str view = text;
	size_t first, fits, end;

	*out_skip = 0;
	if (!text.size)
		return 0;
	view.size = columns < LOOK / 8 ? look_at(text) : text.size;
	fits = fit(view, columns, &first);
	if (fits == text.size && !memchr(text.data, '\n', text.size))
		return fits;
	end = last_break(view, locale ? locale : "", fits);
	if (!end && !(white_at(text, 0) && text.data[0] == '\n'))
		end = fits ? fits : first; /* a word longer than the line */
	*out_skip = white_at(text, end);
	return end;
}

/* The two-letter code of a country, which CLDR's names hang on. */
static bool alpha2_of(const char *alpha3, char out[4])
{
	const char *const *codes = icu.uloc_getISOCountries();

	for (; *codes; codes++) {
		char locale[16] = "und_";

		strncat(locale, *codes, 8);
		if (strcmp(icu.uloc_getISO3Country(locale), alpha3) == 0) {
			memcpy(out, *codes, 3);
			return true;
		}
	}
	return false;
}

int chy_display_country(const char *alpha3, const char *locale, struct chy_buffer *out)
{
	UErrorCode error = U_ZERO_ERROR;
	char country[16] = "und_", alpha2[4];
	char utf8[512];
	UChar name[128];
	int32_t size;

	if (!locale)
		locale = "en";
	if (!alpha3 || strlen(alpha3) != 3 || !has_icu() || !alpha2_of(alpha3, alpha2))
		return CHY_NOT_FOUND;
	strncat(country, alpha2, 3);
	size = icu.uloc_getDisplayCountry(country, locale, name, 128, &error);
	if (U_FAILURE(error) || size <= 0)
		return CHY_NOT_FOUND;
	if (error == U_USING_DEFAULT_WARNING && strcmp(locale, "en") != 0)
		return chy_display_country(alpha3, "en", out);
	icu.u_strToUTF8(utf8, sizeof(utf8), &size, name, size, &error);
	if (U_FAILURE(error))
		return CHY_NOT_FOUND;
	chy_buffer_add(out, utf8, (size_t)size);
	return out->failed ? CHY_EMEM : CHY_OK;
}

bool chy_display_is_language(const char *locale)
{
	return !has_icu() || icu.uloc_getISO3Language(locale)[0] != '\0';
}

/* What the letters of Latin-1 are without marks and case; 0 for the others, which
 * Unicode's own tables are asked for: to these Ð and Ø are letters without marks. */
static char fold_latin(uint32_t code)
{
	const char *letters = chy_fold_letters(code);

	if (code >= 'A' && code <= 'Z')
		return (char)(code + 32);
	if (code >= 0x20 && code < 0x7f)
		return (char)code;
	if (code > 0xff || (code | 32) == 0xf0 || (code | 32) == 0xf8 || !letters[0] || letters[1])
		return 0;
	return letters[0];
}

/* Whether the text has only such letters: then *out has been added to. */
static bool add_latin(struct chy_str text, struct chy_buffer *out)
{
	size_t at = 0, before = out->size;

	while (at < text.size) {
		char letter = fold_latin(chy_utf8_next(text.data, text.size, &at));

		if (!letter) {
			out->size = before;
			return false;
		}
		chy_buffer_add_char(out, letter);
	}
	return true;
}

static void add_without_marks(struct chy_str text, struct chy_buffer *out)
{
	size_t at = 0;

	while (at < text.size) {
		size_t from = at;
		uint32_t code = chy_utf8_next(text.data, text.size, &at);
		int8_t kind = icu.u_charType((UChar32)code);

		if (kind != U_NON_SPACING_MARK && kind != U_ENCLOSING_MARK)
			chy_buffer_add(out, text.data + from, at - from);
	}
}

/* Decomposes and case-folds; text and space hold limit units each. */
static int fold_utf16(
	UChar *text, int32_t size, UChar *space, int32_t limit, struct chy_buffer *out)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *nfkd = icu.unorm2_getNFKDInstance(&error);
	int32_t bytes = 0;

	size = icu.unorm2_normalize(nfkd, text, size, space, limit, &error);
	size = icu.u_strFoldCase(text, limit, space, size, U_FOLD_CASE_DEFAULT, &error);
	/* The folded text as UTF-8, in the room of the other. */
	icu.u_strToUTF8WithSub((char *)space, limit * (int32_t)sizeof(*space), &bytes, text, size,
		0xfffd, NULL, &error);
	if (U_FAILURE(error))
		return CHY_ELIMIT;
	add_without_marks((struct chy_str){(const char *)space, (size_t)bytes}, out);
	return out->failed ? CHY_EMEM : CHY_OK;
}

int chy_display_fold(struct chy_str text, struct chy_buffer *out)
{
	UErrorCode error = U_ZERO_ERROR;
	/* NFKD makes at most 18 units of one of three bytes (UAX 15). */
	size_t limit = text.size * 8 + 64;
	int32_t size;
	UChar *space;
	int result;

	if (add_latin(text, out))
		return out->failed ? CHY_EMEM : CHY_OK;
	if (!has_icu())
		return CHY_EABSENT;
	if (text.size > (1u << 20))
		return CHY_ELIMIT;
	space = malloc(2 * limit * sizeof(UChar));
	if (!space)
		return CHY_EMEM;
	icu.u_strFromUTF8WithSub(
		space, (int32_t)limit, &size, text.data, (int32_t)text.size, 0xfffd, NULL, &error);
	result = U_FAILURE(error) ? CHY_EINPUT
				  : fold_utf16(space, size, space + limit, (int32_t)limit, out);
	free(space);
	return result;
}
