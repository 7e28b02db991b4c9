/* An archive of many events, for measuring: generate DIRECTORY EVENTS [SEED].
 *
 * Some sixty states; who deals with whom, and how often, falls off as 1/rank;
 * pairs have bursts, in which most of their news come; a document tells one to
 * nine events of one pair, and acts are told by several papers within days. A
 * million events are of fifteen years, ten of a hundred and fifty.
 * Sentences are put together of some hundred words in the manner of agencies.
 * The same seed gives the same archive but for its UUID and times. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/archive.h"
#include "chancery/coder.h"
#include "chancery/edtf.h"

enum { PAIRS = 900, OUTLETS = 240, BATCH = 256, BURST = 20 };

/* A larger archive is one that was kept for longer: a day brings some 180 events,
 * the last one is the same. */
enum { DAYS_OF_A_MILLION = 15 * 365, LEAST_DAYS = 365 };

static const char *const states[] = {"USA", "RUS", "CHN", "GBR", "FRA", "DEU", "JPN", "IND", "BRA",
	"TUR", "IRN", "ISR", "SAU", "UKR", "PRK", "KOR", "PAK", "EGY", "SYR", "IRQ", "ARG", "VEN",
	"MEX", "CAN", "AUS", "ESP", "PRT", "ITA", "POL", "GRC", "SRB", "GEO", "ARM", "AZE", "KAZ",
	"AFG", "IDN", "PHL", "VNM", "THA", "MMR", "MYS", "LBN", "JOR", "QAT", "YEM", "LBY", "DZA",
	"MAR", "NGA", "ETH", "ERI", "SDN", "KEN", "ZAF", "AGO", "MOZ", "CUB", "COL", "PER"};
enum { STATES = sizeof(states) / sizeof(states[0]) };

static const struct {
	const char *category, *mode, *cameo;
	double score;
	unsigned weight;
} acts[] = {{"CONSULT", "meet", "040", 1, 26}, {"AGREE", NULL, "030", 4, 14},
	{"SUPPORT", NULL, "050", 3.5, 8}, {"COOPERATE", NULL, "060", 6, 5},
	{"AID", NULL, "070", 7, 4}, {"CONCEDE", NULL, "080", 5, 2}, {"RETREAT", NULL, "087", 9, 1},
	{"REQUEST", NULL, "020", 3, 8}, {"ACCUSE", NULL, "110", -2, 12},
	{"REJECT", NULL, "120", -4, 6}, {"THREATEN", NULL, "130", -4.4, 4},
	{"PROTEST", NULL, "140", -6.5, 2}, {"SANCTION", NULL, "163", -8, 3},
	{"MOBILIZE", NULL, "150", -7.2, 2}, {"COERCE", NULL, "170", -7, 1},
	{"ASSAULT", NULL, "190", -10, 2}};
enum { ACTS = sizeof(acts) / sizeof(acts[0]) };

static const char *const words[] = {"governo", "ministro", "acordo", "fronteira", "ilhas",
	"negociações", "proposta", "visita", "embaixador", "conversações", "cimeira", "tratado",
	"parlamento", "comunicado", "exercícios", "militares", "sanções", "comércio", "gás",
	"petróleo", "pescas", "delegação", "presidente", "primeiro-ministro", "porta-voz",
	"capital", "região", "crise", "tensão", "diálogo", "compromisso", "prazo", "retirada",
	"tropas", "ajuda", "humanitária", "refugiados", "segurança", "conselho", "resolução",
	"anunciou", "afirmou", "reiterou", "condenou", "rejeitou", "assinou", "discutiu",
	"prometeu", "advertiu", "convocou", "sobre", "durante", "após", "contra", "entre", "para",
	"segundo", "ontem", "hoje", "nova", "longa", "difícil", "bilateral", "regional"};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

static uint64_t chance_state = 1;

static uint32_t chance(uint32_t below)
{
	chance_state ^= chance_state >> 12;
	chance_state ^= chance_state << 25;
	chance_state ^= chance_state >> 27;
	return (uint32_t)((chance_state * 2685821657736338717u) >> 32) % below;
}

