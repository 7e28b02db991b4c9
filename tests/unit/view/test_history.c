/* The views over time: what was known when, and that any way of following
 * the log gives the same views. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place.h"

/* 1 archive; 2, 3 one; 4, 5 two; 6 a later coding of one; 7 a sighting;
 * 8 two is withdrawn; 9 a rejection; 10, 11 three. */
static const char *const history[] = {
	"{\"add\":\"one\",\"date\":\"2013-11-02\",\"events\":["
	" {\"event\":\"AGREE\",\"actor\":[\"JPN\",\"RUS\"]},"
	" {\"event\":\"ACCUSE\",\"actor\":[\"RUS\"],\"recipient\":[\"USA\"]}]}",
	"{\"add\":\"two\",\"date\":\"2013-11-05\",\"events\":["
	" {\"event\":\"CONSULT\",\"actor\":[\"JPN\"],\"recipient\":[\"RUS\"]}]}",
	"{\"code\":\"one\",\"events\":[{\"event\":\"AGREE\",\"actor\":[\"JPN\",\"RUS\"]}]}",
	"{\"sight\":\"one\",\"path\":\"again.txt\"}",
	"{\"withdraw\":\"two\",\"author\":\"R. Dias\",\"reason\":\"a hoax\"}",
	"{\"reject\":\"broken.pdf\",\"reason\":\"no text\",\"code\":\"unsupported\"}",
	"{\"add\":\"three\",\"date\":\"2013-11-09\",\"events\":["
	" {\"event\":\"REJECT\",\"actor\":[\"RUS\"],\"recipient\":[\"JPN\"]}]}",
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place_make(place);
	for (size_t i = 0; i < COUNT_OF(history); i++)
		place_write(place, history[i]);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

static void events_as_of(const struct place *place, uint64_t as_of, const char *ids)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	char shown[256];
	json_t *events;

	filter.as_of = as_of;
	events = place_events(place, &filter);
	assert_string_equal(listed(events, "id", shown, sizeof(shown)), ids);
	json_decref(events);
}

static const struct {
	uint64_t as_of;
	const char *ids;
	int documents, sightings, rejected, events, withdrawn;
} moments[] = {
	{1, "", 0, 0, 0, 0, 0},
	{2, "", 1, 1, 0, 0, 0},
	{3, "E3.1 E3.2", 1, 1, 0, 2, 0},
	{5, "E3.1 E3.2 E5.1", 2, 2, 0, 3, 0},
	{6, "E6.1 E5.1", 2, 2, 0, 2, 0},
	{7, "E6.1 E5.1", 2, 3, 0, 2, 0},
	{8, "E6.1", 2, 3, 0, 1, 1},
	{9, "E6.1", 2, 3, 1, 1, 1},
	{11, "E6.1 E11.1", 3, 4, 1, 2, 1},
	{0, "E6.1 E11.1", 3, 4, 1, 2, 1},
};

static void what_was_known_is_told_as_it_was_known(void **state)
{
	const struct place *place = *state;

	place_follow(*state, 0);
	for (size_t i = 0; i < COUNT_OF(moments); i++)
		events_as_of(place, moments[i].as_of, moments[i].ids);
}

static void counts_are_told_as_they_were(void **state)
{
	place_follow(*state, 0);
	for (size_t i = 0; i < COUNT_OF(moments); i++) {
		json_t *counts = place_counts(*state, moments[i].as_of), *expected;

		json_object_del(counts, "last_day");
		expected = json_pack("{s:i, s:i, s:i, s:i, s:i}", "documents", moments[i].documents,
			"sightings", moments[i].sightings, "rejected", moments[i].rejected,
			"events", moments[i].events, "withdrawn", moments[i].withdrawn);
		assert_true(json_equal(counts, expected));
		json_decref(expected);
		json_decref(counts);
	}
}

/* The views at a record, and those of today asked as of that record, agree:
 * nothing later leaks into an old answer. */
static void the_past_is_as_it_was_when_it_was_now(void **state)
{
	struct place *place = *state;

	for (uint64_t seq = 1; seq <= 11; seq++) {
		const struct chy_event_filter now = CHY_EVENT_FILTER_ALL;
		struct chy_event_filter then = now;
		json_t *before, *after;

		place_follow(place, seq);
		before = place_events(place, &now);
		place_follow(place, 0);
		then.as_of = seq;
		after = place_events(place, &then);
		assert_true(json_equal(before, after));
		json_decref(before);
		json_decref(after);
		tear_down(state);
		set_up(state);
		place = *state;
	}
}

static void what_was_taken_back_stays_so(void **state)
{
	place_write(
		*state, "{\"code\":\"two\",\"events\":[{\"event\":\"AID\",\"actor\":[\"JPN\"]}]}");
	place_follow(*state, 0);
	events_as_of(*state, 0, "E6.1 E11.1");
}

static void digest_of_whole(struct place *place, char out[CHY_HASH_HEX])
{
	place_follow(place, 0);
	place_digest(place, out);
}

