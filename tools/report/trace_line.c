/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line of a trace taken apart. */
#include "trace_line.h"
#include <ctype.h>
#include <string.h>

enum { DAY_SECONDS = 24 * 60 * 60 };
static const int64_t second_us = 1000000;

static bool take(struct span *rest, char c)
{
    if (rest->length == 0 || *rest->at != c)
        return false;
    rest->at++;
    rest->length--;
    return true;
}

static struct span take_word(struct span *rest)
{
    struct span word = {rest->at, 0};

    while (word.length < rest->length &&
           (isalnum((unsigned char)word.at[word.length]) || word.at[word.length] == '_'))
        word.length++;
    rest->at += word.length;
    rest->length -= word.length;
    return word;
}

/* `digits` decimal digits, no more and no fewer. */
static bool take_digits(struct span *rest, size_t digits, int64_t *value)
{
    uint64_t number;

    if (rest->length < digits || !span_number((struct span){rest->at, digits}, 10, &number))
        return false;
    rest->at += digits;
    rest->length -= digits;
    *value = (int64_t)number;
    return true;
}

/* HH:MM:SS.uuuuuu */
static bool take_clock(struct span *rest, int64_t *us)
{
    int64_t hours, minutes, seconds, fraction;

    if (!take_digits(rest, 2, &hours) || !take(rest, ':') || !take_digits(rest, 2, &minutes) ||
        !take(rest, ':') || !take_digits(rest, 2, &seconds) || !take(rest, '.') ||
        !take_digits(rest, 6, &fraction))
        return false;
    if (hours > 23 || minutes > 59 || seconds > 60)
        return false;
    *us = ((hours * 60 + minutes) * 60 + seconds) * second_us + fraction;
    return true;
}

/* Days of the civil calendar since 1970-01-01, for years from 1970 on. */
static int64_t days_since_1970(int64_t year, int64_t month, int64_t day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int64_t y = year - (month <= 2), leap_days = y / 4 - y / 100 + y / 400;

    return (year - 1970) * 365 + leap_days - (1969 / 4 - 1969 / 100 + 1969 / 400) +
           before[month - 1] + day - 1;
}

static bool take_moment(struct span *rest, int64_t *us)
{
    int64_t year, month, day, clock;

    if (!take_digits(rest, 4, &year) || !take(rest, '-') || !take_digits(rest, 2, &month) ||
        !take(rest, '-') || !take_digits(rest, 2, &day) || !take(rest, 'T') ||
        !take_clock(rest, &clock) || !take(rest, 'Z'))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *us = days_since_1970(year, month, day) * DAY_SECONDS * second_us + clock;
    return true;
}

const char *parse_header(struct span line, struct trace_header *header)
{
    static const char magic[] = "# sluice trace ";
    const size_t length = sizeof(magic) - 1;
    struct span version, moment;

    *header = (struct trace_header){.start_us = -1};
    if (!span_starts(line, magic))
        return "not a trace of Sluice's: it does not start with \"# sluice trace 1\"";
    line.at += length;
    line.length -= length;
    version = span_until(&line, ' ');
    if (!span_is(version, "1"))
        return "a trace of another version than 1";
    while (line.length > 0) {
        /* A program's name may have spaces: a field ends where the next known one begins. */
        struct span name = span_until(&line, '='), value = line;

        for (size_t i = 0; i < line.length; i++)
            if (span_starts((struct span){line.at + i, line.length - i}, " pid=") ||
                span_starts((struct span){line.at + i, line.length - i}, " start=")) {
                value.length = i;
                break;
            }
        line.at += value.length;
        line.length -= value.length;
        (void)take(&line, ' ');
        if (span_is(name, "program"))
            header->program = value;
        else if (span_is(name, "pid"))
            header->pid = value;
        else if (span_is(name, "start"))
            header->start_text = value;
    }
    moment = header->start_text;
    if (header->program.length == 0 || header->pid.length == 0)
        return "the first line does not say whose trace it is (program=, pid=)";
    if (!take_moment(&moment, &header->start_us) || moment.length != 0)
        return "the first line does not say when the trace starts "
               "(start=2026-11-22T12:00:00.000000Z)";
    return NULL;
}

static const char closer[] = {['('] = ')', ['['] = ']', ['{'] = '}'};

/* How long the text is up to the first `stop` (any of these characters) outside quotes and
 * brackets; -1 when there is none.  Brackets that do not match are text. */
