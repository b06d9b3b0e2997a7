// SPDX-License-Identifier: MIT
//
// Which devices an INF file has for a Windows, and what its [Version] says.

#include "inf.h"
#include "test.h"

static const char text[] =
	"[Version]\nSignature=\"$WINDOWS NT$\"\nClass=SCSIAdapter\n"
	"ClassGuid={4D36E97B-E325-11CE-BFC1-08002BE10318}\n"
	"Provider=%P%\nDriverVer=02/29/2020,100.93.104.24000\n"
	"CatalogFile=all.cat\nCatalogFile.NT=nt.cat\n"
	"CatalogFile.NTarm64=arm.cat\n"
	"[Manufacturer]\n"
	"%P%=Std,NTamd64,NTamd64.6.3,NTamd64.10.0...16299,NTx86.6.1,"
	"NTarm64.10.0,NTia64,NTamd64.6.1.3\n"
	"Plain\n"
	"[Std]\n\"old\"=Old,PCI\\1\n"
	"[Std.NTamd64]\n%D%=A,PCI\\A,PCI\\A1,PCI\\A2\n"
	"[Std.NTamd64.6.3]\n%D%=B,PCI\\B\n"
	"[Std.NTamd64.10.0...16299]\n%D%=C,,PCI\\C\n"
	"[Std.NTx86.6.1]\n%D%=D,PCI\\D\n"
	"[Std.NTarm64.10.0]\n%D%=E,PCI\\E\n"
	"[Std.NTamd64.6.1.3]\n%D%=F,PCI\\F\n"
	"[Plain]\n\"plain\"=P,PCI\\P\n"
	"[A]\n[A.NT]\n[A.NTamd64]\n[B.NT]\n[C]\n"
	"[Strings]\nP=Maker\nD=Device\n";

struct seen {
	char installs[32];
};

static int note(void *ctx, const struct inf_model *model, struct err *err)
{
	struct seen *s = ctx;

	strcat(s->installs, model->install);
	if (!strcmp(model->install, "A")) {
		check(!strcmp(model->manufacturer, "Maker"));
		check(!strcmp(model->raw_manufacturer, "%P%"));
		check(!strcmp(model->description, "Device"));
		check_eq(model->id_count, 3);
		check(!strcmp(model->ids[2], "PCI\\A2"));
	}
	if (!strcmp(model->install, "C")) {
		check_eq(model->id_count, 2);
		check(!strcmp(model->ids[0], ""));
	}
	return !strcmp(model->install, "F") ? 7 : 0;
}

