/* Bytes to UTF-8, keeping for each character the bytes that it came from.
 *
 * The charset is, in this order: what a byte order mark says; UTF-8 where the
 * bytes are that; UTF-16 where every other byte is NUL; what the document
 * declares (meta, XML declaration, header block), but for Latin-1, which on
 * the web means Windows-1252; UTF-8 where hardly a byte contradicts it; what
 * ICU's detector finds, but for the Latin charsets, which it takes for one
 * another and which are told apart by the few bytes in which they differ. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "internal.h"

enum { HEAD = 4096, DETECTED = 64 * 1024, SURE = 40, LATIN_MARGIN = 20 };

static bool starts(const struct chy_ingest_input *input, const char *magic, size_t size)
{
	return input->size >= size && memcmp(input->bytes, magic, size) == 0;
}

static const struct mark {
	const char *bytes;
	size_t size;
	const char *charset;
} marks[] = {
	{"\xef\xbb\xbf", 3, "UTF-8"},
	{"\xff\xfe\0\0", 4, "UTF-32LE"},
	{"\0\0\xfe\xff", 4, "UTF-32BE"},
	{"\xff\xfe", 2, "UTF-16LE"},
	{"\xfe\xff", 2, "UTF-16BE"},
};

static const struct mark *mark_of(const struct chy_ingest_input *input)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (starts(input, marks[i].bytes, marks[i].size))
			return &marks[i];
	return NULL;
}

/* NUL bytes at every other place of the beginning: UTF-16 without its mark. */
static const char *wide(const struct chy_ingest_input *input)
{
	const unsigned char *bytes = input->bytes;
	size_t even = 0, odd = 0, n = input->size < HEAD ? input->size : HEAD;

	for (size_t i = 0; i < n; i++)
		if (!bytes[i])
			*(i % 2 ? &odd : &even) += 1;
	if (n < 4 || even + odd < n / 4)
		return NULL;
	return odd > 8 * even ? "UTF-16LE" : even > 8 * odd ? "UTF-16BE" : NULL;
}

/* The name that MIME prefers, else IANA's; NULL for a charset that ICU has not. */
static const char *standard_name(const char *name)
{
	UErrorCode status = U_ZERO_ERROR;
	const char *standard = ucnv_getStandardName(name, "MIME", &status);

	status = U_ZERO_ERROR;
	return standard ? standard : ucnv_getStandardName(name, "IANA", &status);
}

/* A charset's name after `charset` or `encoding` and `=` or `:`, by its
 * standard name; NULL where there is none that ICU knows. */
static const char *declared_at(const char *at, const char *end)
{
	char name[48];
	size_t n = 0;

	while (at < end && strchr(" \t\"'=:", *at) && *at)
		at++;
	while (at < end && n + 1 < sizeof(name) &&
		(isalnum((unsigned char)*at) || *at == '-' || *at == '_'))
		name[n++] = *at++;
	name[n] = '\0';
	return n ? standard_name(name) : NULL;
}

static const char *declared(const struct chy_ingest_input *input)
{
	static const char *const words[] = {"charset", "encoding"};
	const char *bytes = input->bytes;
	const char *end = bytes + (input->size < HEAD ? input->size : HEAD);

	for (const char *at = bytes; at + 9 < end; at++)
		for (size_t i = 0; i < 2; i++) {
			size_t size = strlen(words[i]);
			const char *name = NULL;

			if (strncasecmp(at, words[i], size) == 0 && strchr(" =:", at[size]) &&
				at[size])
				name = declared_at(at + size, end);
			if (name)
				return name;
		}
	return NULL;
}

/* Whether a character begins at `at` that the end of the file cuts off. */
static bool cut_off(const unsigned char *bytes, size_t size, size_t at)
{
	unsigned char lead = bytes[at];
	size_t whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

	if (lead < 0xc2 || lead > 0xf4 || at + whole <= size)
		return false;
	while (++at < size)
		if (bytes[at] >> 6 != 2)
			return false;
	return true;
}