static void forget(const struct place *place)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/views.mdb", place->directory);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/views.mdb-lock", place->directory);
	unlink(path);
}

static void following_in_any_steps_gives_the_same_views(void **state)
{
	struct place *place = *state;
	char at_once[CHY_HASH_HEX], in_steps[CHY_HASH_HEX];

	digest_of_whole(place, at_once);
	for (uint64_t step = 1; step <= 11; step++) {
		forget(place);
		for (uint64_t seq = step; seq < 11; seq += step)
			place_follow(place, seq);
		digest_of_whole(place, in_steps);
		assert_string_equal(in_steps, at_once);
	}
}

static void the_digest_changes_with_every_record(void **state)
{
	char before[CHY_HASH_HEX] = "", after[CHY_HASH_HEX];

	for (uint64_t seq = 1; seq <= 11; seq++) {
		place_follow(*state, seq);
		place_digest(*state, after);
		assert_string_not_equal(before, after);
		memcpy(before, after, sizeof(before));
	}
}

static void cleared_views_come_back_the_same(void **state)
{
	struct place *place = *state;
	char before[CHY_HASH_HEX], after[CHY_HASH_HEX];
	struct chy_view *view;
	struct chy_fault fault;

	digest_of_whole(place, before);
	assert_int_equal(chy_view_open_writer(place->directory, place->archive, &view, &fault), 0);
	assert_int_equal(chy_view_clear(view, &fault), 0);
	chy_view_close(view);
	place_digest(place, after);
	assert_string_not_equal(before, after);
	digest_of_whole(place, after);
	assert_string_equal(before, after);
}

static void views_of_another_archive_are_made_again(void **state)
{
	struct place *place = *state, other;
	char command[256], digest[CHY_HASH_HEX], again[CHY_HASH_HEX];

	digest_of_whole(place, digest);
	place_make(&other);
	place_write(&other, "{\"add\":\"elsewhere\",\"events\":[{\"event\":\"AID\"}]}");
	place_follow(&other, 0);
	snprintf(command, sizeof(command), "cp '%s/views.mdb' '%s/views.mdb'", other.directory,
		place->directory);
	assert_int_equal(system(command), 0);
	digest_of_whole(place, again);
	assert_string_equal(digest, again);
	place_remove(&other);
}

static void damaged_views_are_made_again(void **state)
{
	struct place *place = *state;
	char path[128], digest[CHY_HASH_HEX], again[CHY_HASH_HEX];
	struct chy_view *view;
	struct chy_fault fault;
	FILE *file;

	digest_of_whole(place, digest);
	snprintf(path, sizeof(path), "%s/views.mdb", place->directory);
	file = fopen(path, "wb");
	assert_non_null(file);
	for (int i = 0; i < 4000; i++)
		fputs("no views ", file);
	fclose(file);
	assert_int_equal(chy_view_open(place->directory, &view, &fault), CHY_EDAMAGED);
	digest_of_whole(place, again);
	assert_string_equal(digest, again);
}

static void two_do_not_follow_at_once(void **state)
{
	const struct place *place = *state;
	struct chy_view *first, *second;
	struct chy_fault fault;

	assert_int_equal(chy_view_open_writer(place->directory, place->archive, &first, &fault), 0);
	assert_int_equal(
		chy_view_open_writer(place->directory, place->archive, &second, &fault), CHY_EBUSY);
	chy_view_close(first);
	assert_int_equal(
		chy_view_open_writer(place->directory, place->archive, &second, &fault), 0);
	chy_view_close(second);
}

static void without_views_there_is_nothing_to_read(void **state)
{
	const struct place *place = *state;
	struct chy_view *view;
	struct chy_fault fault;

	assert_int_equal(chy_view_open(place->directory, &view, &fault), CHY_EABSENT);
}

static size_t files_in(const char *directory)
{
	DIR *list = opendir(directory);
	size_t n = 0;

	assert_non_null(list);
	while (readdir(list))
		n++;
	closedir(list);
	return n - 2;
}

static void views_without_names_are_of_the_same_digest(void **state)
{
	struct place *place = *state;
	char own[] = "/tmp/chy-own-XXXXXX", whole[CHY_HASH_HEX], hex[CHY_HASH_HEX];
	struct chy_view *view;
	struct chy_hash hash;
	struct chy_fault fault;
	uint64_t seq;

	digest_of_whole(place, whole);
	assert_non_null(mkdtemp(own));
	assert_int_equal(chy_view_open_unnamed(own, place->archive, &view, &fault), 0);
	assert_int_equal(files_in(own), 0);
	assert_int_equal(chy_view_follow(view, place->archive, 0, &seq, &fault), 0);
	assert_int_equal(chy_view_digest(view, &hash, &fault), 0);
	assert_string_equal(chy_hash_to_hex(&hash, hex), whole);
	chy_view_close(view);
	assert_int_equal(files_in(own), 0);
	assert_int_equal(rmdir(own), 0);
}

