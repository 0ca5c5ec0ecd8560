package io.ashlar.nvme.local;

import io.ashlar.core.device.DeviceStatus;

/// The Linux error numbers that decide something here. Everything else is an
/// [DeviceStatus#IO_ERROR] with its number kept for people.
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int ENOSPC = 28;
  public static final int ENOSYS = 38;
  public static final int EBADFD = 77;
  public static final int EOPNOTSUPP = 95;
  public static final int ESHUTDOWN = 108;
  public static final int ENOMEDIUM = 123;
  public static final int EDQUOT = 122;

  private Errno() {}

  /// What a request ends with when the system answered `errno`.
  public static DeviceStatus toStatus(int errno) {
    return switch (errno) {
      case 0 -> DeviceStatus.OK;
      case ENOSPC, EDQUOT -> DeviceStatus.NO_SPACE;
      case EOPNOTSUPP, ENOTTY, ENOSYS -> DeviceStatus.UNSUPPORTED;
      case ENXIO, ENODEV, ENOMEDIUM, ESHUTDOWN -> DeviceStatus.GONE;
      default -> DeviceStatus.IO_ERROR;
    };
  }
}
