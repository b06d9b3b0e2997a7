# shellcheck shell=sh
# Settings on the kernel command line. Each word slipway.NAME=VALUE is held
# against a fixed list; nothing of it is ever run as shell code.

OPT_MEDIUM='' OPT_ANSWER='' OPT_STARTNET='' OPT_ROOT='' OPT_INIT='' OPT_SHELL=''
OPT_ANSWER_SHA256='' OPT_STARTNET_SHA256='' OPT_TRUST='' OPT_KEYBOARD=''

# Splits as the kernel does: blanks outside of double quotes. GRUB writes a
# backslash before quotes and backslashes; a path needs one of them only.
cmdline_words() {
	awk '{
		word = ""
		quoted = 0
		for (i = 1; i <= length($0) + 1; i++) {
			c = substr($0, i, 1)
			if (c == "\"") {
				quoted = !quoted
			} else if (c == "" || (c ~ /[ \t]/ && !quoted)) {
				if (word ~ /^slipway\./)
					print word
				word = ""
			} else if (c != "\\" || word !~ /\\$/) {
				word = word c
			}
		}
	}' /proc/cmdline
}

# As a line that is put together from several files may have it.
cmdline_once() { # NAME
	case $said in
	*" $1 "*) warn "$1 is given twice: the last one counts" ;;
	esac
	said="$said$1 "
}

cmdline_read() {
	[ $$ -ne 1 ] || cmdline_words >/run/slipway/cmdline
	said=' '
	while IFS= read -r word; do
		[ $$ -ne 1 ] || cmdline_once "${word%%=*}"
		value=${word#*=}
		case $word in
		slipway.medium=*) OPT_MEDIUM=$value ;;
		slipway.answer=*) OPT_ANSWER=$value ;;
		slipway.answer-sha256=*) OPT_ANSWER_SHA256=$value ;;
		slipway.startnet=*) OPT_STARTNET=$value ;;
		slipway.startnet-sha256=*) OPT_STARTNET_SHA256=$value ;;
		slipway.trust=*) OPT_TRUST=$value ;;
		slipway.keyboard=*) OPT_KEYBOARD=$value ;;
		slipway.root=*) OPT_ROOT=$value ;;
		slipway.init=/*) OPT_INIT=$value ;;
		slipway.shell) OPT_SHELL=1 ;;
		*) [ $$ -ne 1 ] || # others read it once more
			warn "${word%%=*}: not a setting known here, ignored" ;;
		esac
	done </run/slipway/cmdline
}