/* Well-formed sequences of more than one byte, and bytes in none. */
static void count_utf8(const struct chy_ingest_input *input, size_t *good, size_t *bad)
{
	const char *bytes = input->bytes;
	size_t at = 0;

	*good = *bad = 0;
	while (at < input->size) {
		size_t before = at;

		chy_utf8_next(bytes, input->size, &at);
		*good += at - before > 1;
		if (at - before > 1 || (unsigned char)bytes[before] < 0x80)
			continue;
		if (cut_off(input->bytes, input->size, before))
			return;
		++*bad;
	}
}

/* Bytes 0x80 to 0x9f are letters and quotes in Windows-1252 only; 0xa4 is the
 * euro sign in ISO-8859-15, and the currency sign of ISO-8859-1 is not found in
 * news; 0xa6, 0xa8, 0xb4, 0xb8, 0xbc to 0xbe are letters in ISO-8859-15, and
 * such only beside letters. */
static const char *latin(const struct chy_ingest_input *input)
{
	const unsigned char *bytes = input->bytes;
	bool fifteen = false;

	for (size_t i = 0; i < input->size; i++) {
		bool inside =
			i && isalpha(bytes[i - 1]) && i + 1 < input->size && isalpha(bytes[i + 1]);

		if (bytes[i] >= 0x80 && bytes[i] <= 0x9f)
			return "windows-1252";
		fifteen = fifteen || bytes[i] == 0xa4 ||
			  (inside && strchr("\xa6\xa8\xb4\xb8\xbc\xbd\xbe", bytes[i]) && bytes[i]);
	}
	return fifteen ? "ISO-8859-15" : "ISO-8859-1";
}

static bool is_latin(const char *name)
{
	static const char *const latins[] = {"ISO-8859-1", "ISO-8859-2", "ISO-8859-9",
		"ISO-8859-15", "windows-1250", "windows-1252", "windows-1254", "US-ASCII"};

	for (size_t i = 0; i < sizeof(latins) / sizeof(latins[0]); i++)
		if (strcasecmp(name, latins[i]) == 0)
			return true;
	return false;
}

/* What ICU's detector is sure of and that is no Latin charset: letters beyond
 * ASCII are few in Latin ones and most in all others. */
static const char *detected(const struct chy_ingest_input *input)
{
	const char *bytes = input->bytes, *best = NULL;
	size_t size = input->size < DETECTED ? input->size : DETECTED, high = 0;
	UErrorCode status = U_ZERO_ERROR;
	UCharsetDetector *detector = ucsdet_open(&status);
	const UCharsetMatch **matches;
	int32_t count = 0, sure = 0, latin_sure = 0;

	for (size_t i = 0; i < size; i++)
		high += (unsigned char)bytes[i] >= 0x80;
	ucsdet_setText(detector, bytes, (int32_t)size, &status);
	matches = ucsdet_detectAll(detector, &count, &status);
	for (int32_t i = 0; U_SUCCESS(status) && i < count; i++) {
		int32_t confidence = ucsdet_getConfidence(matches[i], &status);
		const char *name = ucsdet_getName(matches[i], &status);

		if (U_SUCCESS(status) && is_latin(name) && confidence > latin_sure)
			latin_sure = confidence;
		else if (U_SUCCESS(status) && !is_latin(name) && confidence > sure) {
			sure = confidence;
			best = name;
		}
	}
	if (best)
		best = standard_name(best);
	ucsdet_close(detector);
	return best && high * 6 > size && sure >= SURE && sure + LATIN_MARGIN > latin_sure ? best
											   : NULL;
}