/* A follower that is killed leaves views that say how far they are. */
static void a_killed_follower_is_taken_over(void **state)
{
	struct place *place = *state;
	char whole[CHY_HASH_HEX], after[CHY_HASH_HEX];
	int status;
	pid_t child;

	digest_of_whole(place, whole);
	for (uint64_t seq = 1; seq < 11; seq++) {
		forget(place);
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			struct chy_archive *archive;
			struct chy_view *view;
			uint64_t reached;

			if (chy_archive_open(place->directory, &archive, NULL) ||
				chy_view_open_writer(place->directory, archive, &view, NULL) ||
				chy_view_follow(view, archive, seq, &reached, NULL))
				_exit(1);
			kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		digest_of_whole(place, after);
		assert_string_equal(whole, after);
	}
}

static void the_files_of_views_are_told_by_name(void **state)
{
	static const char *const others[] = {
		"", ".", "views", "views.mdb2", "log.mdb", "past.json", "writer.lock"};
	struct place *place = *state;
	char path[128];

	for (enum chy_view_file file = 0; file < CHY_VIEW_FILES; file++) {
		chy_view_path(place->directory, file, path, sizeof(path));
		assert_true(chy_view_is_file(strrchr(path, '/') + 1));
	}
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(chy_view_is_file(others[i]));
	chy_view_path(place->directory, CHY_VIEW_FILE_LOCK, path, strlen(place->directory) + 5);
	assert_string_equal(path, "");
}

/* What is left is the archive's. */
static void views_are_removed_with_all_their_files(void **state)
{
	struct place *place = *state;
	const struct dirent *entry;
	unsigned others = 0;
	char path[128];
	DIR *list;

	place_follow(place, 0);
	for (enum chy_view_file file = 0; file < CHY_VIEW_FILES; file++) {
		chy_view_path(place->directory, file, path, sizeof(path));
		fclose(fopen(path, "a"));
	}
	chy_view_remove(place->directory);
	list = opendir(place->directory);
	while ((entry = readdir(list))) {
		assert_int_not_equal(strncmp(entry->d_name, "views", 5), 0);
		others += strcmp(entry->d_name, "log.mdb") == 0;
	}
	closedir(list);
	assert_int_equal(others, 1);
}

static void mark_as(const struct place *place, const char *run)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/views.unsynced", place->directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(run, file);
	assert_int_equal(fclose(file), 0);
}

static bool is_marked(const struct place *place)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/views.unsynced", place->directory);
	return access(path, F_OK) == 0;
}

static void write_many(struct place *place, unsigned n)
{
	char line[128];

	for (unsigned i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "{\"sight\":\"one\",\"path\":\"%u.txt\"}", i);
		place_write(place, line);
	}
}

/* The mark comes with many records and goes with the next few. */
static void unsynced_views_bear_a_mark(void **state)
{
	struct place *place = *state;
	struct chy_view *view;
	struct chy_fault fault;

	place_follow(place, 0);
	assert_false(is_marked(place));
	write_many(place, 1001);
	place_follow(place, 0);
	assert_true(is_marked(place));
	assert_int_equal(chy_view_open(place->directory, &view, &fault), 0);
	chy_view_close(view);
	place_follow(place, 0);
	assert_true(is_marked(place)); /* nothing was written: nothing was waited for */
	place_write(place, "{\"sight\":\"one\",\"path\":\"last.txt\"}");
	place_follow(place, 0);
	assert_false(is_marked(place));
}

/* Marks of a run that has ended, and of none that can be told. */
static void views_that_may_be_lost_are_made_again(void **state)
{
	static const char *const runs[] = {"01234567-89ab-cdef-0123-456789abcdef\n", ""};
	struct place *place = *state;
	char whole[CHY_HASH_HEX], after[CHY_HASH_HEX];
	struct chy_view *view;
	struct chy_fault fault;
	uint64_t seq;

	digest_of_whole(place, whole);
	for (size_t i = 0; i < 2; i++) {
		mark_as(place, runs[i]);
		assert_int_equal(chy_view_open(place->directory, &view, &fault), CHY_EVERSION);
		assert_int_equal(
			chy_view_open_writer(place->directory, place->archive, &view, &fault), 0);
		assert_int_equal(chy_view_position(view, &seq, &fault), 0);
		assert_int_equal(seq, 0);
		chy_view_close(view);
		assert_false(is_marked(place));
		digest_of_whole(place, after);
		assert_string_equal(whole, after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_known_is_told_as_it_was_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(counts_are_told_as_they_were, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_past_is_as_it_was_when_it_was_now, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_taken_back_stays_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			following_in_any_steps_gives_the_same_views, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_digest_changes_with_every_record, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			cleared_views_come_back_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			views_of_another_archive_are_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged_views_are_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_files_of_views_are_told_by_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			views_are_removed_with_all_their_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unsynced_views_bear_a_mark, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			views_that_may_be_lost_are_made_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_do_not_follow_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_views_there_is_nothing_to_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			views_without_names_are_of_the_same_digest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_killed_follower_is_taken_over, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
