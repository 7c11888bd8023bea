/* SPDX-License-Identifier: Apache-2.0
 * export.h - a network as a file that network_read() reads. */
#ifndef ESE_EXPORT_H
#define ESE_EXPORT_H

#include "models/base/text.h"
#include "models/network/network.h"

/* A fact of a network that was made sparse for so many PEs: read back as struct network's compressed_for. */
#define COMPRESSED_FOR "pes"

/* A safetensors file of it: tensors 0.W_ix ..., options of layers in its metadata, an output layer behind the
 * network as output.W, output.b.  `facts` are pairs of a name and a value more for the metadata, NULL behind
 * the last. */
bool network_pack(const struct network *network, const char *const *facts, struct text *bytes,
                  struct error *error);

#endif
