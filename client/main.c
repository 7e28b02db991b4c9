/* chancery: the questions. One file a command; this one holds their list. */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client.h"

#define FILTERS                                                                                    \
	"  --actor WHO        who acts: a code, a name or a demonym (RUS, Russia, russo)\n"        \
	"  --recipient WHO    upon whom\n"                                                         \
	"  --between A,B      both take part\n"                                                    \
	"  --event NAME       one of the sixteen categories (AGREE, CONSULT, …)\n"               \
	"  --dispute ID       about a dispute\n"                                                   \
	"  --since DAY        happened on that day or later (2013, 2013-11, 2013-11-03)\n"         \
	"  --until DAY        or earlier\n"                                                        \
	"  --place NAME, --source OUTLET  as the article has it, case and accents aside\n"         \
	"  --language CODE    pt, en or es\n"                                                      \
	"  --aux WORD         future, historical, hypothetical or negation\n"                      \
	"  --min-confidence P at least so sure (0 to 1)\n"                                         \
	"  --limit N          at most so many; 0: all\n"

/* The mark of what chancery-reader has. */
#define OF_READER NULL

const struct command commands[] = {
	{"code", "code articles without an archive", "code [--date D] [--lang L] [--why] [FILE...]",
		"Prints the events of each file (standard input where none is named), one JSON\n"
		"object a line. A file that reports nothing prints nothing.\n\n"
		"  --date DAY         when the articles were published, unless they say so\n"
		"  --lang CODE        pt, en or es, unless they say so\n"
		"  --why              the rule and what it matched too, and for a sentence that\n"
		"                     codes nothing the rule that came nearest\n\n"
		"Example:\n  chancery code --date 2013-11-03 article.txt\n",
		OF_READER},
	{"parse", "print the syntax trees of texts", "parse [--lang L] [--gold-tokens] [FILE...]",
		"Prints the trees of each text: CoNLL-U, or with --format text a drawing.\n\n"
		"  --lang CODE        pt, en or es (else it is guessed)\n"
		"  --gold-tokens      the input is CoNLL-U, whose words are kept\n"
		"  --format NAME      conllu, json or text\n\n"
		"Example:\n  echo 'Os ministros reuniram-se em Lisboa.' | chancery parse --format "
		"text\n",
		OF_READER},
	{"disputes", "every dispute, its phase, temperature and last act",
		"disputes [--threads] [--on DATE]",
		"Those of the catalogue of which the archive tells, that of the latest act "
		"first.\nThe last act is the last that was done or announced; what was denied "
		"or only may\nbe is none.\n\n"
		"  --threads          those that formed by themselves between two parties\n"
		"  --on DATE          as they stood on that day\n\n"
		"Example:\n  chancery disputes --on 2014-03-18\n",
		run_disputes},
	{"dispute", "how one dispute stands, and what that rests on",
		"dispute ID [--phases | --course [--by month|year]] [--on DATE]",
		"State of play: a paragraph, then the parties, open commitments, the last acts of\n"
		"each, and the sentences that say so. ID is one of the catalogue, or a thread's\n"
		"(thread:JPN+RUS:economic).\n\n"
		"  --phases           the phases that it went through, and what brought each\n"
		"  --course           how it went: temperature at each month's end, and the acts "
		"that\n"
		"                     brought together and apart [--by month|year]\n"
		"  --on DATE          as it stood on that day; with --as-of, as that was known "
		"then\n\n"
		"One that the catalogue lacks is declared. From then on what two of its parties "
		"do\n"
		"belongs to it where the sentence or the title holds one of its terms (case, "
		"accents\n"
		"aside; without terms all), what was told before included.\n\n"
		"  --declare ID       small letters, digits and hyphens; again: declared "
		"otherwise\n"
		"  --name, --name-pt, --name-es NAME\n"
		"  --parties A,B      codes or names\n"
		"  --terms \"A; B\"     [--issue WORD] [--since DATE] [--until DATE]\n"
		"  --undeclare ID     it is none any more\n"
		"  --reason R         [--author A]\n\n"
		"Example:\n  chancery dispute kuril-islands\n",
		run_dispute},
	{"timeline", "what happened, in order", "timeline [ID] [filters]",
		FILTERS "\nExample:\n  chancery timeline --between Portugal,Angola --since 2015\n",
		run_timeline},
	{"events", "the events as they were coded", "events [filters]",
		FILTERS "\nExample:\n  chancery events --actor russo --event ACCUSE --format csv\n",
		run_events},
	{"actors", "people and bodies with their posts in time",
		"actors [NAME|CODE] [--on DATE] [--dispute ID]",
		"Who held which post when, as the catalogue knows (in office), and as documents "
		"told:\n"
		"how many events name them, how many quote them (spoke), when they were first and "
		"last\n"
		"seen, and the events that say so. Without a name: every body, its people "
		"counted.\n\n"
		"  NAME|CODE          a body's code, name or demonym, or a person's name or a part "
		"of it\n"
		"  --on DATE          in office on that day, or seen before and after it\n"
		"  --dispute ID       who acted and spoke for whom in a dispute\n\n"
		"Example:\n  chancery actors --dispute kuril-islands Japan\n",
		run_actors},
	{"commitments", "promises with a term, and what became of them",
		"commitments [DISPUTE] [--open] [--overdue] [--kept] [--broken] [--withdrawn]\n"
		"                            [--renewed] [--on DATE] [filters]",
		"In order of the term's last day: pending (--open) until it, then overdue; kept, "
		"or\n"
		"kept-late, broken, or withdrawn by the one that promised, by an act that is "
		"named;\n"
		"renewed by a later promise of the kind, which tells from then on what becomes of "
		"it.\n"
		"As they stood on the newest document's day, or --on another; --since and --until "
		"are\n"
		"of the term. The fifty whose terms end last are shown (of --open alone those "
		"whose\n"
		"terms end first), or --limit N, or all with --limit 0.\n\n"
		"Example:\n  chancery commitments --overdue --between RUS,JPN --on "
		"2014-06-01\n",
		run_commitments},
	{"search", "full text over sentences, titles and names", "search WORDS... [filters]",
		"All words, in any form (of Portuguese, English, Spanish), with or without "
		"accents, "
		"in\n"
		"the sentence of an event or the title of its document; the best first, 20 unless\n"
		"--limit says otherwise. docs/search.md tells more.\n\n"
		"  '\"two words\"'      one right after the other\n"
		"  curil*             all that begins so\n"
		"  -word              without it\n"
		"  one OR other       either\n" FILTERS
		"\nExample:\n  chancery search '\"south kuril\" OR curil* -lavrov' --since 2013\n",
		run_search},
	{"show", "a document, an event or a happening whole", "show ID [--original]",
		"ID is an event's (E12.3), a happening's (H and sixteen digits: all that tell it,\n"
		"and where they disagree) or a document's, or the first digits of one.\n\n"
		"  --original         the document's bytes as they came\n\n"
		"Example:\n  chancery show E12.3\n",
		run_show},
	{"source", "an event's sentence in its paragraph", "source ID",
		"Example:\n  chancery source E12.3\n", run_source},
	{"why", "the rule behind an event", "why ID",
		"What the archive has; then the document is read again, and told is which rule\n"
		"matched which words of the tree, and how each side was found.\n\nExample:\n  "
		"chancery why E12.3\n",
		OF_READER},
	{"diff", "what was learned, corrected or taken back between two moments",
		"diff --from WHEN [--to WHEN] [filters]",
		"WHEN is a record's number or a time, as for --as-of (2013 is a record, the "
		"year's\n"
		"first day is 2013-01-01); --to is now. An event that a later coding tells as\n"
		"before is no difference. Promises whose term went by in between are told as\n"
		"overdue, and disputes that are in another phase as of its newest document's day,\n"
		"with the act that brought it about. Filters are those of events but of days and\n"
		"of number; phases are told by --dispute and by parties alone.\n\n"
		"Example:\n  chancery diff --from 2014-01-01 --to 2014-02-01 --between RUS,JPN\n",
		run_diff},
	{"history", "every record that ever touched a document", "history ID",
		"ID is an event's (E12.3) or a document's, or the first digits of one: when it\n"
		"came, was coded, corrected and withdrawn, by whom and why.\n\n"
		"Example:\n  chancery history E12.3\n",
		run_history},
	{"correct", "set an event right, with your name and reason",
		"correct ID --reason R [--author A] [changes]",
		"The event is superseded by what you say; --as-of an earlier record still shows "
		"it\n"
		"as it was. A later coding of the document keeps the correction where the "
		"sentence\n"
		"still tells the act.\n\n"
		"  --event CATEGORY   AGREE, CONSULT, … [--mode MODE]\n"
		"  --actor A,B        who acted: codes or names; '' for nobody\n"
		"  --recipient A,B    upon whom\n"
		"  --date DATE        when it happened; '' for not told\n"
		"  --due DATE         by when it is promised; '' for no term\n"
		"  --aux WORD         future, historical, hypothetical, negation; '' for done\n"
		"  --place PLACE      where\n"
		"  --dispute IDS      what it is about; '' for no dispute\n"
		"  --not-an-event     nothing of the kind happened\n\n"
		"Example:\n  chancery correct E12.3 --date 2013-11-01 --reason \"the paper's own "
		"correction of 4 November\"\n",
		run_correct},
	{"withdraw", "take a document back, with your name and reason",
		"withdraw ID --reason R [--author A]",
		"What the document told is told no more; --as-of an earlier record still shows "
		"it.\n\n"
		"Example:\n  chancery withdraw 1f8a3c --reason \"withdrawn by its paper\"\n",
		run_withdraw},
	{"log", "the records as they are", "log [--after SEQ] [--limit N]",
		"  --after SEQ        those that follow a record\n"
		"  --limit N          at most so many\n\n"
		"Example:\n  chancery log --after 100 --format jsonl\n",
		run_log},
	{"follow", "the records as they come",
		"follow [--after CURSOR] [--cursor-file F] [--exec CMD]",
		"Prints each record as a JSON line and waits for the next. A cursor is an\n"
		"archive's UUID, a colon, and a record's number; a number alone will do.\n\n"
		"  --after CURSOR     begin after it (0: the whole log; else: what is new)\n"
		"  --cursor-file F    begin where F says, and keep it up to date\n"
		"  --exec CMD         run CMD with each record on its standard input; it is tried\n"
		"                     again until it succeeds, and only then the cursor moves; "
		"the\n"
		"                     first failure of a record is told on standard error\n"
		"  --until-end        leave when the log's end is reached\n\n"
		"Example:\n  chancery follow --after 0 | jq .kind\n",
		run_follow},
	{"stats", "counts by category, month or pair", "stats [--by category|month|pair] [filters]",
		FILTERS "\nExample:\n  chancery stats --by month --dispute kuril-islands\n",
		run_stats},
	{"export", "events for other programs: csv, sqlite, ics, …",
		"export csv|jsonl|sqlite|ics|dot|timelinejs|gdelt|cameo [filters]\n"
		"                       [--output FILE [--force]]",
		"docs/export.md tells what each format holds. It is written as it is read: as "
		"many\n"
		"events as there are, in little memory. The file has its name once it is whole.\n\n"
		"  csv                an event a row; jsonl: an event a line, whole\n"
		"  sqlite             a database with tables and views; needs --output\n"
		"  ics                promises and their terms, as a calendar\n"
		"  dot                who dealt with whom, for Graphviz\n"
		"  timelinejs         happenings, for TimelineJS 3\n"
		"  gdelt              happenings in the 61 columns of GDELT 2.0\n"
		"  cameo              date, source, target, CAMEO code, score, sentence, event\n\n"
		"  --output FILE      there, not to standard output\n"
		"  --force            in place of a file that is there\n" FILTERS
		"\nExample:\n  chancery export sqlite --dispute kuril-islands --output "
		"kuriles.db\n",
		run_export},
	{"status", "how the archive and its daemon are", "status", "Example:\n  chancery status\n",
		run_status},
	{"ingest", "put files into the inbox safely", "ingest [--inbox DIR] FILE...",
		"  --inbox DIR        where (else where the daemon looks, else ARCHIVE/inbox)\n\n"
		"Example:\n  chancery ingest article.txt\n",
		run_ingest},
	{"recode", "code documents again with the present coder",
		"recode [--since DAY] [--until DAY] [--language CODE] [--source OUTLET] [DOC...]\n"
		"                       [--dry-run] [--wait] | recode --stop",
		"The running daemon does it in the background; new files go first. Where a "
		"document's\n"
		"events differ from those in force, a new record supersedes the old one; else "
		"nothing\n"
		"is written. Corrections are made again where their sentence still tells the act; "
		"the\n"
		"others are listed as orphaned by `chancery history`. `chancery status` tells how "
		"far\n"
		"it is; a daemon that is stopped goes on with it when it starts again.\n\n"
		"  --since, --until   documents dated on that day or later, or earlier\n"
		"  --language CODE    of that language, --source OUTLET of that outlet\n"
		"  DOC...             these documents only\n"
		"  --dry-run          tell what would change, and change nothing; needs no daemon\n"
		"  --wait             leave when it is done, and tell what it changed\n"
		"  --stop             end the one that runs; what it wrote stays\n\n"
		"Example:\n  chancery recode --source \"Harbour Wire\" --dry-run\n",
		OF_READER},
	{"verify", "check every hash and every derived thing", "verify [--head HASH]",
		"  --head HASH        a head that was printed earlier: the log must still hold "
		"the\n"
		"                     record, and may have grown since; exit 4 where it was\n"
		"                     shortened or changed\n\n"
		"Example:\n  chancery verify && echo sound\n",
		run_verify},
	{"backup", "a consistent copy of the log, while the daemon runs", "backup DIR",
		"DIR is made, or is empty. The copy is checked before it is called one; views are\n"
		"made again from it. It goes on being a copy of this moment: make another for the\n"
		"next.\n\n"
		"Example:\n  chancery backup /mnt/backup/chancery-2013-11-03\n",
		run_backup},
	{"restore", "an archive out of a backup", "restore DIR",
		"The archive (--archive, else $CHANCERY_ARCHIVE) must be absent or empty: move\n"
		"what is left of the old one away first.\n\n"
		"Example:\n  chancery --archive /var/lib/chancery restore "
		"/mnt/backup/chancery-2013-11-03\n",
		run_restore},
	{"replay", "make the views again from the log", "replay [--to WHEN] [--into DIR] [--check]",
		"Prints the digest of the views. On a terminal it tells how far it is. What is "
		"done\n"
		"when it is interrupted is kept, and the same command goes on from there.\n\n"
		"  --to WHEN          as they were at a record's number, a day (its end) or a "
		"time; the\n"
		"                     archive's own are left alone\n"
		"  --into DIR         make them there: DIR, new or empty, becomes a look at the\n"
		"                     past, which is asked with --archive DIR as an archive that\n"
		"                     ends at that record. It reads the archive's log where it\n"
		"                     lies, and nothing can be written there\n"
		"  --check            only compare with the archive's; exit 4 where they "
		"differ\n\n"
		"Example:\n  chancery replay --check\n"
		"  chancery replay --to 2014-03-01 --into ~/then\n"
		"  chancery --archive ~/then disputes\n",
		run_replay},
	{NULL, NULL, NULL, NULL, NULL},
};