static const char *choose(const struct chy_ingest_input *input)
{
	const char *name = declared(input), *found;
	size_t good, bad;
	bool narrow = !memchr(input->bytes, '\0', input->size);

	count_utf8(input, &good, &bad);
	if (narrow && !bad && good)
		return "UTF-8";
	found = narrow ? NULL : wide(input);
	if (found)
		return found;
	if (name && strncmp(name, "UTF", 3) != 0 && strcmp(name, "ISO-8859-1") != 0)
		return name;
	if (!bad)
		return good || (name && strcmp(name, "UTF-8") == 0) ? "UTF-8" : "US-ASCII";
	/* In another charset sequences that are well-formed here are rare. */
	if (good > 2 * bad || (name && strcmp(name, "UTF-8") == 0 && good > bad))
		return "UTF-8";
	found = name ? NULL : detected(input);
	return found ? found : latin(input);
}

/* Every tenth character wrong or a control: that is no text. */
static int too_many_bad(struct chy_reading *reading, size_t bad, size_t characters)
{
	if (bad * 10 <= characters)
		return CHY_OK;
	return chy_fault_set(reading->fault, CHY_EUNSUPPORTED, NULL, 0,
		"it is no text in any charset that was tried, but binary data");
}

static bool wrong(uint32_t point)
{
	return point == 0xfffd ||
	       (point < 0x20 && point != '\t' && point != '\n' && point != '\r' && point != '\f');
}

static void add_point(struct trace *out, uint32_t point, size_t start, size_t end)
{
	char bytes[4];

	/* NUL stands for nothing; left in, it would end strings. */
	if (point)
		trace_add(out, bytes, chy_utf8_put(point, bytes), start, end, 1);
}

/* UTF-8 as it is, each byte that is none as U+FFFD. */
static int keep(struct chy_reading *reading, struct trace *out, size_t skip)
{
	const char *bytes = reading->input->bytes;
	size_t size = reading->input->size, at = skip, run = skip, bad = 0;

	while (at < size) {
		size_t before = at;
		uint32_t point = chy_utf8_next(bytes, size, &at);

		if (!wrong(point) || (point == 0xfffd && at - before == 3))
			continue;
		bad++;
		trace_add_same(out, bytes + run, before - run, run);
		add_point(out, point, before, at);
		run = at;
	}
	trace_add_same(out, bytes + run, size - run, run);
	return too_many_bad(reading, bad, size);
}

static int convert_all(
	struct chy_reading *reading, UConverter *converter, size_t skip, struct trace *out)
{
	const char *start = reading->input->bytes, *at = start + skip;
	const char *end = start + reading->input->size;
	UErrorCode status = U_ZERO_ERROR;
	size_t bad = 0, characters = 0;

	while (at < end) {
		const char *before = at;
		UChar32 point = ucnv_getNextUChar(converter, &at, end, &status);

		if (status == U_INDEX_OUTOFBOUNDS_ERROR)
			break;
		if (at == end && (U_FAILURE(status) || point == 0xfffd))
			break; /* the last character is cut off */
		if (U_FAILURE(status) || at == before) {
			status = U_ZERO_ERROR;
			point = 0xfffd;
			at = at == before ? before + 1 : at;
		}
		bad += wrong((uint32_t)point);
		characters++;
		add_point(out, (uint32_t)point, (size_t)(before - start), (size_t)(at - start));
	}
	return too_many_bad(reading, bad, characters);
}

/* One byte a character: each of the 256 is converted once. */
static int convert_bytes(
	struct chy_reading *reading, UConverter *converter, size_t skip, struct trace *out)
{
	const unsigned char *bytes = reading->input->bytes;
	uint32_t table[256];
	size_t bad = 0;

	for (int i = 0; i < 256; i++) {
		char byte = (char)i;
		const char *at = &byte;
		UErrorCode status = U_ZERO_ERROR;
		UChar32 point = ucnv_getNextUChar(converter, &at, &byte + 1, &status);

		table[i] = U_SUCCESS(status) ? (uint32_t)point : 0xfffd;
		ucnv_reset(converter);
	}
	for (size_t i = skip; i < reading->input->size; i++) {
		bad += wrong(table[bytes[i]]);
		add_point(out, table[bytes[i]], i, i + 1);
	}
	return too_many_bad(reading, bad, reading->input->size);
}