static ptrdiff_t length_until(struct span text, const char *stop)
{
    char open[64];
    size_t depth = 0;

    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.at[i];

        if (depth == 0 && c && strchr(stop, c))
            return (ptrdiff_t)i;
        if (c == '"') {
            for (i++; i < text.length && text.at[i] != '"'; i++)
                if (text.at[i] == '\\')
                    i++;
            if (i >= text.length)
                return -1;
        } else if (c < sizeof(closer) && closer[c] && depth < sizeof(open)) {
            open[depth++] = closer[c];
        } else if (depth > 0 && c == (unsigned char)open[depth - 1]) {
            depth--;
        }
    }
    return -1;
}

static struct span take_length(struct span *rest, size_t length)
{
    struct span piece = {rest->at, length};

    rest->at += length;
    rest->length -= length;
    return piece;
}

/* RESULT[ CODE (number)[ ERRNO]] */
static const char *parse_result(struct span rest, struct trace_call *call)
{
    ptrdiff_t length = length_until(rest, " ");

    call->result = take_length(&rest, length < 0 ? rest.length : (size_t)length);
    if (call->result.length == 0)
        return "no result after \" = \"";
    if (rest.length == 0)
        return NULL;
    (void)take(&rest, ' ');
    call->code = take_word(&rest);
    if (call->code.length == 0 || !take(&rest, ' ') || !take(&rest, '('))
        return "what follows the result is no error code";
    if (!span_number(span_until(&rest, ')'), 10, &call->number))
        return "the error code's number is none";
    if (take(&rest, ' '))
        call->host = take_word(&rest);
    return rest.length ? "text after the error code" : NULL;
}

/* The text in front of " <seconds.uuuuuu>" at the line's end. */
static const char *take_duration(struct span *rest, int64_t *us)
{
    struct span number, seconds;
    uint64_t whole, fraction;
    size_t at = rest->length;

    if (at < 4 || rest->at[at - 1] != '>')
        return "the line does not end with the time the call took, <0.000000>";
    while (at > 0 && rest->at[at - 1] != '<')
        at--;
    if (at < 2 || rest->at[at - 2] != ' ')
        return "the line does not end with the time the call took, <0.000000>";
    number = (struct span){rest->at + at, rest->length - at - 1};
    seconds = span_until(&number, '.');
    if (number.length != 6 || !span_number(seconds, 10, &whole) || whole > 1000000000 ||
        !span_number(number, 10, &fraction))
        return "the time the call took is no number of seconds with six decimals";
    *us = (int64_t)whole * second_us + (int64_t)fraction;
    rest->length = at - 2;
    return NULL;
}

const char *parse_call(struct span line, struct trace_call *call)
{
    uint64_t thread;
    const char *wrong;
    ptrdiff_t length;

    *call = (struct trace_call){.clock_us = 0};
    if (line.length && line.at[line.length - 1] == '\r')
        line.length--;
    if (!take_clock(&line, &call->clock_us) || !take(&line, ' '))
        return "the line does not start with a time, HH:MM:SS.uuuuuu";
    call->thread = span_until(&line, ' ');
    if (!span_number(call->thread, 16, &thread))
        return "no thread after the time";
    wrong = take_duration(&line, &call->took_us);
    if (wrong)
        return wrong;
    call->said = line;
    call->function = take_word(&line);
    if (call->function.length == 0 || !take(&line, '('))
        return "no FUNCTION( after the thread";
    length = length_until(line, ")");
    if (length < 0)
        return "the arguments do not end";
    call->arguments = take_length(&line, (size_t)length);
    if (line.length < 4 || memcmp(line.at, ") = ", 4) != 0)
        return "no \" = RESULT\" after the arguments";
    (void)take_length(&line, 4);
    return parse_result(line, call);
}

bool next_argument(struct span *rest, struct span *argument)
{
    ptrdiff_t length;

    while (take(rest, ' '))
        ;
    if (rest->length == 0)
        return false;
    length = length_until(*rest, ",");
    *argument = take_length(rest, length < 0 ? rest->length : (size_t)length);
    (void)take(rest, ',');
    return true;
}

struct span argument_at(struct span arguments, unsigned index)
{
    struct span argument;

    while (next_argument(&arguments, &argument))
        if (index-- == 0)
            return argument;
    return (struct span){"", 0};
}