struct pair {
	uint32_t a, b;
	struct chy_str dispute; /* empty for none */
	double until; /* sum of the weights up to and with it */
	uint32_t burst; /* the day of its last burst */
};

struct making {
	struct chy_archive *archive;
	struct pair pairs[PAIRS];
	uint64_t events, documents;
	int64_t first_day;
	uint32_t days;
};

/* A dispute between both, where the catalogue has one. */
static struct chy_str dispute_of(const struct chy_catalogue *catalogue, const struct pair *pair)
{
	for (size_t i = 0; i < chy_catalogue_dispute_count(catalogue); i++) {
		const struct chy_dispute *dispute = chy_catalogue_dispute(catalogue, i);
		unsigned found = 0;

		for (size_t j = 0; j < dispute->claimant_count; j++)
			found += chy_str_is(dispute->claimants[j], states[pair->a]) ||
				 chy_str_is(dispute->claimants[j], states[pair->b]);
		if (found >= 2)
			return dispute->id;
	}
	return CHY_STR("");
}

static void make_pairs(struct making *making, const struct chy_catalogue *catalogue)
{
	double sum = 0;

	for (size_t i = 0; i < PAIRS; i++) {
		struct pair *pair = &making->pairs[i];

		do {
			/* Great powers are in more pairs. */
			pair->a = chance(STATES) * chance(STATES) / STATES;
			pair->b = chance(STATES);
		} while (pair->a == pair->b);
		pair->dispute = dispute_of(catalogue, pair);
		pair->until = sum += 1.0 / (double)(i + 3);
		pair->burst = chance(making->days);
	}
}

static struct pair *any_pair(struct making *making)
{
	double at = making->pairs[PAIRS - 1].until * chance(1u << 24) / (1u << 24);
	size_t low = 0, high = PAIRS - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (making->pairs[middle].until < at)
			low = middle + 1;
		else
			high = middle;
	}
	return &making->pairs[low];
}

static void add_sentence(struct chy_buffer *out, const struct pair *pair)
{
	unsigned n = 9 + chance(16);

	chy_buffer_printf(out, "%s e %s", states[pair->a], states[pair->b]);
	for (unsigned i = 0; i < n; i++)
		chy_buffer_printf(out, " %s", words[chance(WORDS) * chance(WORDS) / WORDS]);
	chy_buffer_add_char(out, '.');
}

static const char *day_text(int64_t day, char out[16])
{
	struct chy_date date;

	chy_day_to_date(day, &date);
	snprintf(out, 16, "%04d-%02d-%02d", date.year, date.month, date.day);
	return out;
}

static json_t *date_of(int64_t day)
{
	char text[16];
	unsigned kind = chance(20);

	if (kind < 9)
		return json_null();
	day_text(day - (kind < 17 ? 0 : chance(60)), text);
	if (kind == 19)
		text[7] = '\0'; /* the month */
	return json_string(text);
}

static json_t *due_of(int64_t day)
{
	char text[16];

	if (chance(12))
		return json_null();
	day_text(day + 10 + chance(300), text);
	text[7] = '\0';
	return json_string(text);
}

static size_t any_act(void)
{
	unsigned at = chance(100), sum = 0;

	for (size_t i = 0; i < ACTS; i++) {
		sum += acts[i].weight;
		if (at < sum)
			return i;
	}
	return 0;
}

/* One act in two is somebody's, in a post that changes hands every two years. */
static void add_person(json_t *actor, int64_t day, unsigned s)
{
	static const char *const roles[] = {"head of state", "foreign minister", "ambassador"};

	if (s % 2)
		return;
	json_object_set_new(actor, "role", json_string(roles[s / 2 % 3]));
	json_object_set_new(actor, "person",
		json_sprintf("%s %s %d", json_string_value(json_object_get(actor, "code")),
			roles[s / 2 % 3], (int)(day / 730)));
}

