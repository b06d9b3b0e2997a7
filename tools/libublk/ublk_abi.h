// SPDX-License-Identifier: MIT
//
// The ublk driver's interface as of Linux 6.9. The structures are the kernel
// headers' own; the numbers are given here because older headers lack them.

#ifndef UBLK_ABI_H
#define UBLK_ABI_H

#include <liburing.h>
#include <linux/ublk_cmd.h>
#include <stddef.h>
#include <sys/ioctl.h>

// Control commands, to /dev/ublk-control.
#define CTRL_GET_DEV_INFO  _IOR('u', 0x02, struct ublksrv_ctrl_cmd)
#define CTRL_ADD_DEV       _IOWR('u', 0x04, struct ublksrv_ctrl_cmd)
#define CTRL_DEL_DEV       _IOWR('u', 0x05, struct ublksrv_ctrl_cmd)
#define CTRL_START_DEV     _IOWR('u', 0x06, struct ublksrv_ctrl_cmd)
#define CTRL_STOP_DEV      _IOWR('u', 0x07, struct ublksrv_ctrl_cmd)
#define CTRL_SET_PARAMS    _IOWR('u', 0x08, struct ublksrv_ctrl_cmd)
#define CTRL_GET_PARAMS    _IOR('u', 0x09, struct ublksrv_ctrl_cmd)
#define CTRL_GET_FEATURES  _IOR('u', 0x13, struct ublksrv_ctrl_cmd)
#define CTRL_DEL_DEV_ASYNC _IOR('u', 0x14, struct ublksrv_ctrl_cmd)

// I/O commands, to /dev/ublkcN.
#define IO_FETCH  _IOWR('u', 0x20, struct ublksrv_io_cmd)
#define IO_COMMIT _IOWR('u', 0x21, struct ublksrv_io_cmd) // and fetch the next

// Flags of a device.
#define FLAG_IOCTL_ENCODE (UINT64_C(1) << 6)

// What the driver can do at all is told by the same flags. This one came before
// CTRL_DEL_DEV_ASYNC, and nothing tells of that.
#define FEATURE_USER_COPY (UINT64_C(1) << 7)

// The descriptors of a queue are mapped at this much times its number.
#define DESCS_STRIDE (4096 * sizeof(struct ublksrv_io_desc))

_Static_assert(sizeof(struct ublksrv_ctrl_cmd) == 32, "size");
_Static_assert(offsetof(struct ublksrv_ctrl_cmd, data) == 16, "offset");
_Static_assert(sizeof(struct ublksrv_ctrl_dev_info) == 64, "size");
_Static_assert(offsetof(struct ublksrv_ctrl_dev_info, flags) == 24, "offset");
_Static_assert(sizeof(struct ublksrv_io_desc) == 24, "size");
_Static_assert(sizeof(struct ublksrv_io_cmd) == 16, "size");
_Static_assert(sizeof(struct ublk_param_basic) == 32, "size");
_Static_assert(offsetof(struct ublk_params, discard) == 40, "offset");
_Static_assert(CTRL_ADD_DEV == 0xc0207504, "encoding");
_Static_assert(IO_COMMIT == 0xc0107521, "encoding");

#endif
