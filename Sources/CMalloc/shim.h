/* What Swift's Glibc leaves out of malloc.h: mallopt, and how much of the heap is in use. */
#include <malloc.h>
