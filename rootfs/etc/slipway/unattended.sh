# shellcheck shell=sh
# What the medium or the command line asks for without a person: a start
# script, then a deployment by an answer file.

MEDIUM_CHOSEN=

unattended_run() {
	work=/run/slipway
	if unattended_get "$OPT_STARTNET" "$OPT_STARTNET_SHA256" startnet; then
		step Start "running the start script"
		# shellcheck disable=SC2016 # for the other shell
		shown $work/startnet.log sh -c '. /etc/slipway/shell.sh; . "$0"' \
			$work/startnet.sh ||
			unattended_script_failed
		unattended_goes_on || return
	fi
	if unattended_get "$OPT_ANSWER" "$OPT_ANSWER_SHA256" answer; then
		unattended_deploy
	fi
	unattended_goes_on
}

unattended_script_failed() {
	[ -z "$BROKEN" ] && [ ! -e $work/ending ] || return
	fail "the start script ended with status $status" \
		"What it said is above, and in $work/startnet.log."
}

# Not when a person has pressed Ctrl+C, nor when the start script has asked for the
# end of it all.
unattended_goes_on() {
	while [ -e $work/ending ]; do sleep 60; done
	[ -n "$BROKEN" ] || return 0
	[ "$BROKEN" = said ] || fail "broken off with Ctrl+C" \
		"Nothing more is done without you."
	return 1
}

# Makes /run/slipway/startnet.sh or answer.ini from SOURCE, or from the same name
# in the medium's own folder. What is on the medium stays there: other files lie
# beside it.
unattended_get() { # SOURCE SHA256 startnet|answer
	name=startnet.sh
	[ "$3" != answer ] || name=answer.ini
	case $1 in
	'')
		file=/run/medium/slipway/$name
		[ -f $file ] || {
			unattended_misnamed
			return 1
		}
		unattended_medium || return
		ln -sf $file $work/$name
		return
		;;
	*://*)
		unattended_trusted "$1" "$2" "$3" || return
		step Fetching "$1"
		if fetch "$1" $work/$name.fetched; then
			unattended_verified "$1" "$2" "$3" &&
				mv $work/$name.fetched $work/$name
			return
		fi
		;;
	*)
		# that there is no medium was said
		[ -n "$MEDIUM" ] && unattended_medium || return
		file=$(medium_path "$1") && [ -f "$file" ] &&
			ln -sf "$file" "$work/$name" && return
		fail "$1 is not on the medium ($MEDIUM)" "No disk was written to." \
			"Correct the name, on the kernel line or on the medium, and restart; the medium is at /run/medium."
		return 1
		;;
	esac
	fail "$1 could not be fetched" "No disk was written to." \
		"Check the name, the server and the cable (Show network), then choose Try again."
	return 1
}

# Windows hides the ends of names that it knows, and its editor adds one of its own.
unattended_misnamed() {
	for other in "$file.txt" "$file"; do
		[ ! -e "$other" ] ||
			warn "${other#/run/medium} is not taken: the file's name must be /slipway/$name"
	done
}

# Asked for once: the medium must be the only one of its identity.
unattended_medium() {
	[ -z "$BROKEN" ] || return
	[ -n "$MEDIUM_CHOSEN" ] || medium_is_sole || return
	MEDIUM_CHOSEN=1
}

# What comes over the network is run as root, and anybody on the way can change
# it: the kernel line, which a loader has read, must say what it has to be, or
# that this is not wanted.
unattended_trusted() { # URL SHA256 startnet|answer
	case $2 in
	'')
		[ "$OPT_TRUST" != network ] || return 0
		fail "$1 is not taken from the network unseen" \
			"Say what it must be on the kernel line, as sha256sum prints it:" \
			"    slipway.$3-sha256=HEX" \
			"or, where everybody on this network may rule this machine:" \
			"    slipway.trust=network"
		return 1
		;;
	*[!0-9A-Fa-f]*) ;;
	*) [ ${#2} -ne 64 ] || return 0 ;;
	esac
	fail "slipway.$3-sha256=$2 is not a SHA-256" \
		"It has 64 hexadecimal digits, as sha256sum prints them."
	return 1
}

unattended_verified() { # URL SHA256 startnet|answer
	[ -n "$2" ] || return 0
	sum=$(sha256sum <"$work/$name.fetched")
	[ "${sum%% *}" != "$(echo "$2" | tr A-F a-f)" ] || return 0
	rm -f "$work/$name.fetched"
	fail "$1 is not what slipway.$3-sha256 says" \
		"It was not used. Its SHA-256 is" "${sum%% *}" \
		"It was changed on purpose (then write the new sum into the loader's" \
		"configuration), or by somebody on the way."
	return 1
}

# What the answer file came from: with it a disk is known that was deployed before,
# and names of images are relative to it.
unattended_origin() {
	case $OPT_ANSWER in
	tftp:///*)
		host=
		[ ! -e /run/slipway/net-server ] ||
			read -r host </run/slipway/net-server
		echo "tftp://$host/${OPT_ANSWER#tftp:///}"
		;;
	*://*) echo "$OPT_ANSWER" ;;
	*) echo "$OPT_MEDIUM" ;;
	esac
}

# shellcheck disable=SC2120 # deployed.sh gives it
unattended_deploy() { # [--again]
	step Deploying "as the answer file says"
	show ""
	rm -f $work/finish
	answer=$(readlink -f $work/answer.ini)
	keyboard_of_answer "$answer"
	folders=$(medium_image_folders "$answer")
	shown $work/deploy.log slipway deploy "$answer" \
		--boot-files /run/medium ${folders:+--image-folders "$folders"} \
		--origin "$(unattended_origin)" \
		--progress bar --finish-file $work/finish "$@" ||
		{
			unattended_failed
			return
		}
	action=shell disk='' may='' why=''
	{
		read -r action
		read -r disk
		read -r may
		read -r why
	} <$work/finish
	show ""
	if [ "$action" = deployed ]; then
		deployed_start
	else
		step Done "deployment finished"
		finish "$action"
	fi
}

# The file says whether the disk was touched, which disk, and why it failed.
unattended_failed() {
	{
		read -r word
		read -r disk
		why=$(cat)
	} <$work/finish 2>/dev/null || word='' disk='' why=''
	what="the deployment failed"
	if [ -n "$BROKEN" ]; then
		BROKEN=said
		what="the deployment was broken off with Ctrl+C"
	fi
	set -- "$what"
	[ -z "$why" ] || set -- "$@" "$why"
	case $word in
	untouched)
		if [ -n "$disk" ]; then
			set -- "$@" "$disk was not written to."
		else
			set -- "$@" "No disk was written to."
		fi
		;;
	touched) set -- "$@" "$disk was written to: what it held is gone, and it counts as blank. Nothing starts from it." ;;
	*) set -- "$@" "It ended with status $status and did not say whether it had written to a disk." ;;
	esac
	fail "$@" "All it said is in $work/deploy.log. Mend the cause (the answer file is read anew), then choose Try again; or look around in the shell."
}
