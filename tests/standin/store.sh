# shellcheck shell=dash
# The store: which entry, and where it says that its system is.

# The value of an element as it is: text as UTF-8, a device as its bytes.
element() { # OBJECT ELEMENT
	printf 'load %s\ncd %s\nlsval Element\n' "$BCD" \
		"\\Objects\\$1\\Elements\\$2" | hivexsh 2>/dev/null
}

need() { # OBJECT ELEMENT WHAT
	element "$1" "$2" >/tmp/value && [ -s /tmp/value ] ||
		failed "store: $1 has no $3 ($2)"
	cat /tmp/value
}

BCD=/esp/EFI/Microsoft/Boot/BCD
MANAGER='{9dea862c-5cdd-4e70-acc1-f32b344d4795}'

# The first of an element's list of objects.
first_of() { # OBJECT ELEMENT
	element "$1" "$2" | tr -d '\000' | sed -n '1s/^\({[-0-9a-f]*}\).*/\1/p'
}

# What is asked for once is taken off the list as it is started.
take_sequence() {
	mount -o remount,rw /esp || failed "the system partition is read-only"
	printf 'cd \\Objects\\%s\\Elements\\24000002\ndel\ncommit\n' "$MANAGER" |
		hivexsh -w "$BCD" || failed "store: bootsequence cannot be removed"
	sync
	mount -o remount,ro /esp
	say "started once, as bootsequence says"
}

# The entry that the boot manager would take when nobody touches a key.
choose_entry() {
	[ -e "$BCD" ] || failed 'there is no \EFI\Microsoft\Boot\BCD'
	loader=$(first_of "$MANAGER" 24000002)
	if [ -n "$loader" ]; then
		take_sequence
		return
	fi
	loader=$(need "$MANAGER" 23000003 "default") || end
	element "$MANAGER" 24000001 | tr -d '\000' | grep -qF "$loader" ||
		failed "store: the default is not in the display order"
}

read_store() {
	choose_entry
	need "$MANAGER" 11000001 "device" >/tmp/manager || end
	device 0 </tmp/manager 2>&1 | grep -qx "partition=$esp_guid" ||
		failed "store: the boot manager's device is not this partition"
	type=$(printf 'load %s\ncd %s\nlsval\n' "$BCD" \
		"\\Objects\\$loader\\Description" | hivexsh 2>/dev/null)
	[ "$type" = '"Type"=dword:10200003' ] ||
		failed "store: $loader is no OS loader: $type"
	description=$(need "$loader" 12000004 "description") || end
	program=$(need "$loader" 12000002 "path") || end
	root=$(need "$loader" 22000002 "systemroot") || end
	need "$loader" 11000001 "device" >/tmp/device || end
	need "$loader" 21000001 "osdevice" >/tmp/osdevice || end
	say "entry \"$description\" $loader"
	say "loads $program, system root $root"
}

# Both devices must lead to the same place.
read_devices() {
	device 12000002 </tmp/device >/tmp/device.txt 2>/tmp/error ||
		failed "store: device: $(cat /tmp/error)"
	device 22000002 </tmp/osdevice >/tmp/osdevice.txt 2>/tmp/error ||
		failed "store: osdevice: $(cat /tmp/error)"
	cmp -s /tmp/device.txt /tmp/osdevice.txt ||
		failed "store: device and osdevice differ"
	form=$(field form) host=$(field host) file=$(field file)
	guid=$(field partition)
	say "device is $form${host:+ by $host}${guid:+ $guid}${file:+, file $file}"
}

field() { # NAME
	sed -n "s/^$1=//p" /tmp/device.txt
}
