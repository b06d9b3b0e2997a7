// SPDX-License-Identifier: MIT
//
// What the XML data says of images: every field, fields not given, languages,
// and finding an image by number or name.

#include "libwim/wim_priv.h"
#include "test.h"

static const char xml[] =
	"<WIM><TOTALBYTES>9</TOTALBYTES>"
	"<IMAGE INDEX=\"2\"><NAME>Windows 10 Pro</NAME>"
	"<DESCRIPTION>For &lt;all&gt;</DESCRIPTION><FLAGS>Professional</FLAGS>"
	"<DISPLAYNAME>Pro</DISPLAYNAME><DIRCOUNT>21906</DIRCOUNT>"
	"<FILECOUNT>91985</FILECOUNT><TOTALBYTES>14356142049</TOTALBYTES>"
	"<HARDLINKBYTES>6553</HARDLINKBYTES><WIMBOOT>1</WIMBOOT>"
	"<CREATIONTIME><HIGHPART>0x01D3A74E</HIGHPART>"
	"<LOWPART>0x97C28976</LOWPART></CREATIONTIME>"
	"<WINDOWS><ARCH>9</ARCH><PRODUCTNAME>Windows</PRODUCTNAME>"
	"<EDITIONID>Professional</EDITIONID>"
	"<INSTALLATIONTYPE>Client</INSTALLATIONTYPE><HAL>acpiapic</HAL>"
	"<LANGUAGES><LANGUAGE>en-US</LANGUAGE><LANGUAGE>de-DE</LANGUAGE>"
	"<DEFAULT>de-DE</DEFAULT></LANGUAGES>"
	"<VERSION><MAJOR>10</MAJOR><MINOR>0</MINOR><BUILD>19041</BUILD>"
	"<SPBUILD>508</SPBUILD><SPLEVEL>3</SPLEVEL></VERSION>"
	"<SYSTEMROOT>WINDOWS</SYSTEMROOT></WINDOWS></IMAGE>"
	"<IMAGE INDEX=\"1\"><NAME>2</NAME><CREATIONTIME>"
	"<HIGHPART>0xF1D3A74E</HIGHPART></CREATIONTIME></IMAGE>"
	"<IMAGE INDEX=\"1\"><NAME>once more</NAME></IMAGE>"
	"<IMAGE INDEX=\"7\"><NAME>beyond</NAME></IMAGE></WIM>";

static void all_fields(const struct wim *w)
{
	const struct wim_image_info *i = wim_get_image_info(w, 2);

	check(!strcmp(i->name, "Windows 10 Pro"));
	check(!strcmp(i->description, "For <all>"));
	check(!strcmp(i->display_name, "Pro"));
	check(!strcmp(i->flags, "Professional"));
	check(!strcmp(i->architecture, "x64"));
	check(!strcmp(i->product_name, "Windows"));
	check(!strcmp(i->edition, "Professional"));
	check(!strcmp(i->installation_type, "Client"));
	check(!strcmp(i->hal, "acpiapic"));
	check(!strcmp(i->languages, "en-US,de-DE"));
	check(!strcmp(i->default_language, "de-DE"));
	check(!strcmp(i->version, "10.0.19041"));
	check(!strcmp(i->system_root, "WINDOWS"));
	check(!strcmp(i->product_suite, ""));
	check_eq(i->service_pack_build, 508);
	check_eq(i->service_pack_level, 3);
	check_eq(i->directories, 21906);
	check_eq(i->files, 91985);
	check_eq(i->bytes, 14356142049);
	check_eq(i->hard_link_bytes, 6553);
	check_eq(i->created, 0x01d3a74e97c28976);
	check_eq(i->modified, 0);
	check(i->wimboot);
}

static int read_text(struct wim *w, const char *text, struct err *err)
{
	struct wim_file *file = w->files;
	le16 *units;
	size_t n;
	int r;

	check_eq(utf16_from_utf8(text, &units, &n), 0);
	check(!disk_memory(n * 2, 512, &file->disk, NULL));
	check(!disk_write(file->disk, 0, units, n * 2, NULL));
	mem_free(units);
	file->xml.size = file->xml.stored_size = n * 2;
	r = wim_images_read(w, err);
	disk_close(file->disk);
	return r;
}

// The parts of an encrypted ESD that are encrypted look like damage.
static void encrypted(void)
{
	struct wim_file file = {0};
	struct wim w = {.info = {.parts = 1}, .files = &file};
	struct err err = {0};

	check_eq(read_text(&w, "<WIM><ESD><ENCRYPTED/></ESD></WIM>", &err),
		 -ENOTSUP);
	check(strstr(err.why, "this ESD is encrypted"));
	wim_images_free(&w);
}

int main(void)
{
	struct wim_file file = {0};
	struct wim w = {.info = {.images = 3, .parts = 1}, .files = &file};
	struct err err = {0};

	check_ok(read_text(&w, xml, &err), &err);
	all_fields(&w);
	check_eq(wim_get_image_info(&w, 1)->created, 0); // no time can be it
	check(!strcmp(wim_get_image_info(&w, 1)->name, "2"));
	check(!strcmp(wim_get_image_info(&w, 1)->version, ""));
	check(!strcmp(wim_get_image_info(&w, 3)->name, ""));
	check(!wim_get_image_info(&w, 0) && !wim_get_image_info(&w, 4));
	check_eq(wim_find_image(&w, "2"), 2); // a number before a name
	check_eq(wim_find_image(&w, "WINDOWS 10 PRO"), 2);
	check_eq(wim_find_image(&w, "4"), 0);
	check_eq(wim_find_image(&w, "beyond"), 0);
	check_eq(wim_no_image(&w, "x.wim", "beyond", &err), -ENOENT);
	check(!strcmp(err.what, "x.wim"));
	check(!strcmp(err.why, "there is no image \"beyond\"; its images are "
			       "1 (2), 2 (Windows 10 Pro), 3"));
	wim_images_free(&w);
	encrypted();
	return 0;
}
