/* SPDX-License-Identifier: Apache-2.0 */
#include "gen/report/occupancy.h"

#include "gen/report/numbers.h"
#include "models/program/derive.h"

static void count_shares(struct share shares[RESOURCE_KINDS], const struct resources *r,
                         const struct logic *logic)
{
    const struct device *d = r->device;
    shares[OF_LUT] = (struct share){"LUTs", "lut", logic->luts, d->luts, 1};
    shares[OF_FF] = (struct share){"flip-flops", "ff", logic->ffs, d->ffs, 1};
    shares[OF_LUTRAM] = (struct share){"LUTs used as RAM", "lutram", r->lutram, d->lutram, 1};
    shares[OF_BRAM36] = (struct share){"block RAMs", "bram36", r->bram18, 2 * (int64_t)d->bram36, 2};
    shares[OF_URAM] = (struct share){"UltraRAMs", "uram", r->uram, d->uram, 1};
    shares[OF_DSP] = (struct share){d->generation->dsp, "dsp", r->dsp_spmv + r->dsp_elem, d->dsps, 1};
}

/* The first resource of which there is too little, NULL if all is there. */
static const struct share *lacking(const struct share shares[RESOURCE_KINDS])
{
    for (int n = 0; n < RESOURCE_KINDS; n++)
        if (shares[n].used > shares[n].available)
            return &shares[n];
    return NULL;
}

/* What a chip with so many channels lacks; NULL if it fits. */
static const char *lacking_with(const struct program *p, int channels)
{
    struct program other = *p;
    struct resources resources;
    struct logic logic;
    struct share shares[RESOURCE_KINDS];
    derive_channels(&other, channels);
    resources_count(&resources, &other);
    logic_count(&logic, &other, &resources);
    count_shares(shares, &resources, &logic);
    const struct share *share = lacking(shares);
    return share != NULL ? share->name : NULL;
}

/* More channels never take less, so that halving finds the most; weights that leave UltraRAM with
 * fewer channels (WEIGHTS_AUTO) do so because all fits in block RAM then. */
static void find_channels(struct occupancy *o, const struct program *p)
{
    int fit = 0, too_many = CHANNELS_MOST + 1;
    while (too_many - fit > 1) {
        int middle = (fit + too_many) / 2;
        const char *lacks = lacking_with(p, middle);
        if (lacks == NULL) {
            fit = middle;
        } else {
            too_many = middle;
            o->ends_first = lacks;
        }
    }
    o->channels = fit;
}

void occupancy_count(struct occupancy *o, const struct program *p, const struct resources *r)
{
    *o = (struct occupancy){.device = r->device};
    logic_count(&o->logic, p, r);
    count_shares(o->shares, r, &o->logic);
    o->fits = lacking(o->shares) == NULL;
    find_channels(o, p);
}

double share_percent(const struct share *share)
{
    return percent(share->used, share->available);
}

/* "1,120 DSP48E1 of 220 and ..." */
static void list_lacking(struct text *text, const struct occupancy *o)
{
    const char *before = "";
    for (int n = 0; n < RESOURCE_KINDS; n++) {
        const struct share *s = &o->shares[n];
        if (s->used <= s->available)
            continue;
        text_appendf(text, "%s%s%s %s of %s", before, commas(s->used / s->parts).text,
                     s->used % s->parts != 0 ? ".5" : "", s->name,
                     commas(s->available / s->parts).text);
        before = " and ";
    }
}

void occupancy_channels(struct text *text, const struct occupancy *o)
{
    if (o->channels == 0)
        text_append(text, "not even one channel would, with all else equal");
    else
        text_appendf(text, "up to %d channel%s would, with all else equal", o->channels,
                     o->channels == 1 ? "" : "s");
}

void occupancy_warning(struct text *lines, const struct occupancy *o)
{
    if (o->fits)
        return;
    text_appendf(lines, "device %s: the chip does not fit: it takes ", o->device->name);
    list_lacking(lines, o);
    text_append(lines, "; ");
    occupancy_channels(lines, o);
    text_append(lines, "\n");
}
