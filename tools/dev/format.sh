# Formats every C and C++ source of ours in place.
# SPDX-License-Identifier: Apache-2.0

# our_sources: tracked and new files, none that git ignores; so never a generated one.
our_sources() {
  git -C "$ARETE_ROOT" ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' '*.c' '*.h' |
    while read -r file; do
      if [ -e "$ARETE_ROOT/$file" ]; then echo "$file"; fi
    done
}

dev_format() {
  setup_packages 1/1 lint
  our_sources | xargs --no-run-if-empty --max-procs="$(jobs_wanted)" --max-args=40 clang-format-19 -i
}