static int convert(struct chy_reading *reading, const char *charset, size_t skip, struct trace *out)
{
	UErrorCode status = U_ZERO_ERROR;
	UConverter *converter = ucnv_open(charset, &status);
	UConverterType type;
	int result;

	if (U_FAILURE(status))
		return chy_fault_set(reading->fault, CHY_EUNSUPPORTED, NULL, 0,
			"the charset %s cannot be read", charset);
	type = ucnv_getType(converter);
	if (type == UCNV_SBCS || type == UCNV_LATIN_1)
		result = convert_bytes(reading, converter, skip, out);
	else
		result = convert_all(reading, converter, skip, out);
	ucnv_close(converter);
	return result;
}

static bool begins_json(const struct trace *raw)
{
	struct chy_str text = chy_str_trim(trace_str(raw));

	return text.size && (text.data[0] == '{' || text.data[0] == '[');
}

int chy_decode(struct chy_reading *reading)
{
	const char *what = chy_no_text(reading->input), *charset;
	const struct mark *mark = mark_of(reading->input);
	size_t skip = mark ? mark->size : 0;
	struct trace raw;
	int result;

	if (what)
		return chy_fault_set(
			reading->fault, CHY_EUNSUPPORTED, NULL, 0, "it is %s, no article", what);
	charset = mark ? mark->charset : choose(reading->input);
	trace_init(&raw);
	if (strcmp(charset, "UTF-8") == 0 || strcmp(charset, "US-ASCII") == 0)
		result = keep(reading, &raw, skip);
	else
		result = convert(reading, charset, skip, &raw);
	if (!result)
		result = chy_normalise(&raw, &reading->text, !begins_json(&raw));
	trace_fini(&raw);
	if (result)
		return result;
	reading->charset = chy_str_from(chy_arena_copy(reading->arena, charset, strlen(charset)));
	return reading->charset.data ? CHY_OK : CHY_EMEM;
}

/* ICU keeps a converter's tables for as long as the process lives, once they
 * are loaded: what the detector can name and what pages declare. */
static int load_converters(void)
{
	static const char *const charsets[] = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE",
		"US-ASCII", "ISO-8859-1", "ISO-8859-2", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7",
		"ISO-8859-8", "ISO-8859-9", "ISO-8859-15", "windows-1250", "windows-1251",
		"windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
		"KOI8-R", "IBM850", "macintosh", "Shift_JIS", "ISO-2022-JP", "ISO-2022-KR",
		"ISO-2022-CN", "EUC-JP", "EUC-KR", "GB18030", "Big5", "IBM420", "IBM424"};

	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		UErrorCode status = U_ZERO_ERROR;
		UConverter *converter = ucnv_open(charsets[i], &status);

		if (U_SUCCESS(status))
			ucnv_close(converter);
		else if (status == U_FILE_ACCESS_ERROR && i < 6)
			return CHY_EABSENT;
	}
	return CHY_OK;
}

int chy_ingest_prepare(void)
{
	static const char sample[] = "a\xcc\x81 \xff um texto em latim, n\xe3o em UTF-8";
	struct chy_ingest_input input = {.bytes = sample, .size = sizeof(sample) - 1};
	struct trace from, out;
	int result = load_converters();

	/* jansson draws the seed of its tables at the first object. */
	json_decref(json_object());
	detected(&input);
	declared(&(struct chy_ingest_input){.bytes = "charset=latin1 ...", .size = 18});
	trace_init(&from);
	trace_init(&out);
	trace_add_same(&from, "a\xcc\x81", 3, 0);
	if (!result)
		result = chy_normalise(&from, &out, true);
	trace_fini(&from);
	trace_fini(&out);
	return result ? result : chy_html_prepare();
}
