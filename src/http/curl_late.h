/* curl_late.h — libcurl, loaded when it is first needed (late.h). Call stk_curl_load before anything of it; its
 * functions have their own names then. */
#ifndef STK_CURL_LATE_H
#define STK_CURL_LATE_H

#define CURL_DISABLE_TYPECHECK /* it insists upon the functions themselves */
#include <curl/curl.h>

#include "late.h"

#define STK_CURL_LATE_FUNCTIONS(X)                                                                 \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_init)                                                                              \
    X(curl_easy_recv)                                                                              \
    X(curl_easy_send)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_strerror)                                                                          \
    X(curl_global_cleanup)                                                                         \
    X(curl_global_init)                                                                            \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_assign)                                                                           \
    X(curl_multi_cleanup)                                                                          \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_init)                                                                             \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_setopt)                                                                           \
    X(curl_multi_socket_action)                                                                    \
    X(curl_multi_strerror)                                                                         \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)

struct stk_curl {
    STK_CURL_LATE_FUNCTIONS(STK_LATE_POINTER)
};
extern struct stk_curl stk_curl;

void stk_curl_load(void); /* idempotent */

#ifndef STK_CURL_LATE_ITSELF
#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt
#define curl_easy_cleanup        stk_curl.curl_easy_cleanup
#define curl_easy_getinfo        stk_curl.curl_easy_getinfo
#define curl_easy_init           stk_curl.curl_easy_init
#define curl_easy_recv           stk_curl.curl_easy_recv
#define curl_easy_send           stk_curl.curl_easy_send
#define curl_easy_setopt         stk_curl.curl_easy_setopt
#define curl_easy_strerror       stk_curl.curl_easy_strerror
#define curl_global_cleanup      stk_curl.curl_global_cleanup
#define curl_global_init         stk_curl.curl_global_init
#define curl_multi_add_handle    stk_curl.curl_multi_add_handle
#define curl_multi_assign        stk_curl.curl_multi_assign
#define curl_multi_cleanup       stk_curl.curl_multi_cleanup
#define curl_multi_info_read     stk_curl.curl_multi_info_read
#define curl_multi_init          stk_curl.curl_multi_init
#define curl_multi_remove_handle stk_curl.curl_multi_remove_handle
#define curl_multi_setopt        stk_curl.curl_multi_setopt
#define curl_multi_socket_action stk_curl.curl_multi_socket_action
#define curl_multi_strerror      stk_curl.curl_multi_strerror
#define curl_slist_append        stk_curl.curl_slist_append
#define curl_slist_free_all      stk_curl.curl_slist_free_all
#endif

#endif
