/* Bytes to UTF-8, keeping for each character the bytes that it came from. */
#include <string.h>
#include <unicode/ucnv.h>

#include "internal.h"

static const struct {
	const char *magic;
	size_t size;
	const char *what;
} no_texts[] = {
	{"\x89PNG", 4, "a PNG picture"},
	{"\xff\xd8\xff", 3, "a JPEG picture"},
	{"GIF8", 4, "a GIF picture"},
	{"%PDF-", 5, "a PDF document"},
	{"PK\x03\x04", 4, "a ZIP archive or an office document"},
	{"\x7f"
	 "ELF",
		4, "a program"},
	{"\x1f\x8b", 2, "gzip-compressed data"},
	{"BZh", 3, "bzip2-compressed data"},
	{"\xfd"
	 "7zXZ",
		5, "xz-compressed data"},
	{"\x28\xb5\x2f\xfd", 4, "zstd-compressed data"},
	{"\xd0\xcf\x11\xe0", 4, "an old office document"},
};

static bool starts(const struct chy_ingest_input *input, const char *magic, size_t size)
{
	return input->size >= size && memcmp(input->bytes, magic, size) == 0;
}

static const char *what_it_is(const struct chy_ingest_input *input)
{
	for (size_t i = 0; i < sizeof(no_texts) / sizeof(no_texts[0]); i++)
		if (starts(input, no_texts[i].magic, no_texts[i].size))
			return no_texts[i].what;
	return NULL;
}

/* NUL bytes at every other place of the beginning: UTF-16 without its mark. */
static const char *wide(const struct chy_ingest_input *input)
{
	const unsigned char *bytes = input->bytes;
	size_t even = 0, odd = 0, n = input->size < 512 ? input->size : 512;

	for (size_t i = 0; i < n; i++)
		if (!bytes[i])
			*(i % 2 ? &odd : &even) += 1;
	if (n < 4 || even + odd < n / 4)
		return NULL;
	return odd > 8 * even ? "UTF-16LE" : even > 8 * odd ? "UTF-16BE" : NULL;
}

/* charset=… in the beginning of a page or of XML. */
static const char *declared(const struct chy_ingest_input *input, char *out, size_t size)
{
	const char *bytes = input->bytes, *at = bytes;
	const char *end = bytes + (input->size < 2048 ? input->size : 2048);
	size_t n = 0;

	while (at < end && (at = memchr(at, '=', (size_t)(end - at)))) {
		bool names = (at - bytes >= 7 && strncasecmp(at - 7, "charset", 7) == 0) ||
			     (at - bytes >= 8 && strncasecmp(at - 8, "encoding", 8) == 0);

		at++;
		if (!names)
			continue;
		while (at < end && (*at == '"' || *at == '\'' || *at == ' '))
			at++;
		while (at < end && n + 1 < size &&
			(*at == '-' || *at == '_' || (*at >= '0' && *at <= '9') ||
				((*at | 32) >= 'a' && (*at | 32) <= 'z')))
			out[n++] = *at++;
		out[n] = '\0';
		return n ? out : NULL;
	}
	return NULL;
}

/* The Latin charsets differ in a few bytes: 0x80 to 0x9f are letters and
 * quotes in Windows-1252 only; 0xa4 is the euro sign in ISO-8859-15, and the
 * currency sign of ISO-8859-1 is not found in news. */
static const char *latin(const struct chy_ingest_input *input)
{
	const unsigned char *bytes = input->bytes;
	bool fifteen = false;

	for (size_t i = 0; i < input->size; i++) {
		if (bytes[i] >= 0x80 && bytes[i] <= 0x9f)
			return "windows-1252";
		if (bytes[i] == 0xa4 || bytes[i] == 0xa6 || bytes[i] == 0xa8 || bytes[i] == 0xbd)
			fifteen = true;
	}
	return fifteen ? "ISO-8859-15" : "ISO-8859-1";
}

