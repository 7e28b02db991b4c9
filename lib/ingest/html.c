/* The article out of a page, by libxml2's forgiving parser: what a page says
 * about itself (meta, OpenGraph, JSON-LD), and the paragraphs of its story.
 * Each paragraph is then found again in the source, character by character,
 * so that the map to the bytes is kept. */
#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

enum { DEEPEST = 250, SHORTEST_PARAGRAPH = 25 };

struct page {
	struct chy_reading *reading;
	const struct trace *source;
	struct chy_draft *draft;
	size_t cursor; /* in the source: where the next paragraph is looked for */
	xmlNode *story;
	int best;
};

static const char *name_of(const xmlNode *node)
{
	return node->type == XML_ELEMENT_NODE ? (const char *)node->name : "";
}

static bool is(const xmlNode *node, const char *names)
{
	struct chy_str rest = chy_str_from(names), part;

	while (chy_str_split(&rest, ' ', &part))
		if (chy_str_is(part, name_of(node)))
			return true;
	return false;
}

static struct chy_str attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *at = node->properties; at; at = at->next)
		if (strcasecmp((const char *)at->name, name) == 0 && at->children)
			return chy_str_from((const char *)at->children->content);
	return (struct chy_str){NULL, 0};
}

static bool contains(struct chy_str text, const char *part)
{
	size_t size = strlen(part);

	for (size_t i = 0; i + size <= text.size; i++)
		if (strncasecmp(text.data + i, part, size) == 0)
			return true;
	return false;
}

/* The next node in document order, NULL past the root. */
static xmlNode *next_node(xmlNode *node, const xmlNode *root, bool into)
{
	if (into && node->children)
		return node->children;
	while (node && node != root && !node->next)
		node = node->parent;
	return node && node != root ? node->next : NULL;
}

/* What is never part of a story. */
static bool left_behind(const xmlNode *node)
{
	static const char *const words[] = {"menu", "related", "comment", "cookie", "share",
		"social", "newsletter", "sidebar", "promo", "advert", "footer", "breadcrumb",
		"caption", "subscribe", "banner"};
	struct chy_str marks[2] = {attribute(node, "class"), attribute(node, "id")};

	if (node->type == XML_COMMENT_NODE ||
		is(node, "script style nav aside footer form noscript iframe button figure "
			 "figcaption svg select template head"))
		return true;
	if (is(node, "body html article main"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (contains(marks[0], words[i]) || contains(marks[1], words[i]))
			return true;
	return false;
}

/* -- what the page says about itself -------------------------------------- */

static void take_meta(struct page *page, const xmlNode *node)
{
	static const char *const keys[] = {"property", "name", "itemprop", "http-equiv"};
	struct chy_str content = attribute(node, "content"), name = {NULL, 0};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && !name.size; i++)
		name = attribute(node, keys[i]);
	if (name.size && content.size && chy_field_of(name) &&
		strcmp(chy_field_of(name), "title") != 0)
		chy_set_field(page->reading, page->draft, name, content, CHY_DATE_METADATA);
}

static void take_object(struct page *page, json_t *object)
{
	static const char *const keys[] = {"datePublished", "inLanguage", "url"};
	json_t *publisher = json_object_get(object, "publisher");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct chy_str value = chy_json_str(object, keys[i]);

		if (value.size)
			chy_set_field(page->reading, page->draft, chy_str_from(keys[i]), value,
				CHY_DATE_METADATA);
	}
	if (json_is_object(publisher) && chy_json_str(publisher, "name").size)
		chy_set_field(page->reading, page->draft, CHY_STR("publisher"),
			chy_json_str(publisher, "name"), CHY_DATE_METADATA);
}

static void take_json_ld(struct page *page, const xmlNode *node)
{
	struct chy_str text = {NULL, 0};
	json_t *value, *graph, *each;
	size_t i;

	if (node->children)
		text = chy_str_from((const char *)node->children->content);
	if (!text.size || chy_json_parse(text.data, text.size, &value, NULL))
		return;
	graph = json_is_object(value) ? json_object_get(value, "@graph") : value;
	if (json_is_array(graph))
		json_array_foreach(graph, i, each) take_object(page, each);
	else if (json_is_object(value))
		take_object(page, value);
	json_decref(value);
}

static void take_head(struct page *page, xmlNode *root)
{
	for (xmlNode *node = root; node; node = next_node(node, root, true)) {
		if (is(node, "meta"))
			take_meta(page, node);
		else if (is(node, "script") &&
			 contains(attribute(node, "type"), "application/ld+json"))
			take_json_ld(page, node);
		else if (is(node, "link") && contains(attribute(node, "rel"), "canonical"))
			chy_set_field(page->reading, page->draft, CHY_STR("canonical"),
				attribute(node, "href"), CHY_DATE_METADATA);
		else if (is(node, "html") && attribute(node, "lang").size)
			chy_set_field(page->reading, page->draft, CHY_STR("lang"),
				attribute(node, "lang"), CHY_DATE_METADATA);
		else if (is(node, "time") && attribute(node, "datetime").size)
			chy_set_field(page->reading, page->draft, CHY_STR("date"),
				attribute(node, "datetime"), CHY_DATE_METADATA);
	}
}

