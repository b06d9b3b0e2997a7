# shellcheck shell=sh
# What a person can have deployed: answer files and images on the medium. Lists are
# two files with a line each: what is shown, and what it is.

# Folders as people here write them.
sources_name() { # PATH
	printf %s "${1#/run/medium}" | tr / '\\'
}

sources_answers() {
	for folder in /run/medium/slipway /run/medium; do
		find "$folder" -maxdepth 1 -type f -iname '*.ini' | sort
	done
}

# Of a split image the first file: install.swm, whose others are install2.swm, ...
sources_images() {
	for folder in /run/medium /run/medium-data*; do
		[ -d "$folder" ] || continue
		find "$folder" -type f \( -iname '*.wim' -o -iname '*.esd' -o \
			-iname '*.swm' \) | sort
	done | grep -viE '[^0-9][0-9]+\.swm$'
}

# Makes sources (shown) and sources.paths.
sources_list() {
	: >sources
	: >sources.paths
	sources_answers | while IFS= read -r path; do
		echo "answer file  $(sources_name "$path")" >>sources
		echo "$path" >>sources.paths
	done
	sources_images | while IFS= read -r path; do
		echo "image        $(sources_name "$path")" >>sources
		echo "$path" >>sources.paths
	done
	[ -s sources ]
}

# Makes indexes (shown) and indexes.numbers. What dism has to say when it fails is
# in dism.log.
sources_indexes() { # IMAGE-FILE
	slipway dism /Get-ImageInfo "/ImageFile:$1" >dism.log 2>&1 || return
	awk '
	function out() {
		if (number != "") {
			print name "  (" size ")" >"indexes"
			print number >"indexes.numbers"
		}
	}
	BEGIN { printf "" >"indexes"; printf "" >"indexes.numbers" }
	/^Index : / { out(); number = $3; name = ""; size = "?" }
	/^Name : / { name = substr($0, 8) }
	/^Size : / { size = substr($0, 8) }
	END { out() }' dism.log
}

# Sets system to what an image holds: windows, linux.
sources_system() { # IMAGE-FILE INDEX
	system=''
	slipway dism /List-Image "/ImageFile:$1" "/Index:$2" >files.log 2>&1 ||
		return
	if grep -qiE '^\\Windows\\(System32\\(winload|ntoskrnl)|Boot\\)' files.log; then
		system=windows
	elif grep -qE '^\\(sbin\\init|init)$' files.log; then
		system=linux
	fi
	rm -f files.log
	[ -n "$system" ]
}

# Makes targets (shown) and targets.lines, as deploy --list-targets has them.
sources_targets() {
	slipway deploy --list-targets >targets.lines
	awk -F '\t' '{
		printf "%-14s %9s  %-24.24s %s\n", $1, $3, $4, $5
	}' targets.lines >targets
	[ -s targets ]
}
