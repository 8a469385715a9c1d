/* keys.h — the tables of keys. Parser, did-you-mean, `config` and the canonical form come from them. */
#ifndef STK_SPEC_KEYS_H
#define STK_SPEC_KEYS_H

#include "types.h"

extern const struct table top_table, service_table, network_table, volume_table;
extern const struct table port_table, mount_table, attachment_table, depend_table;

#endif
