package io.ashlar.nvme.posix;

import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Admin commands to an NVMe controller. They wait for the device, so never on a shard's thread.
///
/// The command's layout is `struct nvme_passthru_cmd` of the kernel's `linux/nvme_ioctl.h`:
///
/// ```
/// 0        1        4       8          24        36        40       44         64
/// +--------+- - - --+-------+- - - - --+---------+---------+--------+- - - - --+---------+- -
/// | opcode |        | nsid  |          | address | length  | cdw10  |          | timeout |
/// ```
public final class NvmeAdmin {
  public static final byte GET_LOG_PAGE = 0x02;
  public static final byte IDENTIFY = 0x06;

  private static final int LENGTH = 72;
  private static final int OPCODE_OFFSET = 0;
  private static final int NAMESPACE_OFFSET = 4;
  private static final int ADDRESS_OFFSET = 24;
  private static final int DATA_LENGTH_OFFSET = 36;
  private static final int CDW10_OFFSET = 40;
  private static final int TIMEOUT_OFFSET = 64;
  private static final int TIMEOUT_MS = 5_000;
  private static final int PAGE_BYTES = 4096;

  private NvmeAdmin() {}

  /// Memory for an answer, zeroed and aligned to a page.
  public static UnsafeBuffer page(int bytes) {
    return new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, PAGE_BYTES));
  }

  /// Runs a command that reads into `answer`.
  ///
  /// @return 0, a negative errno, or a positive NVMe status
  public static int read(
      DeviceFile file, byte opcode, int namespaceId, int cdw10, UnsafeBuffer answer) {
    UnsafeBuffer command = page(LENGTH);
    command.putByte(OPCODE_OFFSET, opcode);
    command.putInt(NAMESPACE_OFFSET, namespaceId);
    command.putLong(ADDRESS_OFFSET, answer.addressOffset());
    command.putInt(DATA_LENGTH_OFFSET, answer.capacity());
    command.putInt(CDW10_OFFSET, cdw10);
    command.putInt(TIMEOUT_OFFSET, TIMEOUT_MS);
    return PosixNative.nvmeAdmin(file.fd(), command.addressOffset());
  }

  /// An answer other than 0, in words.
  public static String explain(int answer) {
    return answer < 0 ? SystemErrors.text(answer) : "NVMe status 0x" + Integer.toHexString(answer);
  }
}
