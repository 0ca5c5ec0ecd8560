package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.device.SubmissionQueue;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.format.Sectors;
import io.ashlar.core.index.PageIo;
import io.ashlar.core.index.PageRead;
import io.ashlar.core.index.PageWrite;
import io.ashlar.core.segment.LogWriter;
import io.ashlar.core.segment.MetaWriter;
import io.ashlar.core.segment.SegmentTable;
import org.jspecify.annotations.Nullable;

/// The index's pages on the device: reads straight from it, appends to the META stream. A page that
/// was just appended is read once its group is durable.
final class IndexPages implements PageIo {
  private final SegmentTable segments;
  private final SubmissionQueue device;
  private final HealthLog health;
  private final DeviceRequest[] free;
  private int freeCount;
  private @Nullable LogWriter log;
  private @Nullable MetaWriter meta;
  private @Nullable PageRead deferredFirst;
  private @Nullable PageRead deferredLast;

  IndexPages(SegmentTable segments, SubmissionQueue device, HealthLog health, int readsMax) {
    this.segments = segments;
    this.device = device;
    this.health = health;
    free = new DeviceRequest[readsMax];
    for (int i = 0; i < readsMax; i++) {
      free[i] = new DeviceRequest(this::onRead);
    }
    freeCount = readsMax;
  }

  /// Tells where pages are appended, once the log goes on after recovery.
  void appendTo(LogWriter log, MetaWriter meta) {
    this.log = log;
    this.meta = meta;
  }

  @Override
  public boolean readPage(PageRead read) {
    if (freeCount == 0) {
      return false;
    }
    if (log != null && log.isPending(read.address, read.generation)) {
      defer(read);
      return true;
    }
    start(read);
    return true;
  }

  @Override
  public boolean holds(long address, int units) {
    return segments.geometry().holds(address, Sectors.toBytes(units));
  }

  @Override
  public boolean holdsPage(long address, int units) {
    return segments.geometry().holdsAligned(address, Sectors.toBytes(units));
  }

  private void defer(PageRead read) {
    read.next = null;
    if (deferredLast == null) {
      deferredFirst = read;
    } else {
      deferredLast.next = read;
    }
    deferredLast = read;
  }

  private void start(PageRead read) {
    DeviceRequest request = free[--freeCount];
    request.operation = DeviceOperation.READ;
    request.offset = Sectors.toBytes(read.address);
    request.length = Sectors.toBytes(read.units);
    request.address = read.memoryAddress;
    request.attachment = read;
    device.submit(request);
  }

  private void onRead(DeviceRequest request) {
    PageRead read = (PageRead) Check.present(request.attachment, "a page read is known");
    boolean isRead = request.status == DeviceStatus.OK;
    if (!isRead) {
      health.readFailed(request);
    }
    free[freeCount++] = request;
    boolean isCurrent = segments.segmentOf(read.address, read.generation) >= 0;
    read.complete(isRead && isCurrent);
  }

  @Override
  public boolean appendPage(PageWrite write) {
    MetaWriter target = Check.present(meta, "pages are appended only while serving");
    boolean taken =
        target.append(
            RecordType.PAGE, write.layer, write.page, write.level, write.bytes, write.lengthBytes);
    if (taken) {
      write.placed(target.address(), target.generation());
    }
    return taken;
  }

  /// The log has failed, so the page's group stays in memory for ever: the page is taken from
  /// there.
  private boolean isRecalled(PageRead read) {
    LogWriter writer = Check.present(log, "what is pending is in the log");
    int bytes = (int) Sectors.toBytes(read.units);
    boolean recalled =
        writer.isFailed()
            && writer.recall(read.address, read.generation, bytes, read.memoryAddress);
    if (recalled) {
      read.complete(true);
    }
    return recalled;
  }

  /// Starts deferred reads whose group has become durable.
  int drain() {
    int started = 0;
    PageRead read = deferredFirst;
    deferredFirst = null;
    deferredLast = null;
    while (read != null) {
      PageRead rest = read.next;
      boolean pending = log != null && log.isPending(read.address, read.generation);
      if (pending && isRecalled(read)) {
        started++;
      } else if (pending || freeCount == 0) {
        defer(read);
      } else {
        start(read);
        started++;
      }
      read = rest;
    }
    return started;
  }
}
