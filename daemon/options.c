#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "daemon.h"

static const char help[] =
	"chanceryd watches a directory of news and keeps what states did to one another.\n\n"
	"usage: chanceryd [--config FILE] [--inbox DIR] [--archive DIR] [--once] [--workers N]\n\n"
	"  --config FILE   read the configuration (every key: the sample chanceryd.conf)\n"
	"  --inbox DIR     where articles fall in (else ARCHIVE/inbox)\n"
	"  --archive DIR   where the log is (else $CHANCERY_ARCHIVE, else /var/lib/chancery)\n"
	"  --once          take what lies in the inbox and leave\n"
	"  --workers N     processes that read articles (else one a core)\n"
	"  --date DAY      the day of articles that bear none (else their file's)\n"
	"  --version       print the version\n\n"
	"Example:\n  chanceryd --inbox ~/news --archive ~/chancery --once\n"
	"  chancery --archive ~/chancery disputes\n";

static void set(char **target, const char *value)
{
	free(*target);
	*target = strdup(value);
}

static int set_workers(struct config *config, const char *text)
{
	char *end;

	config->workers = strtol(text, &end, 10);
	if (!*end && config->workers > 0 && config->workers <= 256)
		return 0;
	fprintf(stderr, "chanceryd: --workers takes a number from 1 to 256, not '%s'\n", text);
	return STATUS_USAGE;
}

static int set_date(struct config *config, const char *text)
{
	struct chy_edtf date;

	if (chy_edtf_parse(chy_str_from(text), &date)) {
		fprintf(stderr, "chanceryd: --date %s is no date; write 2013-11-03\n", text);
		return STATUS_USAGE;
	}
	set(&config->date, text);
	return 0;
}

static const struct option long_options[] = {{"config", required_argument, NULL, 'c'},
	{"inbox", required_argument, NULL, 'i'}, {"archive", required_argument, NULL, 'a'},
	{"workers", required_argument, NULL, 'w'}, {"date", required_argument, NULL, 'd'},
	{"once", no_argument, NULL, 'o'}, {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};

/* The file first, wherever it is named: the command line wins over it. */
static int read_named_file(struct config *config, int argc, char **argv)
{
	for (int i = 1; i < argc && argv[i]; i++) {
		const char *path = NULL;

		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			path = argv[i + 1];
		else if (strncmp(argv[i], "--config=", 9) == 0)
			path = argv[i] + 9;
		if (path) {
			set(&config->file, path);
			return config_read(config, path);
		}
	}
	return 0;
}

static int take_option(struct config *config, int option)
{
	switch (option) {
	case 'c':
		return 0;
	case 'i':
		set(&config->inbox, optarg);
		return 0;
	case 'a':
		set(&config->archive, optarg);
		return 0;
	case 'd':
		return set_date(config, optarg);
	case 'w':
		return set_workers(config, optarg);
	case 'o':
		config->once = true;
		return 0;
	case 'h':
		fputs(help, stdout);
		return -1;
	case 'v':
		printf("chanceryd %s\n", CHY_VERSION);
		return -1;
	default:
		fprintf(stderr, "chanceryd: `chanceryd --help` lists the options\n");
		return STATUS_USAGE;
	}
}

int options_read(struct config *config, int argc, char **argv)
{
	int option, status = read_named_file(config, argc, argv);

	while (!status && (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1)
		status = take_option(config, option);
	if (!status && optind < argc) {
		fprintf(stderr,
			"chanceryd: '%s' is no option; files are put into the inbox "
			"(`chancery ingest`)\n",
			argv[optind]);
		status = STATUS_USAGE;
	}
	return status;
}