static json_t *event_of(const struct pair *pair, int64_t day, unsigned s, size_t from,
	const struct chy_buffer *text)
{
	static const char *const standings[] = {
		NULL, NULL, NULL, NULL, NULL, NULL, "future", "hypothetical", "negation"};
	bool turned = chance(2);
	size_t act = any_act();
	json_t *event;

	event = json_pack(
		"{s:s, s:s?, s:s, s:f, s:[{s:s, s:s, s:s}], s:[{s:s, s:s, s:s}], s:o, s:n,"
		" s:o, s:s?, s:[s], s:n, s:o, s:n, s:n, s:i, s:s%, s:s, s:[i, i], s:s,"
		" s:s, s:f}",
		"event", acts[act].category, "mode", acts[act].mode, "cameo", acts[act].cameo,
		"score", acts[act].score, "actor", "code", states[turned ? pair->b : pair->a],
		"sector", "GOV", "name", states[turned ? pair->b : pair->a], "recipient", "code",
		states[turned ? pair->a : pair->b], "sector", "GOV", "name",
		states[turned ? pair->a : pair->b], "date", date_of(day), "date_text", "due",
		due_of(day), "aux", standings[chance(9)], "context", "diplomatic", "place",
		"dispute",
		pair->dispute.size && chance(3)
			? json_pack("[s%]", pair->dispute.data, pair->dispute.size)
			: json_array(),
		"speaker", "medium", "s", (int)s, "sentence", text->data + from, text->size - from,
		"trigger", "anunciou", "bytes", (int)from, (int)text->size, "language", "pt",
		"rule", "generated", "confidence", 0.3 + chance(70) / 100.0);
	add_person(json_array_get(json_object_get(event, "actor"), 0), day, s);
	return event;
}

struct draft {
	struct chy_record_draft records[2];
	struct chy_blob blobs[2];
	struct chy_buffer text, content;
};

static void write_text(struct making *making, struct draft *draft, const struct pair *pair,
	int64_t day, json_t *events)
{
	unsigned n = 1 + chance(5) + chance(5);

	add_sentence(&draft->text, pair);
	chy_buffer_printf(&draft->text, "\n\nDoc %" PRIu64 ".\n", making->documents++);
	for (unsigned i = 0; i < n; i++) {
		size_t from = draft->text.size;

		add_sentence(&draft->text, pair);
		json_array_append_new(events, event_of(pair, day, i + 2, from, &draft->text));
		chy_buffer_add_char(&draft->text, ' ');
	}
	making->events += n;
}

static void make_document(struct making *making, uint32_t at, struct draft *draft)
{
	struct pair *pair = any_pair(making);
	char id[CHY_HASH_HEX], original[CHY_HASH_HEX], date[16], outlet[32];
	json_t *events = json_array(), *content;
	uint32_t day;

	/* Most of a pair's news come within a burst. */
	if (at > pair->burst + BURST && !chance(12))
		pair->burst = at;
	day = at;
	chy_buffer_init(&draft->text);
	chy_buffer_init(&draft->content);
	day_text(making->first_day + day, date);
	snprintf(outlet, sizeof(outlet), "Jornal %u", chance(OUTLETS) * chance(OUTLETS) / OUTLETS);
	write_text(making, draft, pair, making->first_day + day - chance(3), events);
	content = json_pack("{s:s, s:s, s:s%, s:s, s:n}", "date", date, "source", outlet, "text",
		draft->text.data, draft->text.size, "title", outlet, "url");
	chy_json_canonical(content, &draft->content);
	json_decref(content);
	draft->blobs[0].bytes = (struct chy_str){draft->content.data, draft->content.size};
	draft->blobs[1].bytes = (struct chy_str){draft->text.data, draft->text.size};
	for (size_t i = 0; i < 2; i++)
		chy_hash_of(draft->blobs[i].bytes.data, draft->blobs[i].bytes.size,
			&draft->blobs[i].hash);
	chy_hash_to_hex(&draft->blobs[0].hash, id);
	chy_hash_to_hex(&draft->blobs[1].hash, original);
	draft->records[0] = (struct chy_record_draft){CHY_KIND_DOCUMENT_ADDED,
		json_pack("{s:s, s:s, s:I, s:s, s:n, s:s, s:s, s:s, s:s, s:s, s:s, s:n, s:s, s:s, "
			  "s:s, s:{}, s:[i, I]}",
			"document", id, "original", original, "size", (json_int_t)draft->text.size,
			"path", "generated.txt", "mtime", "media", "text/plain", "charset", "UTF-8",
			"title", draft->text.data ? outlet : "", "date", date, "date_from",
			"header", "source", outlet, "url", "language", "pt", "language_from",
			"document", "map", "", "fields", "original_range", 0,
			(json_int_t)draft->text.size)};
	draft->records[1] = (struct chy_record_draft){CHY_KIND_EVENTS_CODED,
		json_pack("{s:s, s:{s:s, s:s, s:s}, s:s, s:s, s:i, s:o}", "document", id, "coder",
			"name", "generate", "version", "1", "data", "", "model", "none", "language",
			"pt", "sentences", 10, "events", events)};
}

