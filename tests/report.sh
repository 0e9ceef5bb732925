# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by check and tests/report: the page of the conformance suite's results.

# conformance_page RESULTS RECORDED OUTPUT: the page OUTPUT, from the TAP files in RESULTS (those of the last run) and the
# recorded results in RECORDED.  Fails with a line on standard error.
conformance_page() {
    page_results=$1 page_recorded=$2 page_output=$3
    [ -s "$page_results/conformance-sluice.tap" ] || {
        echo "sluice: no results in $page_results: run ./check conformance first" >&2
        return 1
    }
    page_cases=$(mktemp)
    "$top/tools/conformance-cases" >"$page_cases"
    set -- --cases "$page_cases" --known "$top/conformance/not-yet" --tap Sluice "$page_results/conformance-sluice.tap"
    for page_file in "$page_results"/conformance-*.tap; do
        page_name=${page_file##*/conformance-}
        case ${page_name%.tap} in
        sluice) ;;
        stock) set -- "$@" --tap "Wine's own" "$page_file" ;;
        sluice-i386) set -- "$@" --tap "Sluice, 32-bit" "$page_file" ;;
        *) set -- "$@" --tap "${page_name%.tap}" "$page_file" ;;
        esac
    done
    for page_file in "$page_recorded"/*.txt; do
        [ ! -e "$page_file" ] || set -- "$@" --record "$page_file"
    done
    page_code=0
    "$build/native/tools/conformance-report" "$@" -o "$page_output" || page_code=$?
    rm -f "$page_cases"
    return $page_code
}
