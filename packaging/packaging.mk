# SPDX-License-Identifier: LGPL-2.1-or-later
# make install, uninstall, bindist and deb.  Read by Makefile.am.
PACKAGING_FILES = packaging/debian-changelog packaging/debian/control packaging/debian/copyright \
	packaging/debian/rules packaging/debian/sluice.lintian-overrides packaging/debian/source/format packaging/packaging.mk packaging/winetricks/sluice.verb
EXTRA_DIST_PACKAGING = $(PACKAGING_FILES) examples/container/Containerfile examples/container/entrypoint

# ---- what is installed ---------------------------------------------------------------------------------------
# INSTALLED: FROM=TO, a word each; FROM is a file of the build or of the source tree, TO lies below $(DESTDIR).
# The binaries keep the directories they have in the build: a further architecture is a further word in DLLS.
# The command finds the rest from where it stands itself (../lib/sluice), so the installed tree can be moved.
INSTALLED_BINARIES = $(foreach file,$(DLLS) $(SELF_TESTS) $(if $(SELF_TESTS),lib/sluice/version),$(file)=$(libdir)/$(file:lib/%=%))
COMMANDS = $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/tools/sluice))
INSTALLED_SCRIPTS = $(foreach file,$(COMMANDS),$(file)=$(bindir)/$(notdir $(file))) \
	$(foreach file,$(COMMAND_LIBRARY),$(file)=$(libdir)/sluice/command/$(notdir $(file))) \
	$(foreach file,$(REPORT_PROGRAM),$(file)=$(libdir)/sluice/command/$(notdir $(file)))
DOCUMENTS = README.md NEWS COPYING.LIB \
	$(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/doc/limitations.md $(srcdir)/doc/options*.md $(srcdir)/doc/support.md))
INSTALLED_DOCUMENTS = tools/sluice.1=$(mandir)/man1/sluice.1 \
	$(foreach file,$(DOCUMENTS),$(file)=$(docdir)/$(notdir $(file))) \
	packaging/winetricks/sluice.verb=$(datadir)/sluice/winetricks/sluice.verb
INSTALLED = $(INSTALLED_BINARIES) $(INSTALLED_SCRIPTS) $(INSTALLED_DOCUMENTS)

# Shell words that put the halves of $pair, FROM=TO, in $from and $to; FROM is looked for as make does it.
SPLIT = from=$${pair%%=*}; to="$(DESTDIR)$${pair\#*=}"; [ -f "$$from" ] || from=$(srcdir)/$$from
# --preserve-dates: else strip puts the present time into a DLL.
install-files: all-local
	@for pair in $(INSTALLED); do \
		$(SPLIT); \
		$(MKDIR_P) "$${to%/*}" || exit 1; \
		case /$$from in \
		*/tools/*.1 | */tools/lib/*) $(INSTALL_DATA) "$$from" "$$to" ;; \
		*/tools/*) $(INSTALL_SCRIPT) "$$from" "$$to" ;; \
		*) $(INSTALL_DATA) "$$from" "$$to" ;; \
		esac || exit 1; \
		case $(INSTALL_STRIP_FLAG)$$from in \
		-s*.dll | -s*.exe) $(MINGW_CC:-gcc=-strip) --preserve-dates "$$to" ;; \
		-s*.so | -s*/sluice-report) strip --strip-unneeded --remove-section=.comment --remove-section=.note "$$to" ;; \
		esac || exit 1; \
	done
# Directories that are ours alone go too.
OWN_DIRECTORIES = $(sort $(foreach pair,$(INSTALLED_BINARIES),$(dir $(lastword $(subst =, ,$(pair))))))
uninstall-files:
	@for pair in $(INSTALLED); do $(SPLIT); rm -f "$$to" || exit 1; done
	@for dir in $(OWN_DIRECTORIES) $(libdir)/sluice/command $(libdir)/sluice $(datadir)/sluice/winetricks $(datadir)/sluice $(docdir); do \
		rmdir "$(DESTDIR)$$dir" 2>/dev/null || :; \
	done

# ---- a tarball of binaries, the same byte for byte wherever and whenever it is made -------------------------------
# Its times are the release's, from NEWS, or SOURCE_DATE_EPOCH.
NEWS_EPOCH = $(srcdir)/packaging/debian-changelog --epoch $(srcdir)/NEWS
BINDIST = $(PACKAGE)-$(VERSION)-linux
BINDIST_DIRS = prefix= exec_prefix= bindir=/bin libdir=/lib datarootdir=/share datadir=/share mandir=/share/man \
	docdir=/share/doc/sluice
bindist: all-local
	@rm -rf package/bindist && $(MKDIR_P) package/bindist
	@$(MAKE) -s install-files INSTALL_STRIP_FLAG=-s DESTDIR=$(abs_builddir)/package/bindist/$(BINDIST) $(BINDIST_DIRS)
	$(AM_V_GEN)set -e; epoch=$${SOURCE_DATE_EPOCH:-$$($(NEWS_EPOCH))}; \
	LC_ALL=C tar -C package/bindist --format=ustar --sort=name --mtime=@$$epoch --owner=0 --group=0 --numeric-owner \
		--mode=u=rwX,go=rX -cf package/$(BINDIST).tar $(BINDIST); \
	gzip -9nf package/$(BINDIST).tar
	@rm -rf package/bindist
	@echo "package/$(BINDIST).tar.gz"

# ---- a Debian package of what was built here -----------------------------------------------------------------
# Debian's own tools make it, from packaging/debian and a changelog out of NEWS; none of our make's variables may
# reach them.
DEB_TREE = package/deb/$(PACKAGE)-$(VERSION)
deb: all-local
	@rm -rf package/deb && $(MKDIR_P) $(DEB_TREE)
	@cp -R $(srcdir)/packaging/debian $(DEB_TREE)/debian
	@$(srcdir)/packaging/debian-changelog $(srcdir)/NEWS $(VERSION) >$(DEB_TREE)/debian/changelog
	$(AM_V_GEN)cd $(DEB_TREE) && env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u MFLAGS BUILT=$(abs_builddir) \
		DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage -us -uc -b >../build.log 2>&1 || { cat ../build.log >&2; exit 1; }
	@ls package/deb/*.deb
.PHONY: bindist deb install-files uninstall-files