/* -- where the story is --------------------------------------------------- */

static size_t text_size(xmlNode *node, bool links_only)
{
	size_t size = 0;

	for (xmlNode *at = node; at; at = next_node(at, node, !left_behind(at)))
		if (at->type == XML_TEXT_NODE && at->content) {
			bool link = at->parent && is(at->parent, "a");

			if (!links_only || link)
				size += strlen((const char *)at->content);
		}
	return size;
}

/* Points for each element that holds paragraphs: their text without links. */
static void score(struct page *page, xmlNode *node)
{
	int points = 0;

	for (xmlNode *child = node->children; child; child = child->next)
		if (is(child, "p") && !left_behind(child)) {
			size_t all = text_size(child, false), links = text_size(child, true);

			if (all >= SHORTEST_PARAGRAPH && links * 2 < all)
				points += (int)(all < 1000 ? all : 1000) + 50;
		}
	if (is(node, "article") || contains(attribute(node, "itemprop"), "articleBody"))
		points += points / 2;
	if (points > page->best) {
		page->best = points;
		page->story = node;
	}
}

static void find_story(struct page *page, xmlNode *root)
{
	page->story = root;
	for (xmlNode *node = root; node; node = next_node(node, root, !left_behind(node)))
		if (node->type == XML_ELEMENT_NODE)
			score(page, node);
}

/* -- back to the source --------------------------------------------------- */

static uint32_t entity(struct chy_str text, size_t at, size_t *used)
{
	const char *end = memchr(text.data + at, ';', text.size - at < 12 ? text.size - at : 12);
	char name[16];
	size_t size;

	*used = 1;
	if (!end)
		return '&';
	size = (size_t)(end - text.data) - at - 1;
	memcpy(name, text.data + at + 1, size);
	name[size] = '\0';
	*used = size + 2;
	if (name[0] == '#')
		return (uint32_t)(name[1] == 'x' || name[1] == 'X' ? strtoul(name + 2, NULL, 16)
								   : strtoul(name + 1, NULL, 10));
	const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)name);

	if (known)
		return known->value;
	*used = 1;
	return '&';
}

/* The character of the source at *at, white space as a blank, tags passed
 * over; false at the end. */
static bool source_next(struct chy_str text, size_t *at, size_t *start, uint32_t *out)
{
	while (*at < text.size && text.data[*at] == '<') {
		const char *end = memchr(text.data + *at, '>', text.size - *at);

		if (!end)
			return false;
		*at = (size_t)(end - text.data) + 1;
	}
	if (*at >= text.size)
		return false;
	*start = *at;
	if (text.data[*at] == '&') {
		size_t used;

		*out = entity(text, *at, &used);
		*at += used;
	} else {
		*out = chy_utf8_next(text.data, text.size, at);
	}
	return true;
}

static bool blank(uint32_t point)
{
	return point == ' ' || point == '\n' || point == '\t' || point == '\r' || point == 0xa0;
}

/* Whether the paragraph stands at `at` of the source; then its traced text is
 * added to out and *after is where it ends. */
static bool match(const struct trace *source, size_t at, struct chy_str words, struct trace *out,
	size_t *after)
{
	struct chy_str text = trace_str(source);
	size_t i = 0, start = at;
	uint32_t point;
	char bytes[4];

	while (i < words.size) {
		size_t next = i;
		uint32_t wanted = chy_utf8_next(words.data, words.size, &next);

		if (wanted == ' ') {
			size_t first = at, probe = at;

			while (source_next(text, &probe, &start, &point) && blank(point))
				at = probe;
			if (out)
				trace_add_instead(out, " ", 1, source, first,
					at > first ? at : first + (first < text.size));
		} else {
			if (!source_next(text, &at, &start, &point) || point != wanted)
				return false;
			if (out && at - start == next - i && text.data[start] != '&')
				trace_add_slice(out, source, start, at);
			else if (out)
				trace_add_instead(
					out, bytes, chy_utf8_put(wanted, bytes), source, start, at);
		}
		i = next;
	}
	*after = at;
	return true;
}

/* Looks for the paragraph from the cursor on; where it is not found (a parser
 * mends what a page breaks), its words are kept without a place. */
static void add_found(struct page *page, struct chy_str words, struct trace *out)
{
	struct chy_str text = trace_str(page->source);
	size_t tries = 0, after;

	for (size_t at = page->cursor; at < text.size && tries < 4000; at++) {
		if (text.data[at] != words.data[0] && text.data[at] != '&')
			continue;
		tries++;
		if (!match(page->source, at, words, NULL, &after))
			continue;
		match(page->source, at, words, out, &after);
		page->cursor = after;
		return;
	}
	trace_add_free(out, words.data, words.size);
}

