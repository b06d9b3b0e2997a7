// SPDX-License-Identifier: MIT
//
// bcdedit /? TOPIC: a verb, or what the words of verbs are.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bcdedit.h"

static const struct {
	const char *name, *text;
} topics[] = {
	{"store",
	 "bcdedit /store STORE ...\n\n"
	 "Works on that store: a file of the host, or one in a volume of a disk,\n"
	 "disk.img@1:\\EFI\\Microsoft\\Boot\\BCD. Without it: this machine's own store, on\n"
	 "the system partition that the firmware starts from.\n"},
	{"sysstore",
	 "bcdedit /sysstore PLACE ...\n\n"
	 "Works on the system store of a partition (disk.img@1), or of a disk (disk.img),\n"
	 "whose system partition is found. For this call alone.\n"},
	{"createstore",
	 "bcdedit /createstore STORE\n\n"
	 "Makes a new, empty store. It is no system store: no machine boots from it.\n"},
	{"export",
	 "bcdedit /export FILE\n\n"
	 "Writes the store into another file, from which /import restores it.\n"},
	{"import",
	 "bcdedit /import FILE [/clean]\n\n"
	 "Puts the content of FILE, from /export, in the place of the store. /clean leaves\n"
	 "out the entries that mirror the firmware's.\n"},
	{"copy",
	 "bcdedit /copy {ID} [/d DESCRIPTION]\n\n"
	 "Makes a copy of an entry, with another identifier, which is printed. The copy of\n"
	 "one that is in the menu comes last in it.\n\n"
	 "    bcdedit /copy {default} /d \"Windows, for debugging\"\n"},
	{"mirror", "bcdedit /mirror {ID}\n\nAs /copy.\n"},
	{"create",
	 "bcdedit /create [{ID}] [/d DESCRIPTION]\n"
	 "        [/application TYPE | /inherit [TYPE] | /device]\n\n"
	 "Makes an entry. With the identifier of a well-known one its kind is known; else\n"
	 "a new identifier is made, and printed. TYPE of an application: BOOTMGR, OSLOADER,\n"
	 "RESUME, MEMTEST, NTLDR, BOOTSECTOR, STARTUP. /inherit makes settings that other\n"
	 "entries inherit: all, or those of TYPE (OSLOADER, RESUME, DEVICE). /device makes\n"
	 "options for a device (RAM disk).\n\n"
	 "    bcdedit /create {ntldr} /d \"Earlier Windows\"\n"
	 "    bcdedit /create /d \"Windows 11\" /application osloader\n"},
	{"delete",
	 "bcdedit /delete {ID} [/f] [/cleanup | /nocleanup]\n\n"
	 "Deletes an entry, and its identifier from the menu and from other entries; not so\n"
	 "with /nocleanup. A well-known entry is deleted only with /f.\n"},
	{"deletevalue", "bcdedit /deletevalue [{ID}] ELEMENT\n\n"
			"Deletes an element of an entry ({default}).\n"},
	{"set",
	 "bcdedit /set [{ID}] ELEMENT VALUE... [/addfirst | /addlast | /remove]\n\n"
	 "Sets an element of an entry ({default}): a name, see TYPES, or custom:NUMBER. See\n"
	 "FORMATS for VALUE. The switches are for lists of identifiers.\n\n"
	 "    bcdedit /set {default} device 'vhd=[disk.img@2]\\vhd\\win.vhd'\n"
	 "    bcdedit /set {default} nx optin\n"},
	{"enum",
	 "bcdedit /enum [TYPE | {ID}] [/v] [--ignore-logs]\n\n"
	 "Shows entries. TYPE: ACTIVE, what is in the menu (as without TYPE); FIRMWARE;\n"
	 "BOOTAPP, BOOTMGR, OSLOADER, RESUME; INHERIT, settings that others inherit; ALL.\n"
	 "--ignore-logs shows a store that was not closed as it is without its logs.\n"},
	{"v",
	 "bcdedit /v\n\n"
	 "Shows identifiers in full, not the names of well-known ones, and hidden elements.\n"},
	{"bootsequence",
	 "bcdedit /bootsequence {ID}... [/addfirst | /addlast | /remove]\n\n"
	 "Sets what the next start tries, once, in that order.\n"},
	{"default", "bcdedit /default {ID}\n\n"
		    "Sets the entry that is started when the time is over.\n"},
	{"displayorder",
	 "bcdedit /displayorder {ID}... [/addfirst | /addlast | /remove]\n\n"
	 "Sets the menu: the entries in that order. With a switch they are put before or\n"
	 "after those that are there, or taken out.\n"},
	{"timeout",
	 "bcdedit /timeout SECONDS\n\n"
	 "Sets how long the menu waits before it starts the default entry.\n"},
	{"toolsdisplayorder",
	 "bcdedit /toolsdisplayorder {ID}... [/addfirst | /addlast | /remove]\n\n"
	 "Sets the menu of tools, as /displayorder.\n"},
	{"bootems",
	 "bcdedit /bootems [{ID}] ON | OFF\n\n"
	 "Emergency Management Services of a boot application ({default}).\n"},
	{"ems", "bcdedit /ems [{ID}] ON | OFF\n\n"
		"Emergency Management Services of a Windows ({default}).\n"},
	{"emssettings",
	 "bcdedit /emssettings [BIOS] | [EMSPORT:PORT | EMSBAUDRATE:RATE]\n\n"
	 "Sets how they are reached; BIOS takes the firmware's settings. Without words: shows\n"
	 "them.\n"},
	{"bootdebug", "bcdedit /bootdebug [{ID}] ON | OFF\n\n"
		      "Debugging of a boot application ({default}).\n"},
	{"dbgsettings",
	 "bcdedit /dbgsettings [TYPE] [WORD...] [/start POLICY] [/noumex]\n\n"
	 "Sets how a debugger is reached: SERIAL [DEBUGPORT:N] [BAUDRATE:N],\n"
	 "1394 [CHANNEL:N], USB [TARGETNAME:NAME], LOCAL, or NET HOSTIP:ADDRESS PORT:N\n"
	 "[KEY:KEY | NEWKEY] [NODHCP] [BUSPARAMS:B.D.F]. POLICY: ACTIVE, AUTOENABLE, DISABLE.\n"
	 "Without words: shows the settings.\n"},
	{"debug", "bcdedit /debug [{ID}] ON | OFF\n\n"
		  "Debugging of a Windows' kernel ({default}).\n"},
	{"hypervisorsettings",
	 "bcdedit /hypervisorsettings [TYPE] [WORD...]\n\n"
	 "Sets how the hypervisor's debugger is reached, as /dbgsettings.\n"},
	{"event",
	 "bcdedit /event [{ID}] ON | OFF\n\nEvents of a boot on a remote log.\n"},
	{"retarget",
	 "bcdedit /retarget DISK | locate\n\n"
	 "Points every partition of the store at the one of DISK that has the same identifier\n"
	 "or, after a clone, holds the same files; or removes all disks' identifiers (locate).\n"},
	{"id",
	 "Identifiers: a GUID in braces, or the name of a well-known entry. {default} is the\n"
	 "default entry of the store. {current} is the running Windows: there is none here.\n\n"},
	{"formats",
	 "Formats of values:\n\n"
	 "  BOOL      on, off; yes, no; true, false; 1, 0\n"
	 "  INTEGER   decimal, 0xHEX, or a word that the element knows\n"
	 "  INTEGERS  several of them\n"
	 "  STRING    text; in quotes when it has blanks\n"
	 "  ID, IDS   an identifier; several of them. See ID\n"
	 "  DEVICE    boot\n"
	 "            partition=PART\n"
	 "            locate, locate=custom:ELEMENT, locate=\\PATH\n"
	 "            vhd=[PART]\\FILE, vhd=[locate]\\FILE, with ,locate=custom:ELEMENT\n"
	 "            ramdisk=[PART]\\FILE,{ID}\n"
	 "            file=[PART]\\FILE\n"
	 "  PART      an address (disk.img@3, /dev/sda2), gpt:DISK-GUID:PARTITION-GUID,\n"
	 "            mbr:SIGNATURE:OFFSET, and in brackets also boot or locate\n"},
};

