# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the suites in this directory.  ./check sets top, build and SLUICE_READY.

# shellcheck disable=SC2034
export RUN="$top/run"

# try NAME COMMAND...: one line of result; the command's output follows a failure, as comments.
try() {
    try_name=$1
    shift
    try_log=$(mktemp)
    if "$@" >"$try_log" 2>&1; then
        echo "ok $try_name"
    else
        echo "not ok $try_name"
        tail -n 20 "$try_log" | sed 's/^/# /'
    fi
    rm -f "$try_log"
}

# The files of a source tree that belong to it, not to a build or an editor: git's word, or without git all but what
# autotools make and directories with a config.status.
source_files() { # TREE
    (
        cd "$1" || exit
        if [ -e .git ] && git ls-files >/dev/null 2>&1; then
            git ls-files --cached --others --exclude-standard
        else
            builds=$(find . -name config.status | sed 's,^\./,,; s,/config.status$,/,')
            find . \( -name autom4te.cache -o -name .git \) -prune -o -type f -print | sed 's,^\./,,' |
                grep -vE '^(configure~?|aclocal.m4|Makefile.in|build-aux/(compile|depcomp|install-sh|missing|test-driver))$' |
                awk -v builds="$builds" '
                    BEGIN { n = split(builds, dir, "\n") }
                    { for (i = 1; i <= n; i++) if (index($0, dir[i]) == 1) next; print }'
        fi | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done | sort -u
    )
}

# What configure found.
found() { sed -n "s/^$1 = //p" "$build/Makefile" | head -n 1; }
