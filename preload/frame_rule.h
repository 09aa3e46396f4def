/*
 * How a function's frame leads to its caller's, by the tables that compilers leave in .eh_frame for
 * exceptions (Linux Standard Base Core 5.0, "Exception Frames"; DWARF 5, section 6.4; the numbers
 * of registers: System V ABI, AMD64, figure 3.36). x86-64 only.
 *
 * Only what nearly all code consists of is understood: the canonical frame address (CFA) as the
 * stack or the frame pointer plus a constant, the return address right below it, the frame pointer
 * kept or saved on the stack. All else is FRAME_RULE_UNFIT, for a real unwinder: expressions, other
 * registers, signal frames, code without a table, tables in other encodings than linkers write.
 *
 * Reads tables of modules that code on the caller's stack belongs to, and nothing else. Lock-free;
 * any thread, any signal handler.
 */
#ifndef SOCKLIFE_FRAME_RULE_H
#define SOCKLIFE_FRAME_RULE_H

#include <stdbool.h>
#include <stdint.h>

enum frame_rule_kind {
	FRAME_RULE_UNFIT,
	FRAME_RULE_STACK,    /* the CFA is the stack pointer + cfa_offset */
	FRAME_RULE_FRAME,    /* the CFA is the frame pointer + cfa_offset */
	FRAME_RULE_OUTERMOST /* there is no caller */
};

struct frame_rule {
	enum frame_rule_kind kind;
	int64_t cfa_offset;
	int64_t saved_offset; /* of the caller's frame pointer from the CFA; 0: it is unchanged */
};

/*
 * Looks for glibc's lock-free way from an address to its module (_dl_find_object, since 2.35).
 * False without it: then there are no rules. Takes the loader's locks.
 */
bool frame_rule_start(void);

/* The rule at the return address `address`. */
struct frame_rule frame_rule_find(uintptr_t address);

#endif