const struct command *command_named(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static void print_help(void)
{
	printf("chancery asks an archive of news what states did to one another.\n\n"
	       "usage: chancery [--archive DIR] [--format table|json|jsonl|csv|tsv]\n"
	       "                [--as-of TIME|SEQ] [--lang LANGUAGE] COMMAND ...\n\n");
	for (const struct command *c = commands; c->name; c++)
		printf("  %-11s %s\n", c->name, c->summary);
	printf("\n`chancery COMMAND --help` tells more and shows an example. The archive is\n"
	       "--archive, else $CHANCERY_ARCHIVE, else /var/lib/chancery.\n"
	       "Exit status: 0 answered, 1 nothing found, 2 the command line is wrong, 3 the\n"
	       "archive cannot be used, 4 a check failed.\n");
}

static int unknown_command(const char *typed)
{
	const char *names[64];
	const char *near;
	size_t n = 0;

	for (const struct command *c = commands; c->name; c++)
		names[n++] = c->name;
	near = nearest(typed, names, n);
	if (near)
		return usage_error("there is no command '%s'; did you mean '%s'?", typed, near);
	return usage_error("there is no command '%s'; `chancery --help` lists them", typed);
}

static void look_at_terminal(struct client *client)
{
	const char *columns = getenv("COLUMNS"), *no_color = getenv("NO_COLOR");
	struct winsize size;

	client->terminal = isatty(STDOUT_FILENO);
	client->colour = client->terminal && !(no_color && no_color[0]);
	client->width = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
		client->width = size.ws_col;
	else if (columns && atoi(columns) > 20)
		client->width = (size_t)atoi(columns);
}

static const char *language_of_environment(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && value[0] && strcmp(value, "C") != 0 && strncmp(value, "C.", 2) != 0 &&
			strcmp(value, "POSIX") != 0)
			return value;
	}
	return "en";
}

