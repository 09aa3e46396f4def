/* A made-up client library, which only a user's text file describes to socklife. */
#ifndef SOCKLIFE_TESTS_DOOR_H
#define SOCKLIFE_TESTS_DOOR_H

#ifdef __cplusplus
extern "C" {
#endif

struct door;
struct hall; /* keeps the connections of doors that were put into it */
struct guest;

struct door *door_open(int port);               /* connects */
struct door *door_make(int port);               /* connects on first use */
struct door *door_fail(void);                   /* NULL */
int door_make_at(int port, struct door **made); /* 0, or -1 and nothing is made */
int door_knock(struct door *door);              /* sends a byte */
/*
 * Every way to pass arguments: in registers, in vector registers, on the stack. Sends a byte and
 * returns a number that all of them make up.
 */
double door_measure(struct door *door, int b, int c, int d, int e, int f, double half, int g,
		    double quarter, int h);
int door_tell(struct door *door, const char *format, ...); /* as printf; sends what it says */
/* Calls back while the door is at work. */
int door_each(struct door *door, int (*visit)(struct door *door, void *context), void *context);
void door_shut(struct door *door);
void door_drop(struct door *door); /* frees it and leaves its socket open */
int door_fd(const struct door *door);

struct hall *hall_make(void);
void hall_enter(struct hall *hall, struct door *door);
void hall_leave(struct hall *hall);
void hall_empty(struct hall *hall); /* shuts the door that entered last, too */

/* Works on its door; each of these sends a byte. */
struct guest *guest_enter(struct door *door);
void guest_speak(struct guest *guest);
void guest_leave(struct guest *guest);
void guest_shut(struct guest *guest); /* shuts its door, too */

#ifdef __cplusplus
}
#endif

#endif
