/* SPDX-License-Identifier: Apache-2.0
 * layers.h - the report's part on the layers of a network. */
#ifndef ESE_REPORT_LAYERS_H
#define ESE_REPORT_LAYERS_H

#include <jansson.h>

#include "gen/report/facts.h"
#include "models/base/text.h"

/* What a chip of it is: "LSTM accelerator" of a single one, or "accelerator of a network of layers". */
const char *accelerator_text(const struct network *network);

/* "lstm 153 -> 1024 -> 512, peepholes" */
void layer_text(struct text *text, const struct network *network, int layer);

/* Two lines a layer: what it is and costs, and the numbers that it writes and keeps. */
void facts_text_layers(struct text *text, const struct facts *facts);
json_t *facts_json_layers(const struct facts *facts);

#endif
