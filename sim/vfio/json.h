/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VF_JSON_H
#define VF_JSON_H

#include <stdbool.h>

/* Whether text is one JSON object (RFC 8259), nested at most 16 deep. */
bool vf_json_is_object(const char *text);

#endif
