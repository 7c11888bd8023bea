/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/speech/sentences.h"

#include <stdlib.h>
#include <string.h>

#include "models/base/random.h"
#include "models/base/text.h"

/* A name, and what may stand for it: alternatives with a bar between, in which <name> stands for
 * others. */
struct rule {
    const char *name, *alternatives;
};

static const struct rule rules[] = {
    {"sentence",
     "<digit> <digit> <digit>|<digit> <digit> <digit> <digit>|<digit> <digit> <digit> <digit> "
     "<digit>"
     "|<digit> <digit> <digit> <digit> <digit> <digit>|<digit> <digit> <digit> <digit> <digit> "
     "<digit> <digit>"
     "|turn <switch> the <room> <device>|<handle> the <room> <opening>|set a timer for <number> "
     "minutes"
     "|wake me at <number> <past>|play <music> in the <room>|call my <relative> <how>"
     "|send a <mail> to your <relative>|the <kind> <person> <did> a <colour> <thing>"
     "|a <kind> <animal> <moved> <beside> the <place>|we <cooked> <food> and <food>"
     "|they will <travel> on <day>|her birthday is in <month>|the meeting is on <day> the <nth> of "
     "<month>"
     "|expect <weather> and <weather> by <day>|he <goes> <how> to the <place>"
     "|where did you <put> the <colour> <thing>|<which> the <place>|please <give> me <few> <things>"
     "|my <relative> <likes> <food>|the <thing> is <near> the <thing>|is it <state> <when>"
     "|<adjust> the <quantity> <much>|there were <number> <many> at the <place>"},
    {"digit", "zero|one|two|three|four|five|six|seven|eight|nine"},
    {"number", "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|"
               "thirty|forty"
               "|fifty|sixty|ninety"},
    {"past", "fifteen|thirty|thirty five|forty five"},
    {"few", "two|three|four|eight"},
    {"nth", "first|second|third|fourth|fifth|sixth|ninth|tenth"},
    {"switch", "on|off"},
    {"handle", "open|close|check|lock"},
    {"room", "kitchen|bedroom|bathroom|garage|hallway|office|garden|attic|cellar|porch"},
    {"device", "light|lamp|fan|heater|radio|door|window|shutter|oven|alarm"},
    {"opening", "door|window|shutter"},
    {"music", "some jazz|the news|a story|the next song|a quiet tune|my old records|an opera"},
    {"mail", "letter|message|picture"},
    {"relative", "mother|father|brother|sister|uncle|aunt|cousin|neighbour|boss|friend"},
    {"how", "slowly|quickly|softly|loudly|early|late|again|today|tonight|now|together|usually"},
    {"kind", "old|young|small|large|quiet|heavy|broken|gentle|clever|thin|warm|cold|dusty|shiny|"
             "lazy|proud|tired"
             "|huge"},
    {"person",
     "man|woman|boy|girl|teacher|doctor|farmer|child|judge|sailor|nurse|baker|driver|painter"},
    {"did", "bought|found|lost|carried|watched|sold|chased|pushed|washed|measured|fixed|opened"},
    {"colour", "red|blue|green|yellow|brown|black|white|orange|purple|silver"},
    {"thing", "coat|box|table|chair|book|ladder|basket|bicycle|bottle|cup|shoe|letter|piano|camera|"
              "mirror|blanket"
              "|hammer|pencil"},
    {"things", "boxes|bottles|cups|pencils|baskets|chairs|books"},
    {"animal", "dog|cat|horse|bird|mouse|sheep|fish|rabbit|chicken|fox|goose|bear"},
    {"moved", "ran|jumped|slept|hid|wandered|waited"},
    {"beside", "near|behind|under|across|beyond"},
    {"near", "on|under|behind|beside"},
    {"place", "river|road|bridge|station|market|school|church|beach|mountain|village|harbour|"
              "theatre|museum|valley"},
    {"cooked", "ate|cooked|shared|ordered|enjoyed"},
    {"food", "bread|cheese|soup|rice|apples|pears|onions|fish|cake|honey|butter|mushrooms|porridge|"
             "jam|lemons"
             "|cherries"},
    {"likes", "likes|hates|makes|needs"},
    {"travel", "leave|arrive|return|visit"},
    {"day", "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"},
    {"month",
     "January|February|March|April|May|June|July|August|September|October|November|December"},
    {"weather", "rain|snow|wind|fog|thunder|sunshine|clouds|storms"},
    {"goes", "walks|drives|cycles|hurries|travels"},
    {"put", "put|leave|hide|find"},
    {"which", "how far is|which way is|who knows"},
    {"give", "bring|show|give|sell"},
    {"state", "going to rain|too cold|very far|still open"},
    {"when", "today|tonight|this afternoon|on <day>"},
    {"adjust", "increase|lower|measure|change"},
    {"quantity", "volume|temperature|pressure|brightness|speed"},
    {"much", "now|slowly|by <number>|a little"},
    {"many", "sheep|horses|birds|children|ships|watches|judges|bridges"},
};

static const char *rule_of(const char *name, size_t length)
{
    for (size_t n = 0; n < sizeof rules / sizeof *rules; n++)
        if (strlen(rules[n].name) == length && memcmp(rules[n].name, name, length) == 0)
            return rules[n].alternatives;
    BUG_UNLESS(!"a name of the grammar");
    return NULL;
}

static void draw(struct text *text, const char *alternatives, struct random *random)
{
    uint64_t count = 1;
    for (const char *c = alternatives; *c != '\0'; c++)
        count += *c == '|';
    const char *c = alternatives;
    for (uint64_t skip = random_below(random, count); skip > 0; c++)
        skip -= *c == '|';
    while (*c != '\0' && *c != '|') {
        if (*c != '<') {
            text_append_char(text, *c++);
            continue;
        }
        const char *end = strchr(c, '>');
        draw(text, rule_of(c + 1, (size_t)(end - c) - 1), random);
        c = end + 1;
    }
}

bool sentences_have(const struct sentences *sentences, const char *sentence)
{
    for (int n = 0; n < sentences->count; n++)
        if (strcmp(sentences->of[n], sentence) == 0)
            return true;
    return false;
}

void sentences_add(struct sentences *sentences, const char *sentence)
{
    sentences->of = realloc(sentences->of, (size_t)(sentences->count + 1) * sizeof *sentences->of);
    BUG_UNLESS(sentences->of != NULL);
    sentences->of[sentences->count++] = duplicate(sentence);
}

struct sentences sentences_draw(int count, uint64_t seed, const struct sentences *others)
{
    struct sentences sentences = {0};
    struct random random;
    random_seed(&random, seed);
    while (sentences.count < count) {
        struct text text = {0};
        draw(&text, rules[0].alternatives, &random);
        const char *sentence = text_string(&text);
        if (!sentences_have(&sentences, sentence) && !sentences_have(others, sentence))
            sentences_add(&sentences, sentence);
        text_free(&text);
    }
    return sentences;
}

bool sentences_read(struct sentences *sentences, const char *path, struct error *error)
{
    struct text text = {0};
    if (!text_read_file(&text, path, error))
        return false;
    char *rest = text.data, *line;
    while (rest != NULL && (line = strsep(&rest, "\n")) != NULL)
        if (*line != '\0')
            sentences_add(sentences, line);
    text_free(&text);
    return true;
}

void sentences_free(struct sentences *sentences)
{
    for (int n = 0; n < sentences->count; n++)
        free(sentences->of[n]);
    free(sentences->of);
    *sentences = (struct sentences){0};
}
