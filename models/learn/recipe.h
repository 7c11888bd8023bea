/* SPDX-License-Identifier: Apache-2.0
 * recipe.h - what is compared with the dense network, and how it is learnt: as it came out best on
 * a speech model and a voice detector.
 *
 *   auto      classes where the last layer is one of scores, and up to 25,000 frames of material y, too.  With more
 *             y counts that much less if it is the scores, which may be values for all that is known: of speech
 *             90.2 % are right as with classes alone, and y has 6.1 dB instead of 4.9 (as much y as classes: 89.5 %
 *             and 8.0 dB).  Of what a layer for scores is behind y counts no more then: it cost 0.4 points and
 *             more.  Else y, and if it has 8 elements at least centres of it, too
 *   rate      8e-3
 *   noise     where scores are learnt, which are soon known by heart: after 13.7 million frames of
 *             speech at 10 % density 89.2 % of frames were right with it, 88.5 % without (when weights
 *             once pruned stayed so).  y says more of a frame
 *   augment   where there are few recordings */
#ifndef ESE_LEARN_RECIPE_H
#define ESE_LEARN_RECIPE_H

#include "models/base/error.h"
#include "models/learn/learn.h"

enum { LEARN_HELD_OUT_EVERY = 10 }; /* of so many recordings one is not learnt from */

enum learn_by { LEARN_AUTO, LEARN_CLASSES, LEARN_Y, LEARN_CENTRES };

/* Whether the output layer is one for classes: sums of several scores that no function bends. */
bool learn_has_classes(const struct network *dense);

/* How people judge: by those classes, if there are any, and by y. */
struct learn_loss learn_judge(const struct network *dense, float mean_square);

/* `loss` is to be freed if it could be made: classes take an output layer of them. */
bool learn_make_loss(struct learn_loss *loss, const struct network *dense,
                     const struct learn_material *material, enum learn_by by, uint64_t seed);

/* Frames of a piece of material of so many, at most (struct learn_material). */
int learn_piece(const struct network *dense, int64_t frames);

/* Sets rate, noise and augment by the task's loss and material. */
void learn_set_recipe(struct learn_task *task);

#endif
