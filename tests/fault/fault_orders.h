/* What fault.c and its test share: one of these in a file. */
#ifndef SOCKLIFE_TESTS_FAULT_ORDERS_H
#define SOCKLIFE_TESTS_FAULT_ORDERS_H

struct fault_orders {
	unsigned int at;         /* the call that fails, from 1; 0: none */
	unsigned int is_lasting; /* and all after it */
	unsigned int error;
	unsigned int count; /* calls so far, all processes together */
	unsigned int only;  /* the number of the system call that is counted and fails; 0: all */
};

#endif
