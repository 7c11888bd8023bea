/* SPDX-License-Identifier: Apache-2.0 */
#include "models/network/network.h"

#include <stdlib.h>

int network_matrices(const struct network *network, struct network_matrix list[MATRICES_MOST])
{
    static const char *const of_x[GATE_COUNT] = {"Wix", "Wfx", "Wcx", "Wox"};
    static const char *const of_y[GATE_COUNT] = {"Wir", "Wfr", "Wcr", "Wor"};
    struct network *n = (struct network *)network;
    int count = 0;
    for (int gate = 0; gate < GATE_COUNT; gate++)
        list[count++] = (struct network_matrix){of_x[gate], VECTOR_X, false, &n->wx[gate]};
    for (int gate = 0; gate < GATE_COUNT; gate++)
        list[count++] = (struct network_matrix){of_y[gate], VECTOR_Y, false, &n->wr[gate]};
    if (n->projection)
        list[count++] = (struct network_matrix){"Wym", VECTOR_M, true, &n->wym};
    return count;
}

void network_free(struct network *network)
{
    struct network_matrix list[MATRICES_MOST];
    int count = network_matrices(network, list);
    for (int n = 0; n < count; n++)
        free(list[n].matrix->at);
    for (int gate = 0; gate < GATE_COUNT; gate++) {
        free(network->bias[gate]);
        free(network->peep[gate]);
    }
    free(network->classes.at);
    free(network->class_bias);
    *network = (struct network){0};
}
