/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame of every page. */
#include "page.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The policy makes the browser refuse whatever lies outside the file, should a line of data ever be
 * taken for markup. */
void page_begin(struct text *page, struct span title)
{
    text_say(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
                   "form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    text_html(page, title);
    text_say(page, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", page_css);
    text_html(page, title);
    text_say(page, "</h1>\n");
}

void page_end(struct text *page, struct span data, const char *script)
{
    if (data.length) {
        text_say(page, "<script type=\"application/json\" id=\"data\">");
        text_add(page, data.at, data.length);
        text_say(page, "</script>\n");
    }
    text_say(page, "<script>\n%s%s</script>\n</body>\n</html>\n", page_js, script);
}

void table_begin(struct text *page, const char *id, const char *caption, const char *columns)
{
    struct span rest = span_of(columns);

    text_say(
        page,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table id=\"%s\">\n"
        "<caption>%s</caption>\n<thead><tr>",
        caption, id, caption);
    while (rest.length) {
        struct span column = span_until(&rest, '|');
        bool number = *column.at == '#';

        text_say(page, "<th scope=\"col\"%s>%.*s</th>", number ? " class=\"number\"" : "",
                 (int)column.length - number, column.at + number);
    }
    text_say(page, "</tr></thead>\n<tbody>\n");
}

void table_end(struct text *page)
{
    text_say(page, "</tbody></table></div>\n");
}

void cell_number(struct text *page, uint64_t number)
{
    text_say(page, "<td class=\"number\">%llu</td>", (unsigned long long)number);
}

void cell_data(struct text *page, struct span data)
{
    text_say(page, "<td><code>");
    text_html(page, data);
    text_say(page, "</code></td>");
}

bool page_write(const struct text *page, const char *path)
{
    bool out = strcmp(path, "-") == 0;
    struct text name = {.bytes = NULL};
    FILE *file;
    bool good;

    text_say(&name, "%s.new", path);
    file = out ? stdout : fopen(name.bytes, "wb");
    good = file && fwrite(page->bytes, 1, page->length, file) == page->length && fflush(file) == 0;
    if (file && !out) {
        int error = errno;

        good = fclose(file) == 0 && good && rename(name.bytes, path) == 0;
        if (!good) {
            error = errno ? errno : error;
            (void)remove(name.bytes);
            errno = error;
        }
    }
    free(name.bytes);
    return good;
}
