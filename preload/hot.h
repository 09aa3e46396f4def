/*
 * What every send, recv, read and write comes past, kept together. A system call may leave the
 * processor without its translations of addresses (page-table isolation, virtual machines), and
 * then each page that a hook touches costs more than all of its instructions.
 */
#ifndef SOCKLIFE_HOT_H
#define SOCKLIFE_HOT_H

#define HOT_DATA __attribute__((section("socklife_hot")))
#define HOT_CODE __attribute__((hot)) /* .text.hot, which the linker keeps in one piece */

#define HOT_LINE_BYTES 64
/* A hook that leaves at once for what is no socket: all that it needs is one line of code. */
#define HOT_ENTRY HOT_CODE __attribute__((aligned(HOT_LINE_BYTES)))

#endif
