package io.ashlar.nvme.posix;

import io.ashlar.nvme.local.DeviceCounters;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.SmartLog;
import org.agrona.concurrent.UnsafeBuffer;

/// Asks an NVMe controller for its SMART log. Waits for the device, so never on a shard's thread.
public final class SmartReader {
  private static final int SMART_LOG_PAGE = 0x02;
  private static final int ALL_NAMESPACES = 0xffffffff;

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
    UnsafeBuffer page = NvmeAdmin.page(SmartLog.LENGTH);
    int dwordsLessOne = SmartLog.LENGTH / Integer.BYTES - 1;
    int cdw10 = dwordsLessOne << 16 | SMART_LOG_PAGE;
    int answer = NvmeAdmin.read(file, NvmeAdmin.GET_LOG_PAGE, ALL_NAMESPACES, cdw10, page);
    return answer == 0
        ? counters.withSmart(SmartLog.read(page), "read from the NVMe controller")
        : counters.withoutSmart(
            "the NVMe controller refused its SMART log: " + NvmeAdmin.explain(answer));
  }
}
