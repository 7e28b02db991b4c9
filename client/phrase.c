/* The words of data/views/play.<language>.tsv: what sentences about a dispute
 * are made of, in the language of --lang where there are such words. */
#include <string.h>

#include "chancery/data.h"
#include "client.h"

enum { LANGUAGE = 2 };

static int map_words(struct client *client, const char *language)
{
	char name[32];

	snprintf(name, sizeof(name), "play.%.*s.tsv", LANGUAGE, language);
	return chy_data_map(name, &client->words, NULL);
}

/* A language without words of its own has the English ones. */
static struct chy_str words_of(struct client *client)
{
	if (!client->words.data && map_words(client, client->lang) && map_words(client, "en"))
		return CHY_STR("");
	return (struct chy_str){client->words.data, client->words.size};
}

struct chy_str phrase(struct client *client, const char *kind, struct chy_str key)
{
	struct chy_str rest = words_of(client), line, columns[2];

	while (rest.size && chy_str_split(&rest, '\n', &line)) {
		if (!line.size || line.data[0] == '#')
			continue;
		if (!chy_str_split(&line, '\t', &columns[0]) || !line.data ||
			!chy_str_is(columns[0], kind) || !chy_str_split(&line, '\t', &columns[1]))
			continue;
		if (chy_str_equal(columns[1], key) && line.data)
			return line;
	}
	return CHY_STR("");
}
