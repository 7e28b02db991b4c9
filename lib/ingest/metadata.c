/* What a page says about itself: meta, OpenGraph, JSON-LD, the root's lang,
 * the canonical link, <time>; and its headline out of all that claim to be it. */
#include <string.h>

#include <unicode/uchar.h>

#include "names.h"
#include "page.h"
#include "scan.h"

enum { RANK_HEADING = 0, RANK_JSON_LD = 1, RANK_META = 2, RANK_TITLE = 1000 };

struct about {
	struct chy_reading *reading;
	struct page *page;
	struct chy_draft *draft;
	struct titles *titles;
	struct node *script; /* of the JSON-LD that is being read */
};

static struct title *add_title(struct about *about, int rank)
{
	struct titles *titles = about->titles;
	struct title *title;

	if (titles->count == sizeof(titles->list) / sizeof(titles->list[0]))
		return NULL;
	title = &titles->list[titles->count++];
	*title = (struct title){.rank = rank};
	trace_init(&title->text);
	return title;
}

/* A value that stands somewhere in the source's [from, to): where it does, or
 * all of that where it is written otherwise. */
static void add_found(struct about *about, int rank, struct chy_str value, size_t from, size_t to)
{
	const struct trace *source = about->page->source;
	const char *data = trace_str(source).data;
	const char *found =
		value.size ? memmem(data + from, to - from, value.data, value.size) : NULL;
	struct title *title = value.size ? add_title(about, rank) : NULL;
	struct trace raw;

	if (!title)
		return;
	trace_init(&raw);
	if (found)
		trace_add_slice(
			&raw, source, (size_t)(found - data), (size_t)(found - data) + value.size);
	else
		trace_add_instead(&raw, value.data, value.size, source, from, to);
	chy_add_clean(&title->text, &raw);
	trace_fini(&raw);
}

static void add_element_title(struct about *about, int rank, struct node *node)
{
	struct title *title = add_title(about, rank);
	struct trace raw;

	if (!title)
		return;
	trace_init(&raw);
	chy_node_text(about->page, node, &raw);
	chy_add_clean(&title->text, &raw);
	title->heading = rank == RANK_HEADING ? node : NULL;
	trace_fini(&raw);
}

static void take_named(
	struct about *about, struct node *node, struct chy_str name, struct chy_str value)
{
	const struct name *known = chy_name_find(&names_html, name);

	if (!known || !chy_str_trim(value).size)
		return;
	if (chy_name_means(known, "title"))
		add_found(about, RANK_META + known->rank, value, node->from, node->to);
	else
		chy_set_field(
			about->reading, about->draft, &names_html, name, value, CHY_DATE_METADATA);
}

static void take_meta(struct about *about, struct node *node)
{
	static const char *const keys[] = {"property", "name", "itemprop", "http-equiv"};
	struct chy_str content = chy_node_attribute(node, "content");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct chy_str name = chy_node_attribute(node, keys[i]);

		if (name.size) {
			take_named(about, node, name, content);
			return;
		}
	}
}

/* -- JSON-LD --------------------------------------------------------------- */

static bool is_article(const json_t *object)
{
	const json_t *type = json_object_get(object, "@type"), *each;
	size_t i;

	if (json_is_string(type))
		return chy_name_find(&names_types, chy_json_str(object, "@type"));
	json_array_foreach((json_t *)type, i,
		each) if (json_is_string(each) &&
			  chy_name_find(
				  &names_types, (struct chy_str){json_string_value(each),
							json_string_length(each)})) return true;
	return false;
}

static void take_string(struct about *about, const char *name, struct chy_str value)
{
	take_named(about, about->script, chy_str_from(name), value);
}

/* The name of a publisher, which may stand elsewhere in the graph. */
static struct chy_str name_in(const json_t *publisher, const json_t *graph)
{
	struct chy_str id = chy_json_str(publisher, "@id");
	const json_t *each;
	size_t i;

	if (json_array_size(publisher))
		publisher = json_array_get(publisher, 0);
	if (chy_json_str(publisher, "name").size || !id.size)
		return chy_json_str(publisher, "name");
	json_array_foreach((json_t *)graph, i,
		each) if (chy_str_equal(chy_json_str(each, "@id"), id) &&
			  chy_json_str(each, "name").size) return chy_json_str(each, "name");
	return (struct chy_str){NULL, 0};
}

static void take_article(struct about *about, const json_t *object, const json_t *graph)
{
	static const char *const names[] = {"datePublished", "dateModified", "inLanguage"};
	const json_t *page = json_object_get(object, "mainEntityOfPage");
	struct chy_str url = chy_json_str(object, "url");
	struct chy_str headline = chy_json_str(object, "headline");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		take_string(about, names[i], chy_json_str(object, names[i]));
	take_string(about, "publisher", name_in(json_object_get(object, "publisher"), graph));
	if (!url.size)
		url = json_is_string(page) ? chy_json_str(object, "mainEntityOfPage")
					   : chy_json_str(page, "@id");
	take_string(about, "og:url", url);
	if (headline.size && about->script->first)
		add_found(about, RANK_JSON_LD, headline, about->script->to, about->script->to);
}

static void take_json_ld(struct about *about, struct node *node)
{
	struct trace text;
	json_t *value, *graph, *each;
	size_t i;

	trace_init(&text);
	chy_node_text(about->page, node, &text);
	if (chy_json_parse(trace_str(&text).data, text.text.size, &value, NULL) == CHY_OK) {
		about->script = node;
		graph = json_is_object(value) ? json_object_get(value, "@graph") : value;
		json_array_foreach(graph, i, each) if (is_article(each))
			take_article(about, each, graph);
		if (json_is_object(value) && is_article(value))
			take_article(about, value, graph);
		json_decref(value);
	}
	trace_fini(&text);
}

