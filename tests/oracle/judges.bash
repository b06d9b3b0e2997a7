# What the tests of applied and deployed volumes share: `load judges`.
# shellcheck shell=bash

# The program that writes a volume of everything; built once a file.
build_maker() {
	export MAKER=$O/san/unit/libntfs/build/tree
	[ -x "$MAKER" ] || make -s -C "$ROOT" O="$O" "$MAKER"
}

capture() { # SOURCE WIM [OPTION...]
	wimlib-imagex capture "$@" --quiet >capture.txt 2>&1 ||
		{ cat capture.txt >&2; return 1; }
}

# An image's names with all that they have, a line a fact: path, what, value.
# Left out are places in the WIM; a group of links is called by its first name,
# as the numbers of groups are the capturing program's own.
facts() { # WIM INDEX
	wimlib-imagex dir "$1" "$2" --detailed | awk -v OFS='\t' '
	function value() { return substr($0, index($0, "=") + 2) }
	function fact(what) { print path, what, value() }
	/^Full Path/ { path = value(); next }
	/^\t.*data stream/ { stream = $0; gsub(/\t/, "", stream); next }
	/^\tReparse point stream/ { stream = "reparse"; next }
	/^Link Group ID/ {
		id = value()
		if (id ~ /^0x0*$/) next
		if (!(id in first)) first[id] = path
		print path, "links", first[id]; next
	}
	/^Hash|^Uncompressed size/ { fact(stream " " $1); next }
	/^Short Name/ && /""/ { next }
	/^(Short|Attr|Secur|Creat|Last|Link C|Reparse Tag|Object|Birth|Domain|Reparse Fl)/ {
		fact($1 " " $2)
	}' | LC_ALL=C sort -u
}

# Every fact of the image must be one of the volume, and the volume has no
# others but what the image leaves to us: a descriptor and a short name where it
# has none.
same_facts() { # IMAGE-FACTS VOLUME-FACTS
	awk -F '\t' '
	FILENAME == ARGV[1] {
		image[$0]; has[$1, $2]; names[$1]; next
	}
	$0 in image { delete image[$0]; found++; next }
	!($1 in names) { print "invented: " $0; bad = 1 }
	$2 ~ /^(Security Descriptor|Short Name)/ && !(($1, $2) in has) { next }
	{ print "differs: " $0; bad = 1 }
	END {
		for (f in image) { print "missing: " f; bad = 1 }
		exit bad || !found
	}' "$1" "$2" >differences.txt && return
	head -n 20 differences.txt >&2
	return 1
}

sound() { # VOLUME
	readable "$1"
	run -0 7z t "$1"
	assert_output_has 'Everything is Ok'
}

readable() { # VOLUME, also one that 7-Zip cannot open as it was made
	run -0 ntfsfix -n "$1"
	assert_output_has 'Checking the alternate boot sector... OK'
	run -0 ntfsinfo -m "$1"
	assert_output_has 'Volume Version: 3.1'
	run -0 fsntfsinfo "$1"
	run -0 fls -r -p "$1"
	run -0 "$SLIPWAY" chkdsk "$1"
}

judge() { # WIM INDEX VOLUME
	sound "$3"
	capture "$3" found.wim --compress=none
	facts "$1" "$2" >asked.txt
	facts found.wim 1 >found.txt
	same_facts asked.txt found.txt
}

# The bytes of one partition, as sfdisk sees the table.
cut_out() { # DISK NUMBER VOLUME
	read -r start size < <(sfdisk -J "$1" |
		python3 -c 'import json, sys
p = json.load(sys.stdin)["partitiontable"]["partitions"][int(sys.argv[1]) - 1]
print(p["start"] * 512, p["size"] * 512)' "$2")
	dd if="$1" of="$3" bs=1M iflag=skip_bytes,count_bytes skip="$start" \
		count="$size" conv=sparse status=none
	truncate -s "$size" "$3"
}

# A volume with everything that NTFS can hold, captured by wimlib.
rich_wim() { # WIM COMPRESSION
	"$MAKER" rich.img 100000000 4096 512 800 >/dev/null
	capture rich.img "$1" "--compress=$2"
	rm rich.img
}
