/*
 * The handle catalog as text, read into tables: which functions of which C libraries create, use,
 * move and destroy handles. handle_catalog.txt is the built-in one and shows the language;
 * socklife(1) describes it for users.
 *
 * Pure but for the catalog given: no locks, no malloc, nothing global. A catalog is filled by one
 * thread, before others may see it, and constant from then on.
 */
#ifndef SOCKLIFE_HANDLE_PARSE_H
#define SOCKLIFE_HANDLE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <socklife/trace_format.h>

#define HANDLE_NONE           UINT16_MAX
#define HANDLE_LIBRARIES_MAX  64
#define HANDLE_PATTERNS_MAX   192
#define HANDLE_TYPES_MAX      128
#define HANDLE_ACTIONS_MAX    512
#define HANDLE_FUNCTIONS_MAX  2048
#define HANDLE_STEPS_MAX      3072
#define HANDLE_TEXT_MAX       65536
#define HANDLE_CONDITIONS_MAX 3
#define HANDLE_REGISTERS      6 /* arguments that are not on the stack, on x86-64 */
#define HANDLE_WORDS_MAX      64
#define HANDLE_WORDS_FEW      8         /* of a function that a user describes, if not more */
#define HANDLE_WORDS_ANY      UINT8_MAX /* variadic: nobody knows how many */

enum handle_verb {
	HANDLE_CREATE,
	HANDLE_OBTAIN, /* creates it unless it is known */
	HANDLE_ADOPT,  /* the same of an argument, when the call begins */
	HANDLE_USE,
	HANDLE_DESTROY,
	HANDLE_MOVE
};

/* A place is an argument's number, from 1, or what the function returns. */
#define HANDLE_PLACE_RETURN 0

struct handle_condition {
	uint8_t place;
	int32_t value;
};

/* handle_type.flags */
#define HANDLE_TYPE_ONE_THREAD (1u << 0)
#define HANDLE_TYPE_ENDS_WITH  (1u << 1) /* its library frees it when its socket is closed */
#define HANDLE_TYPE_IS_PART    (1u << 2) /* stands for the handle that it was made of */
#define HANDLE_TYPE_UNSEEN_END (1u << 3) /* it is taken to end when its socket does */
#define HANDLE_TYPE_ENDS_POOL  (1u << 4) /* ends when what it was moved into does */
#define HANDLE_TYPE_ENDS_WHOLE (1u << 5) /* a part: ends what it stands for when it ends */

struct handle_type {
	const char *name;
	uint8_t role; /* enum trace_role */
	uint8_t flags;
	uint16_t family; /* the first type of this name: they are counted together */
};

struct handle_action {
	uint8_t verb;  /* enum handle_verb */
	uint8_t place; /* of the handle */
	uint8_t other; /* move: of the handle it goes into; create, adopt in a part: of the whole */
	uint8_t condition_count;
	uint16_t type;
	struct handle_condition conditions[HANDLE_CONDITIONS_MAX];
};

/* One thing that a function does; a function's steps are linked in the order of the text. */
struct handle_step {
	uint16_t action;
	uint16_t next;
};

struct handle_function {
	const char *name;
	uint32_t hash; /* as DT_GNU_HASH has it */
	uint32_t line;
	uint16_t library;
	uint16_t first_step;
	uint16_t next_named; /* the next one in its bucket */
	uint8_t stack_words;
};

struct handle_library {
	uint16_t first_pattern, pattern_count;
	uint16_t first_except, except_count;
	uint16_t first_function, function_count;
	bool has_threads;   /* a thread that it starts in a handle's call works for the handle */
	const char *source; /* the file that says so; NULL: built in */
};

#define HANDLE_BUCKETS 1024 /* a power of two */

struct handle_catalog {
	struct handle_library libraries[HANDLE_LIBRARIES_MAX];
	const char *patterns[HANDLE_PATTERNS_MAX];
	struct handle_type types[HANDLE_TYPES_MAX];
	struct handle_action actions[HANDLE_ACTIONS_MAX];
	struct handle_function functions[HANDLE_FUNCTIONS_MAX];
	struct handle_step steps[HANDLE_STEPS_MAX];
	uint16_t buckets[HANDLE_BUCKETS]; /* by name: a function + 1, 0 none */
	uint16_t library_count, pattern_count, type_count, action_count, function_count;
	uint16_t step_count;
	uint32_t text_size_bytes;
	char text[HANDLE_TEXT_MAX]; /* every name, each with its NUL */
};

struct handle_fault {
	uint32_t line; /* 0: there is none */
	char reason[160];
};

/*
 * Adds what `text` says to a catalog that is all zeros at first. A line that is wrong is left out;
 * the first of them is told in *fault. `source` outlives the catalog.
 */
void handle_parse(struct handle_catalog *catalog, const char *source, const char *text,
		  size_t size_bytes, struct handle_fault *fault);

/* The hash of DT_GNU_HASH (glibc, sysdeps/generic/dl-new-hash.h describes it). */
uint32_t handle_hash(const char *name);

/* The next function of that name behind `after`, NULL none; NULL `after` begins. */
const struct handle_function *handle_named(const struct handle_catalog *catalog, uint32_t hash,
					   const char *name, const struct handle_function *after);

#endif
