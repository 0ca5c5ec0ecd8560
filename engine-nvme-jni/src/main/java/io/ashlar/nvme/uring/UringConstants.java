package io.ashlar.nvme.uring;

/// Numbers of `linux/io_uring.h` and its neighbours; `native/ashlar_uring.c` asserts each.
final class UringConstants {
  static final long OFFSET_RINGS = 0;
  static final long OFFSET_ENTRIES = 0x10000000L;

  static final int SETUP_IOPOLL = 1;
  static final int SETUP_SQPOLL = 1 << 1;
  static final int SETUP_R_DISABLED = 1 << 6;
  static final int SETUP_SUBMIT_ALL = 1 << 7;
  static final int SETUP_COOP_TASKRUN = 1 << 8;
  static final int SETUP_TASKRUN_FLAG = 1 << 9;
  static final int SETUP_SQE128 = 1 << 10;
  static final int SETUP_CQE32 = 1 << 11;
  static final int SETUP_SINGLE_ISSUER = 1 << 12;
  static final int SETUP_DEFER_TASKRUN = 1 << 13;

  static final int FEATURE_SINGLE_MMAP = 1;
  static final int FEATURE_NODROP = 1 << 1;

  static final int SQ_NEED_WAKEUP = 1;
  static final int SQ_CQ_OVERFLOW = 1 << 1;
  static final int SQ_TASKRUN = 1 << 2;

  static final int CQ_EVENTFD_DISABLED = 1;

  static final int ENTER_GETEVENTS = 1;
  static final int ENTER_SQ_WAKEUP = 1 << 1;

  static final int REGISTER_BUFFERS = 0;
  static final int REGISTER_FILES = 2;
  static final int UNREGISTER_FILES = 3;
  static final int REGISTER_EVENTFD = 4;
  static final int REGISTER_ENABLE_RINGS = 12;

  static final byte OP_FSYNC = 3;
  static final byte OP_READ_FIXED = 4;
  static final byte OP_WRITE_FIXED = 5;
  static final byte OP_FALLOCATE = 17;
  static final byte OP_READ = 22;
  static final byte OP_WRITE = 23;
  static final byte OP_URING_CMD = 46;

  static final byte ENTRY_FIXED_FILE = 1;
  static final int FSYNC_DATASYNC = 1;
  static final int RW_DSYNC = 2;
  static final int FALLOCATE_PUNCH_HOLE_KEEP_SIZE = 3;

  /// `BLOCK_URING_CMD_DISCARD`: `_IO(0x12, 0)`, Linux 6.12.
  static final int BLOCK_COMMAND_DISCARD = 0x1200;

  /// `NVME_URING_CMD_IO` of `linux/nvme_ioctl.h`.
  static final int NVME_COMMAND_IO = 0xc0484e80;

  /// `IORING_URING_CMD_FIXED`: the command's memory is registered.
  static final int COMMAND_FIXED_BUFFER = 1;

  private UringConstants() {}
}
