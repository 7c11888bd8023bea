/* SPDX-License-Identifier: Apache-2.0
 * read.h - files of frameworks, whatever they are, as chains of layers. */
#ifndef ESE_READ_H
#define ESE_READ_H

#include "models/source/source.h"

/* Whether the file at `path` is one that source_read() is for: a model of a framework, or a safetensors file
 * with names that are not ours.  A file that cannot be read is not. */
bool source_is(const char *path);

struct source_request {
    const char *node;   /* the chain that is meant, or NULL: all, with their tensors if there is but one */
    const char *inputs; /* folder with values of an ONNX graph's inputs, or NULL (onnx.h) */
};

/* Reads the file, whose kind its content tells.  After a failure there is nothing to free. */
bool source_read(struct source *source, const char *path, const struct source_request *request,
                 struct error *error);

/* The only chain.  NULL, and a message: there are several, which it lists; or a layer of the file is in none,
 * and the chain was not asked for. */
const struct source_chain *source_only(const struct source *source, const char *path, struct error *error);

/* The only chain of a file, as a safetensors file of ours.  Refuses a file of which something that belongs to a
 * network was not taken: what is left may be another network. */
bool source_pack_file(const char *path, struct text *packed, struct error *error);

#endif
