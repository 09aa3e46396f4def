/*
 * Does a process still have a trace file mapped for writing? The kernel knows, also of one of
 * another user or in another pid namespace: a read lease is refused as long as anybody has the file
 * open or mapped for writing (fcntl(2), F_SETLEASE). Any thread.
 */
#ifndef SOCKLIFE_READER_WRITER_H
#define SOCKLIFE_READER_WRITER_H

enum reader_writer {
	READER_WRITER_GONE,  /* nobody can write to it any more */
	READER_WRITER_THERE, /* the process lives, or a child that it forked and that shares the map
			      */
	READER_WRITER_UNKNOWN /* a file system without leases, or somebody else's file */
};

/* `fd` is open for reading only. */
enum reader_writer reader_writer_of(int fd);
/* The same of a file by name; what cannot be opened is UNKNOWN. */
enum reader_writer reader_writer_find(const char *path);

#endif
