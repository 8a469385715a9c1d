/* late.h — a library that is loaded when its first function is needed, since most commands need none of it and
 * loading it takes longer than all they do. Its functions are members of a struct of pointers:
 *
 *     #define FUNCTIONS(X) X(curl_easy_init) X(curl_easy_cleanup)
 *     struct stk_curl { FUNCTIONS(STK_LATE_POINTER) };
 *     static const char *const names[] = { FUNCTIONS(STK_LATE_NAME) }; */
#ifndef STK_LATE_H
#define STK_LATE_H

#include <stddef.h>

#define STK_LATE_POINTER(function) __typeof__(function) *function;
#define STK_LATE_NAME(function)    #function,

/* Fills n pointers. A library that is not there is as fatal as one that the program were linked with. */
void stk_late_load(const char *library, const char *const *names, size_t n, void *pointers);

#endif