static void chosen(const struct inf *inf)
{
	static const struct {
		struct inf_target target;
		const char *installs;
	} rows[] = {
		{{INF_AMD64, 10, 0, 19041, 1, 0}, "C"},
		{{INF_AMD64, 10, 0, 16299, 1, 0}, "C"},
		{{INF_AMD64, 10, 0, 15063, 1, 0}, "B"},
		{{INF_AMD64, 6, 3, 9600, 1, 0}, "B"},
		{{INF_AMD64, 6, 2, 9200, 1, 0}, "A"},
		{{INF_AMD64, 6, 1, 7601, 1, 0}, "A"},
		{{INF_AMD64, 11, 0, 30000, 1, 0}, "C"},
		{{INF_X86, 6, 1, 7601, 1, 0}, "DP"},
		{{INF_X86, 6, 0, 6000, 1, 0}, "OldP"},
		{{INF_ARM64, 10, 0, 22621, 1, 0}, "E"},
		{{INF_ARM, 10, 0, 22621, 1, 0}, ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seen s = {{0}};

		check_eq(inf_models(inf, 0x0409, &rows[i].target, note, &s,
				    NULL),
			 0);
		check(!strcmp(s.installs, rows[i].installs));
	}
}

// What fn returns ends it; a product makes a section closer.
static void stopped(const struct inf *inf)
{
	const struct inf_target server = {INF_AMD64, 6, 1, 7601, 3, 0};
	struct seen s = {{0}};

	check_eq(inf_models(inf, 0x0409, &server, note, &s, NULL), 7);
	check(!strcmp(s.installs, "F"));
}

static void installs(const struct inf *inf)
{
	check(!strcmp(inf_find_install(inf, "a", INF_AMD64)->name,
		      "A.NTamd64"));
	check(!strcmp(inf_find_install(inf, "A", INF_X86)->name, "A.NT"));
	check(!strcmp(inf_find_install(inf, "B", INF_X86)->name, "B.NT"));
	check(!strcmp(inf_find_install(inf, "C", INF_AMD64)->name, "C"));
	check(!inf_find_install(inf, "D", INF_AMD64));
}

static void version(const struct inf *inf)
{
	struct inf_target target = {INF_AMD64, 10, 0, 19041, 1, 0};
	struct inf_version v;
	char guid[GUID_TEXT];

	check_eq(inf_get_version(inf, 0x0409, &target, &v, NULL), 0);
	check(!strcmp(v.class_name, "SCSIAdapter"));
	check(!strcmp(v.provider, "Maker"));
	check(!strcmp(v.catalog, "nt.cat"));
	check(!strcmp(guid_format(&v.class_guid, guid),
		      "4d36e97b-e325-11ce-bfc1-08002be10318"));
	check(v.has_class_guid && !v.is_extension);
	// 2020-02-29 00:00 UTC
	check_eq(v.date, filetime_from_unix(1582934400, 0));
	check_eq(v.version,
		 UINT64_C(100) << 48 | UINT64_C(93) << 32 | 104 << 16 | 24000);
	inf_version_done(&v);
	target.arch = INF_ARM64;
	check_eq(inf_get_version(inf, 0x0409, &target, &v, NULL), 0);
	check(!strcmp(v.catalog, "arm.cat"));
	inf_version_done(&v);
}

static void bad(void)
{
	static const struct {
		const char *text;
		int code;
		unsigned line;
	} rows[] = {
		{"[Version]\nSignature=$X$\n", -ENOTSUP, 0},
		{"[Other]\n", -ENOTSUP, 0},
		{"[Version]\nSignature=$Chicago$\nClassGuid=x\n", -EBADMSG, 3},
		{"[Version]\nSignature=$Chicago$\nDriverVer=13/01/2020\n",
		 -EBADMSG, 3},
		{"[Version]\nSignature=$Chicago$\nDriverVer=1/1/2020,1.2.3.4.5\n",
		 -EBADMSG, 3},
		{"[Version]\nSignature=$Chicago$\nDriverVer=1/1/2020,1.99999\n",
		 -EBADMSG, 3},
	};
	static const char *const decorations[] = {"XP", "NTx68", "NTamd64.x",
						  "NT.1.2.3.4.5.6", "NT10"};
	const struct inf_target target = {INF_AMD64, 10, 0, 19041, 1, 0};
	struct inf_version v;
	struct inf *inf;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = {0};

		check_eq(inf_read(rows[i].text, strlen(rows[i].text), &inf,
				  NULL),
			 0);
		check_eq(inf_get_version(inf, 0x0409, &target, &v, &err),
			 rows[i].code);
		if (rows[i].line)
			check_eq(err.where, rows[i].line);
		inf_free(inf);
	}
	for (size_t i = 0; i < sizeof(decorations) / sizeof(*decorations);
	     i++) {
		char maker[80];
		struct err err = {0};

		snprintf(maker, sizeof(maker), "[Manufacturer]\nM=S,%s\n",
			 decorations[i]);
		check_eq(inf_read(maker, strlen(maker), &inf, NULL), 0);
		check_eq(inf_models(inf, 0x0409, &target, note, NULL, &err),
			 -EBADMSG);
		check_eq(err.where, 2);
		inf_free(inf);
	}
}

int main(void)
{
	struct inf *inf;

	check_eq(inf_read(text, sizeof(text) - 1, &inf, NULL), 0);
	chosen(inf);
	stopped(inf);
	installs(inf);
	version(inf);
	inf_free(inf);
	bad();
	return 0;
}
