/* Compiles data/ingest/ into C at build time:
 *
 *     embed OUT.c NAME=FILE…
 *
 * A file has one entry a line, `name TAB value`; empty lines and lines that
 * begin with `#` are comments. Each file becomes a table `NAME`, sorted by
 * name, with the line's rank: the earlier, the lower. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	char *name, *value;
	int rank;
};

struct table {
	struct entry *entries;
	int count;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static char *copy(const char *text)
{
	char *made = strdup(text);

	if (!made)
		abort();
	return made;
}

static int add_line(struct table *table, char *line)
{
	char *tab = strchr(line, '\t');

	line[strcspn(line, "\r\n")] = '\0';
	if (!line[0] || line[0] == '#')
		return 0;
	if (!tab || tab == line || !tab[1])
		return -1;
	*tab = '\0';
	table->entries =
		realloc(table->entries, ((size_t)table->count + 1) * sizeof(*table->entries));
	if (!table->entries)
		abort();
	table->entries[table->count] = (struct entry){copy(line), copy(tab + 1), table->count};
	table->count++;
	return 0;
}

static int read_table(const char *path, struct table *table)
{
	FILE *file = fopen(path, "r");
	char line[1024];

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (int number = 1; fgets(line, sizeof(line), file); number++)
		if (add_line(table, line) < 0) {
			fprintf(stderr, "%s:%d: not `name TAB value`\n", path, number);
			fclose(file);
			return -1;
		}
	fclose(file);
	qsort(table->entries, (size_t)table->count, sizeof(*table->entries), by_name);
	for (int i = 1; i < table->count; i++)
		if (by_name(&table->entries[i - 1], &table->entries[i]) == 0) {
			fprintf(stderr, "%s: `%s` twice\n", path, table->entries[i].name);
			return -1;
		}
	return 0;
}

static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void write_table(FILE *out, const char *name, struct table *table)
{
	fprintf(out, "static const struct name %s_names[] = {\n", name);
	for (int i = 0; i < table->count; i++) {
		struct entry *entry = &table->entries[i];

		fputs("\t{", out);
		write_string(out, entry->name);
		fputs(", ", out);
		write_string(out, entry->value);
		fprintf(out, ", %d},\n", entry->rank);
		free(entry->name);
		free(entry->value);
	}
	fprintf(out, "};\nconst struct names names_%s = {%s_names, %d};\n", name, name,
		table->count);
	free(table->entries);
}

static int write_tables(FILE *out, int count, char **arguments)
{
	fputs("/* Made by embed.c from data/ingest. */\n#include \"names.h\"\n\n", out);
	for (int i = 0; i < count; i++) {
		char *path = strchr(arguments[i], '=');
		struct table table = {NULL, 0};

		if (!path)
			return -1;
		*path++ = '\0';
		if (read_table(path, &table) < 0)
			return -1;
		write_table(out, arguments[i], &table);
	}
	return 0;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;

	if (!out) {
		fprintf(stderr, "usage: embed OUT.c NAME=FILE...\n");
		return 2;
	}
	if (write_tables(out, argc - 2, argv + 2) < 0) {
		fclose(out);
		remove(argv[1]);
		return 1;
	}
	return fclose(out) == 0 ? 0 : 1;
}
