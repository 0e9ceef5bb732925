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

# What configure found.
found() { sed -n "s/^$1 = //p" "$build/Makefile" | head -n 1; }