/* -- all of it ------------------------------------------------------------- */

static void take_time(struct about *about, struct node *node)
{
	struct chy_str name = chy_node_attribute(node, "itemprop");
	struct chy_str value = chy_node_attribute(node, "datetime");

	if (!value.size)
		value = chy_node_attribute(node, "content");
	take_named(about, node,
		name.size && chy_name_find(&names_html, name) ? name : CHY_STR("time"), value);
}

static bool said_by_class(const struct node *node)
{
	for (; node; node = node->parent)
		if (node->layout >= CHY_OUT)
			return true;
	return false;
}

static void take_node(struct about *about, struct node *node)
{
	if (chy_node_is(node, "meta"))
		take_meta(about, node);
	else if (chy_node_is(node, "script") &&
		 chy_str_starts(chy_node_attribute(node, "type"), "application/ld+json"))
		take_json_ld(about, node);
	else if (chy_node_is(node, "link") &&
		 chy_str_is(chy_node_attribute(node, "rel"), "canonical"))
		take_named(about, node, CHY_STR("canonical"), chy_node_attribute(node, "href"));
	else if (chy_node_is(node, "html"))
		take_named(about, node, CHY_STR("lang"), chy_node_attribute(node, "lang"));
	else if (chy_node_is(node, "time") && !said_by_class(node))
		take_time(about, node);
	else if (chy_node_is(node, "title") && chy_node_is(node->parent, "head"))
		add_element_title(about, RANK_TITLE, node);
	else if (chy_node_is(node, "h1") && !said_by_class(node))
		add_element_title(about, RANK_HEADING, node);
}

int chy_page_metadata(struct chy_reading *reading, struct page *page, struct chy_draft *draft,
	struct titles *titles)
{
	struct about about = {.reading = reading, .page = page, .draft = draft, .titles = titles};

	for (struct node *node = page->root; node; node = chy_node_next(node, page->root, true))
		if (node->name)
			take_node(&about, node);
	return CHY_OK;
}

/* -- the headline ---------------------------------------------------------- */

/* Letters and digits only, small, for comparing: at most size bytes. */
static struct chy_str essence(struct chy_str text, char *room, size_t size)
{
	size_t at = 0, used = 0;

	while (at < text.size && used + 4 < size) {
		uint32_t point = chy_utf8_next(text.data, text.size, &at);

		if (u_isalnum((UChar32)point))
			used += chy_utf8_put((uint32_t)u_tolower((UChar32)point), room + used);
	}
	return (struct chy_str){room, used};
}

static bool says(struct chy_str whole, struct chy_str part)
{
	char a[600], b[600];
	struct chy_str in = essence(whole, a, sizeof(a)), what = essence(part, b, sizeof(b));

	return what.size && in.size >= what.size && memmem(in.data, in.size, what.data, what.size);
}

/* Whether a heading is the article's: another claim says the same, or there is
 * no other; a site's name in an h1 is none. */
static bool confirmed(
	const struct titles *titles, const struct title *heading, struct chy_str outlet)
{
	bool others = false;

	if (says(outlet, trace_str(&heading->text)))
		return false;

	for (size_t i = 0; i < titles->count; i++) {
		struct chy_str text = trace_str(&titles->list[i].text);

		if (titles->list[i].heading || !text.size)
			continue;
		others = true;
		if (says(text, trace_str(&heading->text)) || says(trace_str(&heading->text), text))
			return true;
	}
	return !others;
}

/* ` | Público` at the end of a title: the outlet, or after a bar whatever is
 * short; *size is moved before it. */
static bool cut_outlet(struct chy_str title, struct chy_str outlet, size_t *size)
{
	static const char *const marks[] = {" | ", " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 ",
		" :: ", " \xc2\xbb ", " \xc2\xb7 "};

	for (size_t at = *size; at-- > 1;)
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
			struct chy_str rest = {title.data + at, *size - at};
			struct chy_str tail = {rest.data + strlen(marks[i]), 0};

			if (!chy_str_starts(rest, marks[i]))
				continue;
			tail.size = rest.size - strlen(marks[i]);
			if (!(outlet.size && (says(outlet, tail) || says(tail, outlet))) &&
				!(i == 0 && tail.size <= 40))
				return false;
			*size = at;
			return true;
		}
	return false;
}

static const struct title *best_title(const struct titles *titles, struct chy_str outlet)
{
	const struct title *best = NULL;

	for (size_t i = 0; i < titles->count; i++) {
		const struct title *title = &titles->list[i];

		if (!title->text.text.size || (title->heading && !confirmed(titles, title, outlet)))
			continue;
		if (!best || title->rank < best->rank)
			best = title;
	}
	return best;
}

void chy_choose_title(
	struct chy_draft *draft, const struct titles *titles, const struct node **out_heading)
{
	struct chy_str outlet = draft->claims[CHY_CLAIM_SOURCE].value;
	const struct title *best = best_title(titles, outlet);
	size_t size;

	*out_heading = best ? best->heading : NULL;
	if (!best)
		return;
	size = best->text.text.size;
	if (!best->heading)
		while (cut_outlet(trace_str(&best->text), outlet, &size))
			;
	trace_add_slice(&draft->title, &best->text, 0, size);
}
