#include "options.h"

#include <argp.h>

#include "command.h"
#include "options_values.h"
#include "render.h"

/* Keys of options without a short form: beyond every character. */
enum option_key {
	KEY_FORMAT = 256,
	KEY_PROCESS,
	KEY_PEER,
	KEY_ORIGIN,
	KEY_END,
	KEY_OPEN,
	KEY_ALL,
	KEY_NO_FOLD,
	KEY_STACKS,
	KEY_TIMELINE,
	KEY_AT,
	KEY_NO_TIMELINE
};

/* Two of one filter would mean both or either: who gives two is asked, not guessed. */
static const char *filter_once(const struct argp_state *state, const char *before,
			       const char *argument)
{
	if (before != NULL)
		argp_error(state, "one filter of a kind: '%s' is one too many", argument);
	return argument;
}

/* Returns false when the key is none of the filters. */
static bool parse_filter(int key, char *argument, struct argp_state *state,
			 struct selection *selection)
{
	switch (key) {
	case KEY_PROCESS:
		selection->process = filter_once(state, selection->process, argument);
		return true;
	case KEY_PEER:
		selection->peer = filter_once(state, selection->peer, argument);
		return true;
	case KEY_ORIGIN:
		selection->origin = filter_once(state, selection->origin,
						options_origin(state, argument));
		return true;
	case KEY_END:
		selection->end = filter_once(state, selection->end, options_end(state, argument));
		return true;
	case KEY_OPEN:
		selection->is_open_only = true;
		return true;
	case KEY_ALL:
		selection->with_noise = true;
		return true;
	case KEY_NO_FOLD:
		selection->without_folding = true;
		return true;
	default:
		return false;
	}
}

static error_t parse_report(int key, char *argument, struct argp_state *state)
{
	struct options_report *options = state->input;

	if (parse_filter(key, argument, state, &options->selection))
		return 0;
	switch (key) {
	case 'o':
		options->output = argument;
		return 0;
	case KEY_FORMAT:
		options->renderer = options_renderer(state, argument);
		return 0;
	case KEY_STACKS:
		options->with_stacks = true;
		return 0;
	case KEY_AT:
		options->at = argument;
		return 0;
	case KEY_TIMELINE:
		options->timelines = RENDER_TIMELINES_ALL;
		return 0;
	case KEY_NO_TIMELINE:
		options->timelines = RENDER_TIMELINES_NONE;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num > 0)
			argp_error(state, "one trace at a time: '%s' is one too many", argument);
		options->trace = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse_report(const struct command *command, int argc, char **argv,
			  struct options_report *options)
{
	static const struct argp_option list[] = {
		{"format", KEY_FORMAT, "FORMAT", 0, "text (default) or json", 0},
		{"output", 'o', "FILE", 0, "Write to this file instead of standard output", 0},
		{"at", KEY_AT, "SNAPSHOT", 0,
		 "Tell how things stood at a snapshot: its number, or a time as in 2.5s, which "
		 "means the last one before",
		 0},
		{NULL, 0, NULL, 0, "Only sockets:", 1},
		{"process", KEY_PROCESS, "WHICH", 0, "of a process: p2, a pid or a program's name",
		 1},
		{"peer", KEY_PEER, "GLOB", 0, "whose peer's address or name matches", 1},
		{"origin", KEY_ORIGIN, "WORD", 0, "that came about in this way", 1},
		{"end", KEY_END, "WORD", 0, "that ended in this way, or \"open\"", 1},
		{"open", KEY_OPEN, NULL, 0, "that were open at the end", 1},
		{NULL, 0, NULL, 0, "In the text:", 2},
		{"all", KEY_ALL, NULL, 0,
		 "Show datagram sockets, netlink and what the resolver makes, too, and pools that "
		 "never connected",
		 2},
		{"no-fold", KEY_NO_FOLD, NULL, 0,
		 "Show a line for each of many like sockets or objects", 2},
		{"stacks", KEY_STACKS, NULL, 0,
		 "Show where each object was created, each socket opened and closed", 2},
		{"timeline", KEY_TIMELINE, NULL, 0,
		 "Draw the lives of objects' sockets, however many there are", 2},
		{"no-timeline", KEY_NO_TIMELINE, NULL, 0, "Draw none", 2},
		{0},
	};

	*options = (struct options_report){.trace = COMMAND_DEFAULT_TRACE,
					   .renderer = &renderer_text};
	options_command_line_parse(command, argc, argv, list, parse_report, 0, options);
}