static int append(struct making *making, struct draft *drafts, size_t n, struct chy_fault *fault)
{
	struct chy_entry entries[BATCH];
	int result;

	for (size_t i = 0; i < n; i++)
		entries[i] = (struct chy_entry){.document = &drafts[i].blobs[0].hash,
			.sighting = {CHY_KIND_DOCUMENT_SIGHTED, drafts[i].records[0].body},
			.records = drafts[i].records,
			.record_count = 2,
			.blobs = drafts[i].blobs,
			.blob_count = 2};
	result = chy_archive_append(making->archive, entries, n, fault);
	for (size_t i = 0; i < n; i++) {
		json_decref(drafts[i].records[0].body);
		json_decref(drafts[i].records[1].body);
		chy_buffer_fini(&drafts[i].text);
		chy_buffer_fini(&drafts[i].content);
	}
	return result;
}

static int make(struct making *making, uint64_t events, struct chy_fault *fault)
{
	static struct draft drafts[BATCH];
	int result = CHY_OK;

	while (making->events < events && !result) {
		uint32_t at = (uint32_t)((double)making->events / (double)events * making->days);

		for (size_t i = 0; i < BATCH; i++)
			make_document(making, at, &drafts[i]);
		result = append(making, drafts, BATCH, fault);
	}
	return result;
}

int main(int argc, char **argv)
{
	static struct making making;
	uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	struct chy_catalogue *catalogue;
	struct chy_fault fault;
	json_t *holder;
	char words_of[512];
	int result;

	if (!events) {
		fprintf(stderr, "usage: generate DIRECTORY EVENTS [SEED]\n");
		return 2;
	}
	chance_state = argc > 3 ? strtoull(argv[3], NULL, 10) | 1 : 20131103;
	making.days = (uint32_t)((double)events / 1e6 * DAYS_OF_A_MILLION);
	if (making.days < LEAST_DAYS)
		making.days = LEAST_DAYS;
	making.first_day = chy_day_number(2009, 1, 1) + DAYS_OF_A_MILLION - making.days;
	holder = json_pack("{s:s}", "program", "generate");
	result = chy_catalogue_open(&catalogue, &fault);
	if (!result) {
		make_pairs(&making, catalogue);
		result = chy_archive_open_writer(argv[1], holder, &making.archive, &fault);
	}
	if (!result)
		result = make(&making, events, &fault);
	json_decref(holder);
	chy_archive_close(making.archive);
	chy_catalogue_close(catalogue);
	if (result) {
		fprintf(stderr, "generate: %s\n",
			chy_fault_sentence(&fault, words_of, sizeof(words_of)));
		return 3;
	}
	printf("%" PRIu64 " documents, %" PRIu64 " events\n", making.documents, making.events);
	return 0;
}
