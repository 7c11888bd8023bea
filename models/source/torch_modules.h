/* SPDX-License-Identifier: Apache-2.0
 * torch_modules.h - modules of PyTorch, found by the names of their tensors.
 *
 * A module is what has one name before the last dot: "encoder.lstm" has "encoder.lstm.weight_ih_l0".  Its
 * kind is what its tensors are called; of nn.LSTM, nn.GRU, nn.RNN their cells, and nn.Linear all options but
 * the function are in names and shapes. */
#ifndef ESE_TORCH_MODULES_H
#define ESE_TORCH_MODULES_H

#include <stdbool.h>

#include "models/base/error.h"
#include "models/base/text.h"
#include "models/file/torch.h"

/* What a reader has of a file: tensors with names, whose values it gives when asked. */
struct named_tensor {
    const char *name;
    const char *type; /* as the file has it, for messages */
    int rank;
    const int *shape;
};

struct named_tensors {
    const char *file; /* printable, for messages */
    struct named_tensor *at;
    int count;
    const void *context;
    bool (*fetch)(const void *context, int tensor, float *out, struct error *error);
    /* A text beside the tensors, "lstm.mode", or NULL. */
    const char *(*option)(const void *context, const char *name);
    /* Those texts, in the file's order. */
    const struct torch_option *options;
    int option_count;
    bool ordered; /* the order of the tensors is that in which modules were made */
};

enum module_kind { MODULE_LSTM, MODULE_GRU, MODULE_RNN, MODULE_LINEAR, MODULE_OTHER };
enum { MISSING = -1 };

struct module {
    char *name; /* "" for what has no prefix */
    enum module_kind kind;
    int *tensors; /* numbers of its tensors, in the file's order */
    int tensor_count;
    bool cell;   /* nn.LSTMCell ...: names without _l0 */
    bool both;   /* has tensors ..._reverse */
    int layers;  /* 1 of a cell or a linear layer */
    int input, hidden, output; /* of the first layer; output of the last, of both directions */
};

struct modules {
    const struct named_tensors *tensors;
    struct module *at;
    int count;
};

/* Every module of the file, in the order of their first tensors. */
struct modules modules_find(const struct named_tensors *tensors);

/* Whether any is recurrent or linear, by its names. */
bool modules_any(const struct modules *modules);

/* The tensor of a module that is called so, or MISSING. */
int module_tensor(const struct modules *modules, const struct module *module, const char *last);

/* Why a module that has recurrent weights is not one of PyTorch's, or NULL: a part of a sentence. */
const char *module_trouble(const struct modules *modules, const struct module *module);

/* The class that a pickled module has, "torch.nn.modules.rnn.LSTM", or NULL: the file does not tell. */
const char *module_class(const struct modules *modules, const struct module *module);

/* The first module within it that has weights, or NULL: nn.LSTM and its like have none. */
const struct module *module_within(const struct modules *modules, const struct module *module);

/* Whether everything that the module needs is there, and agrees. */
bool module_check(const struct modules *modules, const struct module *module, struct error *error);

/* "weight_ih_l1_reverse" or "weight_ih", by module; `last` has room for 64 bytes. */
enum { LAST_NAME = 64 };
void module_last_name(const struct module *module, const char *what, int layer, bool backward, char *last);

/* "encoder.lstm", or what it is where it has no name: "lstm". */
const char *module_shown(const struct module *module);

/* "conv1 (convolution: weight [8, 1, 3], bias [8])" */
void module_describe(const struct modules *modules, const struct module *module, struct text *line);

void modules_free(struct modules *modules);

#endif
