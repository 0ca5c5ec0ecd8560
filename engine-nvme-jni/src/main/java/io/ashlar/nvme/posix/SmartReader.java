package io.ashlar.nvme.posix;

import io.ashlar.nvme.local.DeviceCounters;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.SmartLog;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// Asks an NVMe controller for its SMART log. Waits for the device, so never on a shard's thread.
///
/// The command's layout is `struct nvme_passthru_cmd` of the kernel's `linux/nvme_ioctl.h`:
///
/// ```
/// 0        1        4       8          24        36        40       44         64
/// +--------+- - - --+-------+- - - - --+---------+---------+--------+- - - - --+---------+- -
/// | opcode |        | nsid  |          | address | length  | cdw10  |          | timeout |
/// ```
public final class SmartReader {
  private static final int LENGTH = 72;
  private static final int OPCODE_OFFSET = 0;
  private static final int NAMESPACE_OFFSET = 4;
  private static final int ADDRESS_OFFSET = 24;
  private static final int DATA_LENGTH_OFFSET = 36;
  private static final int CDW10_OFFSET = 40;
  private static final int TIMEOUT_OFFSET = 64;

  private static final byte GET_LOG_PAGE = 0x02;
  private static final int SMART_LOG_PAGE = 0x02;
  private static final int ALL_NAMESPACES = 0xffffffff;
  private static final int TIMEOUT_MS = 5_000;

  private SmartReader() {}

  /// The counters, with the device's own log where it has one and a note in any case.
  public static DeviceHealth health(DeviceFile file, DeviceCounters counters) {
    DeviceFacts facts = file.facts();
    if (facts.isRegularFile()) {
      return counters.withoutSmart("a file has no SMART log; ask the disk that it lies on");
    }
    if (PosixNative.nvmeNamespaceId(file.fd()) < 0) {
      String model = SysBlock.model(facts);
      return counters.withoutSmart(
          "the device" + (model.isEmpty() ? "" : " (" + model + ")") + " is not NVMe");
    }
    UnsafeBuffer page = aligned(SmartLog.LENGTH);
    int status = PosixNative.nvmeAdmin(file.fd(), getLogPage(page).addressOffset());
    if (status == 0) {
      return counters.withSmart(SmartLog.read(page), "read from the NVMe controller");
    }
    String why = status < 0 ? SystemErrors.text(status) : "NVMe status " + status;
    return counters.withoutSmart("the NVMe controller refused its SMART log: " + why);
  }

  private static UnsafeBuffer getLogPage(UnsafeBuffer page) {
    UnsafeBuffer command = aligned(LENGTH);
    command.putByte(OPCODE_OFFSET, GET_LOG_PAGE);
    command.putInt(NAMESPACE_OFFSET, ALL_NAMESPACES);
    command.putLong(ADDRESS_OFFSET, page.addressOffset());
    command.putInt(DATA_LENGTH_OFFSET, SmartLog.LENGTH);
    int dwordsLessOne = SmartLog.LENGTH / Integer.BYTES - 1;
    command.putInt(CDW10_OFFSET, dwordsLessOne << 16 | SMART_LOG_PAGE);
    command.putInt(TIMEOUT_OFFSET, TIMEOUT_MS);
    return command;
  }

  /// Zeroed memory, aligned as O_DIRECT and the NVMe driver like it.
  private static UnsafeBuffer aligned(int bytes) {
    return new UnsafeBuffer(BufferUtil.allocateDirectAligned(bytes, 4096));
  }
}