static const char *choose(const struct chy_ingest_input *input, char *room, size_t size)
{
	const char *name;
	UErrorCode status = U_ZERO_ERROR;

	if (starts(input, "\xff\xfe", 2))
		return "UTF-16LE";
	if (starts(input, "\xfe\xff", 2))
		return "UTF-16BE";
	if (chy_utf8_valid(input->bytes, input->size, NULL) &&
		!memchr(input->bytes, '\0', input->size))
		return "UTF-8";
	name = wide(input);
	if (name)
		return name;
	name = declared(input, room, size);
	if (name && strncasecmp(name, "utf", 3) != 0) {
		const char *iana = ucnv_getStandardName(name, "IANA", &status);

		/* What is called Latin-1 on the web is Windows-1252. */
		if (U_SUCCESS(status) && iana && strcmp(iana, "ISO-8859-1") != 0)
			return iana;
	}
	return latin(input);
}

static int too_many_bad(struct chy_reading *reading, size_t bad, size_t characters)
{
	if (bad * 10 <= characters)
		return CHY_OK;
	return chy_fault_set(reading->fault, CHY_EUNSUPPORTED, NULL, 0,
		"it is no text in any charset that was tried");
}

static int convert(struct chy_reading *reading, const char *charset, struct trace *out)
{
	const char *start = reading->input->bytes, *at = start;
	const char *end = start + reading->input->size;
	UErrorCode status = U_ZERO_ERROR;
	UConverter *converter = ucnv_open(charset, &status);
	size_t bad = 0, characters = 0;
	char bytes[4];

	if (U_FAILURE(status))
		return chy_fault_set(
			reading->fault, CHY_EUNSUPPORTED, NULL, 0, "the charset %s", charset);
	while (at < end) {
		const char *before = at;
		UChar32 point = ucnv_getNextUChar(converter, &at, end, &status);

		if (status == U_INDEX_OUTOFBOUNDS_ERROR)
			break;
		if (U_FAILURE(status) || at == before) {
			status = U_ZERO_ERROR;
			point = 0xfffd;
			at = at == before ? before + 1 : at;
		}
		bad += point == 0xfffd || (point < 0x20 && point != '\t' && point != '\n' &&
						  point != '\r' && point != '\f');
		characters++;
		if (point == 0)
			point = 0xfffd;
		trace_add(out, bytes, chy_utf8_put((uint32_t)point, bytes),
			(uint64_t)(before - start), (uint64_t)(at - start), 1);
	}
	ucnv_close(converter);
	return too_many_bad(reading, bad, characters);
}

static int keep(struct chy_reading *reading, struct trace *out)
{
	const unsigned char *bytes = reading->input->bytes;
	size_t skip = starts(reading->input, "\xef\xbb\xbf", 3) ? 3 : 0, bad = 0;

	for (size_t i = skip; i < reading->input->size; i++)
		bad += bytes[i] < 0x20 && bytes[i] != '\t' && bytes[i] != '\n' &&
		       bytes[i] != '\r' && bytes[i] != '\f';
	trace_add_same(out, (const char *)bytes + skip, reading->input->size - skip, skip);
	return too_many_bad(reading, bad, reading->input->size);
}

int chy_decode(struct chy_reading *reading)
{
	const char *what = what_it_is(reading->input), *charset;
	struct trace raw;
	char room[48];
	int result;

	if (what)
		return chy_fault_set(
			reading->fault, CHY_EUNSUPPORTED, NULL, 0, "it is %s, no article", what);
	charset = choose(reading->input, room, sizeof(room));
	trace_init(&raw);
	if (strcmp(charset, "UTF-8") == 0)
		result = keep(reading, &raw);
	else
		result = convert(reading, charset, &raw);
	if (!result)
		result = chy_normalise(&raw, &reading->text);
	trace_fini(&raw);
	if (result)
		return result;
	reading->charset = chy_str_from(chy_arena_copy(reading->arena, charset, strlen(charset)));
	return reading->charset.data ? CHY_OK : CHY_EMEM;
}

int chy_ingest_prepare(void)
{
	static const char *const charsets[] = {"UTF-16LE", "windows-1252", "ISO-8859-15"};
	struct trace from, out;
	int result;

	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++) {
		UErrorCode status = U_ZERO_ERROR;
		UConverter *converter = ucnv_open(charsets[i], &status);

		if (U_FAILURE(status))
			return CHY_EABSENT;
		ucnv_close(converter);
	}
	trace_init(&from);
	trace_init(&out);
	trace_add_same(&from, "a\xcc\x81", 3, 0);
	result = chy_normalise(&from, &out);
	trace_fini(&from);
	trace_fini(&out);
	chy_html_prepare();
	return result;
}
