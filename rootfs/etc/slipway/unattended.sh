# shellcheck shell=sh
# What the medium or the command line asks for without a person: a start
# script, then a deployment by an answer file.

unattended_run() {
	work=/run/slipway
	if unattended_get "$OPT_STARTNET" startnet.sh; then
		step Start "running the start script"
		shown $work/startnet.log sh $work/startnet.sh ||
			warn "the start script ended with status $status"
	fi
	if unattended_get "$OPT_ANSWER" answer.ini; then
		unattended_deploy
	fi
}

# Makes /run/slipway/NAME from SOURCE, or from NAME in the medium's own folder.
# What is on the medium stays there: other files lie beside it.
unattended_get() { # SOURCE NAME
	case $1 in
	'')
		[ -f "/run/medium/slipway/$2" ] || return 1
		ln -sf "/run/medium/slipway/$2" "$work/$2"
		return
		;;
	*://*)
		step Fetching "$1"
		fetch "$1" "$work/$2" && return
		;;
	*)
		file=$(medium_path "$1") && [ -f "$file" ] &&
			ln -sf "$file" "$work/$2" && return
		;;
	esac
	fail "$1 could not be read" \
		"Check the name, the medium and the cable, then restart."
	return 1
}

unattended_deploy() {
	step Deploying "as the answer file says"
	show ""
	if shown $work/deploy.log slipway deploy "$(readlink -f \
		$work/answer.ini)" --boot-files /run/medium \
		--progress bar --finish-file $work/finish; then
		action=
		[ ! -e $work/finish ] || read -r action <$work/finish
		show ""
		step Done "deployment finished"
		finish "$action"
		return
	fi
	fail "the deployment ended with status $status" \
		"The messages above say why; they are also in $work/deploy.log." \
		"Nothing was started from the disk. Choose Shell to look around," \
		"or correct the answer file and restart."
}
