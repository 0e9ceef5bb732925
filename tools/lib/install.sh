# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: putting the DLLs and the overrides into a prefix.  What was there is noted and kept first
# (state.sh); the rest may be repeated.

# The state of a first installation, complete before it is renamed into place.  PHASE: installing or running.
write_first_state() { # PHASE
    {
        echo "format 1"
        echo "phase $1"
        echo "version $(our_version)"
        echo "wine $(wine_version)"
        echo "mode $mode"
        places | while read -r place machine; do
            for dll in ws2_32.dll sluice.dll; do
                before=absent
                if [ -e "$windows/$place/$dll" ] || [ -L "$windows/$place/$dll" ]; then before=kept; fi
                echo "file $place $dll $before $(placed_identity "$dlls/$machine-windows/$dll")"
            done
        done
    } >"$state/state.new" && rename_state
}

keep_files() {
    places | while read -r place machine; do
        for dll in ws2_32.dll sluice.dll; do
            if [ -e "$windows/$place/$dll" ] || [ -L "$windows/$place/$dll" ]; then
                keep_file "$place" "$dll" || return
            fi
        done
    done
}

first_rows() {
    if [ -n "$1" ]; then registry_rows "$1"; fi >"$state/registry.new" &&
        mv -f "$state/registry.new" "$state/registry"
}

# begin PHASE APP: a prefix without a state gets one; nothing outside .sluice changes.
begin() {
    attempt "make a place for what is replaced" mkdir -p "$state/kept"
    attempt "keep the DLLs that are there" keep_files
    attempt "note the overrides that are there" first_rows "$2"
    attempt "write down what will be done" write_first_state "$1"
}

# again APP: an installation is there, whole or not.  A DLL that is not ours any more (an update of Wine wrote it) is
# what an uninstall gives back from now on; a place that was not there before gets a row.
rewrite_state() {
    {
        echo "format 1"
        echo "phase installing"
        echo "version $(our_version)"
        echo "wine $(wine_version)"
        echo "mode $mode"
        places | while read -r place machine; do
            for dll in ws2_32.dll sluice.dll; do
                rewrite_row "$place" "$dll" "$(placed_identity "$dlls/$machine-windows/$dll")" || return
            done
        done
    } >"$state/state.new" && rename_state
}

rewrite_row() { # PLACE NAME IDENTITY
    row=$(file_row "$1" "$2")
    before=${row%% *}
    known=${row#* }
    if [ -z "$row" ] || { [ "$phase" = installed ] && ! is_ours "$1" "$2"; }; then
        known=''
        before=absent
        if [ -e "$windows/$1/$2" ]; then
            keep_file "$1" "$2" || return
            before=kept
        fi
    fi
    case ",$known," in
    ,,) known=$3 ;;
    *",$3,"*) ;;
    *) known=$known,$3 ;;
    esac
    echo "file $1 $2 $before $known"
}

add_rows() { # APP
    has_app "$1" && return
    { cat "$state/registry" && registry_rows "$1"; } >"$state/registry.new" &&
        mv -f "$state/registry.new" "$state/registry"
}

again() {
    attempt "note what is there" rewrite_state
    attempt "note the overrides that are there" add_rows "$1"
}

is_placed() { # SOURCE TARGET
    if [ "$mode" = symlink ]; then
        [ -L "$2" ] && [ "$(readlink -- "$2")" = "$1" ]
    else
        [ ! -L "$2" ] && cmp -s -- "$1" "$2"
    fi
}

copy_beside() { # SOURCE TEMPORARY
    rm -f -- "$2"
    if [ "$mode" = symlink ]; then
        ln -s -- "$1" "$2"
    else
        cp -- "$1" "$2" && chmod 644 "$2" && { sync -d "$2" 2>/dev/null || true; }
    fi
}

place_files() {
    # not in a pipe: a failure has to end this shell
    for pair in $(places | tr ' ' :); do
        place=${pair%:*} machine=${pair#*:}
        for dll in sluice.dll ws2_32.dll; do
            target=$windows/$place/$dll
            if is_placed "$dlls/$machine-windows/$dll" "$target"; then continue; fi
            temporary=$windows/$place/.$dll.sluice-new
            attempt "copy $dll" copy_beside "$dlls/$machine-windows/$dll" "$temporary"
            attempt "put $dll into $place" mv -f -- "$temporary" "$target"
        done
    done
}

set_override() { registry_set "$1" "$2"; } # SECTION LINE

self_test_all() {
    prepare_test
    installed_apps >"$stage/apps"
    for pair in $(places | tr ' ' :); do
        while read -r name; do
            self_test "${pair#*:}" "$name" || return 1
        done <"$stage/apps"
    done
}

command_install() {
    check_prefix
    find_wine
    check_dlls
    lock_prefix
    wait_until_idle
    stop_point
    recover install
    if [ "$phase" = none ]; then
        begin installing "${app:-*}"
    else
        again "${app:-*}"
    fi
    undo_on_failure=undo_all
    trap 'fail "wait" "interrupted" "call sluice install again"' INT TERM HUP
    progress "copying DLLs for $(places | wc -l) architecture(s)"
    place_files
    attempt "set the overrides" change_registry set_override "$state/registry"
    progress "testing"
    if ! self_test_all; then
        fail "test it" "$test_wrong" "$test_remedy"
    fi
    attempt "note that it is done" write_phase installed
    undo_on_failure=''
    if [ -t 1 ]; then echo "Sluice $(our_version) is installed in $prefix"; fi
}
