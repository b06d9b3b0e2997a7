// SPDX-License-Identifier: MIT
//
// INF files: what can be read has lines whose fields lie in it, and its version and
// models can be asked for.

#include "inf.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int look(void *ctx, const struct inf_model *model, struct err *err)
{
	const struct inf *inf = ctx;

	check(strlen(model->description) <= INF_MAX_EXPAND);
	inf_find_install(inf, model->install, INF_AMD64);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct inf_target targets[] = {
		{INF_AMD64, 10, 0, 19041, 1, 0}, {INF_X86, 6, 1, 7601, 3, 2}};
	struct err err = {0};
	struct inf_version v;
	struct inf *inf;
	int r = inf_read(data, size, &inf, &err);

	if (r) {
		check(r == -EBADMSG || r == -EFBIG || r == -ENOMEM);
		check_eq(err.code, r);
		return 0;
	}
	for (size_t i = 0; i < inf->count; i++) {
		check(inf_find(inf, inf->sections[i].name) ==
		      &inf->sections[i]);
		for (size_t k = 0; k < inf->sections[i].count; k++) {
			const struct inf_line *line =
				&inf->sections[i].lines[k];

			check(!line->count ||
			      *inf_field(line, line->count - 1));
			check(!strcmp(inf_field(line, line->count), ""));
		}
	}
	for (size_t i = 0; i < 2; i++) {
		if (!inf_get_version(inf, 0x0407, &targets[i], &v, NULL))
			inf_version_done(&v);
		r = inf_models(inf, 0x0407, &targets[i], look, inf, NULL);
		check(!r || r == -EBADMSG || r == -EFBIG || r == -ENOMEM);
	}
	inf_free(inf);
	return 0;
}
