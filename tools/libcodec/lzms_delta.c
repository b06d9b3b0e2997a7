// SPDX-License-Identifier: MIT
//
// Finding delta matches (lzms_delta.h).

#include "lzms_delta.h"

void lzms_delta_next(struct lzms_delta *d, const uint8_t *data, uint32_t at,
		     uint32_t sources[LZMS_DELTA_POWERS])
{
	uint32_t here = load_le32(data + at);

	for (unsigned power = 0; power < LZMS_DELTA_POWERS; power++) {
		uint32_t span = UINT32_C(1) << power, hash, place;

		sources[power] = 0;
		if (at < span)
			continue;
		hash = (uint32_t)lzms_differences(here,
						  load_le32(data + at - span))
		       << 8;
		if (!hash)
			continue;
		// offsets are in whole spans
		hash |= at & (span - 1);
		hash = hash * UINT32_C(0x9e3779b1) >>
		       (32 - LZMS_DELTA_HASH_BITS);
		place = d->last[power][hash];
		d->last[power][hash] = at + 1;
		if (place && !((at + 1 - place) & (span - 1)) &&
		    (at + 1 - place) >> power <= LZMS_DELTA_MAX_OFFSET)
			sources[power] =
				lzms_delta_source(power,
						  (at + 1 - place) >> power);
	}
}