/* Options before the command are moved behind it: one reader reads both. */
static int find_command(int argc, char **argv)
{
	for (int i = 1; i < argc && argv[i]; i++) {
		if (argv[i][0] != '-')
			return i;
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0 ||
			strcmp(argv[i], "--version") == 0)
			return -1;
		if (!strchr(argv[i], '=') && strcmp(argv[i], "--no-color") != 0 && !argv[++i])
			return 0;
	}
	return 0;
}

/* Whether what ends the line is an option of before the command, which is followed
 * by what it is set to. */
static bool lacks_value(int argc, char **argv)
{
	static const char *const names[] = {"--archive", "--format", "--as-of", "--lang"};
	bool odd = false;

	for (int i = 1; i < argc; i++)
		odd = !odd && !strchr(argv[i], '=') && strcmp(argv[i], "--no-color") != 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && odd; i++)
		if (strcmp(argv[argc - 1], names[i]) == 0)
			return true;
	return false;
}

/* A reader that has seen enough is no error. */
static void on_closed_pipe(int signal_number)
{
	(void)signal_number;
	_exit(EXIT_ANSWERED);
}

/* What could not be written was not answered. */
static int leave(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "chancery: the output could not be written\n");
	return EXIT_ARCHIVE;
}

static int answer(struct client *client, int argc, char **argv)
{
	const struct command *command;
	command_run *run;
	int at = find_command(argc, argv), status = 0;

	if (at < 0) {
		if (argc > 1 && strcmp(argv[argc - 1], "--version") == 0)
			printf("chancery %s\n", CHY_VERSION);
		else
			print_help();
		return leave(0);
	}
	if (!at) {
		if (lacks_value(argc, argv))
			return usage_error("%s needs a value", argv[argc - 1]);
		if (argc > 1)
			return usage_error("a command is missing; `chancery --help` lists them");
		print_help();
		return EXIT_USAGE;
	}
	command = command_named(argv[at]);
	if (!command)
		return unknown_command(argv[at]);
	memmove(argv + 1, argv, (size_t)at * sizeof(*argv));
	run = command->run;
	if (!run)
		status = command_of_reader(client, command->name, &run);
	if (!status)
		status = run(client, argc - 1, argv + 1);
	close_archive(client);
	return leave(status);
}

int main(int argc, char **argv)
{
	struct client client = {.lang = language_of_environment()};
	int status;

	signal(SIGPIPE, on_closed_pipe);
	setlocale(LC_CTYPE, "");
	watch_for_damage(&client);
	look_at_terminal(&client);
	client.program_archive = getenv("CHANCERY_ARCHIVE");
	if (!client.program_archive || !client.program_archive[0])
		client.program_archive = "/var/lib/chancery";
	client.given = calloc((size_t)argc + 1, sizeof(*client.given));
	if (!client.given)
		return EXIT_ARCHIVE;
	memcpy(client.given, argv, (size_t)argc * sizeof(*argv)); /* argv is put in order */
	status = answer(&client, argc, argv);
	free(client.given);
	return status;
}