#define TOPICS (sizeof(topics) / sizeof(topics[0]))

// --- Lists that are made -----------------------------------------------------

static const struct {
	const char *name;
	enum bcd_family family;
} families[] = {
	{"bootmgr", BCD_FAMILY_MANAGER},   {"osloader", BCD_FAMILY_LOADER},
	{"resume", BCD_FAMILY_RESUME},     {"memdiag", BCD_FAMILY_MEMORY},
	{"ntldr", BCD_FAMILY_LEGACY},      {"bootsector", BCD_FAMILY_LEGACY},
	{"devobject", BCD_FAMILY_DEVICE},  {"bootapp", BCD_FAMILY_ANY},
	{"customtypes", BCD_FAMILY_OTHER},
};

#define FAMILIES (sizeof(families) / sizeof(families[0]))

static void show_types(enum bcd_family family)
{
	static const char *const formats[] = {"",     "DEVICE",  "STRING",
					      "ID",   "IDS",     "INTEGER",
					      "BOOL", "INTEGERS"};

	for (const struct bcd_name *n = bcd_names; n->name; n++) {
		unsigned format = bcd_element_format(n->element);

		if (n->family != family || format > 7)
			continue;
		printf("  %-28s %-8s", n->name, formats[format]);
		printf(n->values ? "  %s\n" : "\n", n->values);
	}
}

static void help_types(const char *family)
{
	for (size_t i = 0; family && i < FAMILIES; i++) {
		if (strcasecmp(families[i].name, family))
			continue;
		printf("Elements of %s entries:\n\n", families[i].name);
		show_types(families[i].family);
		if (families[i].family != BCD_FAMILY_ANY)
			puts("\nand those of all entries: bcdedit /? TYPES "
			     "BOOTAPP");
		return;
	}
	puts("Elements of all entries:\n");
	show_types(BCD_FAMILY_ANY);
	puts("\nMore: bcdedit /? TYPES followed by one of");
	for (size_t i = 0; i < FAMILIES; i++)
		printf(" %s", families[i].name);
	putchar('\n');
}

static void help_ids(void)
{
	char text[GUID_TEXT];

	for (const struct bcd_alias *a = bcd_aliases; a->name; a++)
		printf("  %-24s {%s}\n", a->name, guid_format(&a->id, text));
}

static void help_topics(void)
{
	puts("Topics of bcdedit /? TOPIC:\n");
	for (size_t i = 0; i < TOPICS; i++)
		printf("  %s\n", topics[i].name);
	puts("  types");
}

bool bcdedit_help(const char *topic, const char *more)
{
	if (*topic == '/')
		topic++;
	if (!strcasecmp(topic, "topics")) {
		help_topics();
		return true;
	}
	if (!strcasecmp(topic, "types")) {
		help_types(more);
		return true;
	}
	for (size_t i = 0; i < TOPICS; i++) {
		if (strcasecmp(topics[i].name, topic))
			continue;
		fputs(topics[i].text, stdout);
		if (!strcmp(topics[i].name, "id"))
			help_ids();
		return true;
	}
	return false;
}