/* -- paragraphs ----------------------------------------------------------- */

/* The words of an element, white space collapsed, into buffer. */
static void collect(xmlNode *element, struct chy_buffer *out)
{
	chy_buffer_clear(out);
	for (xmlNode *node = element; node; node = next_node(node, element, !left_behind(node))) {
		if (is(node, "br") && out->size && out->data[out->size - 1] != ' ')
			chy_buffer_add_char(out, ' ');
		if (node->type != XML_TEXT_NODE || !node->content)
			continue;
		struct chy_str text = chy_str_from((const char *)node->content);

		for (size_t at = 0; at < text.size;) {
			size_t start = at;
			uint32_t point = chy_utf8_next(text.data, text.size, &at);

			if (!blank(point))
				chy_buffer_add(out, text.data + start, at - start);
			else if (out->size && out->data[out->size - 1] != ' ')
				chy_buffer_add_char(out, ' ');
		}
	}
	while (out->size && out->data[out->size - 1] == ' ')
		out->data[--out->size] = '\0';
}

static void add_paragraph(struct page *page, struct chy_buffer *words)
{
	struct trace *text = &page->draft->text;

	if (!words->size)
		return;
	if (text->text.size)
		trace_add_free(text, "\n\n", 2);
	add_found(page, (struct chy_str){words->data, words->size}, text);
}

static void take_paragraphs(struct page *page, struct chy_buffer *words)
{
	xmlNode *story = page->story, *node = story;
	bool found = false;

	while (node) {
		bool leave = left_behind(node);
		bool paragraph = !leave && node != story && is(node, "p li h2 h3 blockquote td");

		if (paragraph) {
			collect(node, words);
			if (text_size(node, true) * 2 < words->size + 1)
				add_paragraph(page, words);
			found = true;
		}
		node = next_node(node, story, !leave && !paragraph);
	}
	if (!found) {
		collect(story, words);
		add_paragraph(page, words);
	}
}

/* The headline: h1, else the page's title without the outlet after a bar. */
static void take_title(struct page *page, xmlNode *root, struct chy_buffer *words)
{
	xmlNode *best = NULL;

	for (xmlNode *node = root; node; node = next_node(node, root, true)) {
		if (is(node, "h1") && (!best || !is(best, "h1")))
			best = node;
		else if (is(node, "title") && !best)
			best = node;
	}
	if (!best)
		return;
	if (is(best, "title")) {
		chy_buffer_clear(words);
		if (best->children)
			chy_buffer_add_str(words,
				chy_str_trim(chy_str_from((const char *)best->children->content)));
		char *bar = words->data ? strstr(words->data, " | ") : NULL;

		if (bar)
			words->size = (size_t)(bar - words->data);
	} else {
		collect(best, words);
	}
	if (words->size)
		add_found(page, (struct chy_str){words->data, words->size}, &page->draft->title);
	if (!is(best, "h1"))
		page->cursor = 0;
}

static bool too_deep(xmlNode *root, size_t limit)
{
	size_t depth = 0;

	for (xmlNode *node = root; node;) {
		if (node->children) {
			node = node->children;
			if (++depth > limit)
				return true;
			continue;
		}
		while (node && node != root && !node->next) {
			node = node->parent;
			depth--;
		}
		node = node && node != root ? node->next : NULL;
	}
	return false;
}

void chy_html_prepare(void)
{
	xmlInitParser();
}

int chy_read_html(struct chy_reading *reading, const struct trace *source, struct chy_draft *draft)
{
	struct page page = {.reading = reading, .source = source, .draft = draft};
	struct chy_str text = trace_str(source);
	struct chy_buffer words;
	htmlDocPtr document;
	xmlNode *root;
	int result = CHY_OK;

	if (text.size > INT32_MAX)
		return chy_fault_set(reading->fault, CHY_ELIMIT, NULL, 0, "the page is too large");
	document = htmlReadMemory(text.data, (int)text.size, NULL, "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	root = document ? xmlDocGetRootElement(document) : NULL;
	chy_buffer_init(&words);
	if (root && too_deep(root, reading->limits->depth)) {
		result = chy_fault_set(reading->fault, CHY_ELIMIT, NULL, 0,
			"elements nest deeper than %zu", reading->limits->depth);
	} else if (root) {
		take_head(&page, root);
		if (!draft->title.text.size)
			take_title(&page, root, &words);
		find_story(&page, root);
		take_paragraphs(&page, &words);
	}
	chy_buffer_fini(&words);
	xmlFreeDoc(document);
	if (!result && (trace_failed(&draft->text) || trace_failed(&draft->title)))
		result = CHY_EMEM;
	return result;
}
