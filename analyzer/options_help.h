/*
 * --help, --usage and --version of every command line. argp has them too, but beside them a hidden
 * --HANG, which any abbreviation of it (--H) reaches and which sleeps for an hour (glibc,
 * argp/argp-parse.c): so its own are switched off. One thread.
 */
#ifndef SOCKLIFE_OPTIONS_HELP_H
#define SOCKLIFE_OPTIONS_HELP_H

#include <argp.h>

/* For the children of a struct argp. */
extern const struct argp_child options_help[];

/* argp_parse() with these flags and argp's own options off. */
void options_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input);

#endif
