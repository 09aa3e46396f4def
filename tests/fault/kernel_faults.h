/*
 * Included before every file of the library when libsocklife-fault.so is built: the recorder's door
 * to the kernel leads through fault.c.
 */
#ifndef SOCKLIFE_TESTS_KERNEL_FAULTS_H
#define SOCKLIFE_TESTS_KERNEL_FAULTS_H

#define kernel_call6 kernel_call6_real
#include "../../preload/kernel.h"
#undef kernel_call6

long kernel_call6(long number, long a, long b, long c, long d, long e, long f);

#endif
