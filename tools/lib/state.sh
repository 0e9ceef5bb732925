# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by sluice: what it has done in a prefix, in PREFIX/.sluice.
#
#   state      lines "key value": phase (installing, installed, removing, running), version, wine, mode, and
#              "file PLACE NAME kept|absent IDENTITIES": what was there before, and what we have put there
#   registry   lines of four fields with tabs between: APP, section, our line, what registry_look said before
#   kept/      the files that were there before
#   runs/      a file for each `sluice run` that uses the DLLs
#
# state is renamed into place when kept and registry are whole, and before anything else changes: where it is there
# with another phase than installed, a call was interrupted and undo.sh can undo it, install.sh complete it.

state_get() { # KEY
    sed -n "s/^$1 //p" "$state/state" 2>/dev/null | head -n 1
}

# Sets phase: none, or what the state says.
load_phase() {
    phase=none
    [ ! -f "$state/state" ] || phase=$(state_get phase)
    stored_mode=$(state_get mode)
    stored_version=$(state_get version)
}

# What a file is: a link and where to, or a file and its sum.
identity() { # FILE
    if [ -L "$1" ]; then
        echo "link:$(readlink -- "$1" | cksum | tr ' ' .)"
    elif [ -e "$1" ]; then
        echo "file:$(cksum <"$1" | tr ' ' .)"
    else
        echo nothing
    fi
}

placed_identity() { # SOURCE
    if [ "$mode" = symlink ]; then echo "link:$(echo "$1" | cksum | tr ' ' .)"; else identity "$1"; fi
}

file_row() { # PLACE NAME: the rest of its row
    sed -n "s/^file $1 $2 //p" "$state/state" 2>/dev/null | head -n 1
}

# Whether what is there was put there by us.
is_ours() { # PLACE NAME
    ours_now=$(identity "$windows/$1/$2")
    ours_row=$(file_row "$1" "$2")
    case ",${ours_row#* }," in
    *",$ours_now,"*) return 0 ;;
    esac
    return 1
}

write_phase() { # PHASE
    sed "s/^phase .*/phase $1/" "$state/state" >"$state/state.new" && rename_state
}

rename_state() {
    sync -d "$state/state.new" 2>/dev/null || true
    mv -f "$state/state.new" "$state/state"
}

# The programs it is installed for, a line each; "*" for all.
installed_apps() {
    [ ! -f "$state/registry" ] || awk -F '\t' '$1 != "-" { print $1 }' "$state/registry"
}

has_app() { installed_apps | grep -qixF -- "$1"; }

# A hard link where that can be: the very file comes back.
keep_file() { # PLACE NAME
    mkdir -p "$state/kept/$1"
    rm -f "$state/kept/$1/.$2.new"
    if ! ln -P -- "$windows/$1/$2" "$state/kept/$1/.$2.new" 2>/dev/null; then
        cp -Pp -- "$windows/$1/$2" "$state/kept/$1/.$2.new" || return
    fi
    mv -f -- "$state/kept/$1/.$2.new" "$state/kept/$1/$2"
}

# Rows for the registry: "*" brings wineboot's, under the name "-".
registry_rows() { # APP
    registry_row "$1" "$1" "$override_line"
    if [ "$1" = "*" ]; then registry_row - wineboot.exe "$exempt_line"; fi
}
registry_row() { # NAME APP LINE
    row_section=$(registry_section "$2")
    row_before=$(registry_look "$row_section" "$3" <"$user_reg")
    printf '%s\t%s\t%s\t%s\n' "$1" "$row_section" "$3" "$row_before"
}

# Applies FUNCTION SECTION LINE BEFORE to user.reg for every row of the rows in FILE, and renames the result into place.
change_registry() { # FUNCTION ROWS
    cp -p -- "$user_reg" "$state/user.reg.1" || return
    while IFS='	' read -r _ row_section row_line row_before; do
        "$1" "$row_section" "$row_line" "$row_before" <"$state/user.reg.1" >"$state/user.reg.2" || return
        # as cat, so that mode and owner stay
        cat "$state/user.reg.2" >"$state/user.reg.1" || return
    done <"$2"
    rm -f "$state/user.reg.2"
    if cmp -s "$state/user.reg.1" "$user_reg"; then
        rm -f "$state/user.reg.1"
    else
        sync -d "$state/user.reg.1" 2>/dev/null || true
        mv -f "$state/user.reg.1" "$user_reg"
    fi
}
