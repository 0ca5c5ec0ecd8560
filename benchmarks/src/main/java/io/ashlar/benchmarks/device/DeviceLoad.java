package io.ashlar.benchmarks.device;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceCompletion;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.posix.PosixNative;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.agrona.BufferUtil;

/// Keeps a device's queue full of one workload and measures each request from submit to completion.
final class DeviceLoad implements DeviceCompletion {
  private static final int ALIGNMENT_BYTES = 4096;
  private static final long LONGEST_NS = 60_000_000_000L;

  private static final int SLEEP_MS = 1000;

  /// How a thread waits for completions.
  enum Waiting {
    /// Asks again and again, as a loop under load does.
    SPINNING,
    /// Sleeps until the eventfd says so, as an idle loop does.
    SLEEPING
  }

  private final LocalBlockDevice device;
  private final DeviceWorkload workload;
  private final long areaBytes;
  private final Histogram latency = new Histogram(LONGEST_NS, 3);
  private final SplittableRandom random = new SplittableRandom(1);
  private final DeviceRequest[] requests;
  private final long[] startedNs;
  private final long arenaAddress;
  private long nextOffset;
  private long endNs;
  private long completed;

  DeviceLoad(LocalBlockDevice device, DeviceWorkload workload, long areaBytes, ByteBuffer arena) {
    this.device = device;
    this.workload = workload;
    this.areaBytes = areaBytes / workload.blockBytes * workload.blockBytes;
    this.requests = new DeviceRequest[workload.queueDepth];
    this.startedNs = new long[workload.queueDepth];
    this.arenaAddress = BufferUtil.address(arena);
    for (int i = 0; i < requests.length; i++) {
      requests[i] = new DeviceRequest(this);
      requests[i].operation = workload.operation;
      requests[i].length = workload.blockBytes;
      requests[i].address = arenaAddress + (long) i * workload.blockBytes;
    }
  }

  /// Memory for any workload.
  static ByteBuffer arena() {
    int bytes = 0;
    for (DeviceWorkload workload : DeviceWorkload.values()) {
      bytes = Math.max(bytes, workload.queueDepth * workload.blockBytes);
    }
    ByteBuffer arena = BufferUtil.allocateDirectAligned(bytes, ALIGNMENT_BYTES);
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < bytes; i += Long.BYTES) {
      arena.putLong(i, random.nextLong());
    }
    return arena;
  }

  LoadResult run(long durationNs, Waiting waiting) {
    long startNs = System.nanoTime();
    endNs = startNs + durationNs;
    for (DeviceRequest request : requests) {
      start(request);
    }
    while (device.inFlight() > 0) {
      if (device.poll() == 0 && waiting == Waiting.SLEEPING && device.armWakeUp()) {
        PosixNative.waitReadable(device.eventFd(), SLEEP_MS);
        PosixNative.drainEventFd(device.eventFd());
      }
    }
    double seconds = (System.nanoTime() - startNs) / 1e9;
    return new LoadResult(
        completed / seconds, latency.getValueAtPercentile(50), latency.getValueAtPercentile(99));
  }

  private void start(DeviceRequest request) {
    if (workload.isRandom()) {
      request.offset = random.nextLong(areaBytes / workload.blockBytes) * workload.blockBytes;
    } else {
      request.offset = nextOffset;
      nextOffset =
          nextOffset + workload.blockBytes < areaBytes ? nextOffset + workload.blockBytes : 0;
    }
    startedNs[indexOf(request)] = System.nanoTime();
    Check.that(device.submit(request), "the device takes its queue depth");
  }

  /// Each request has its own piece of the arena, which so names it.
  private int indexOf(DeviceRequest request) {
    return (int) ((request.address - arenaAddress) / workload.blockBytes);
  }

  @Override
  public void onComplete(DeviceRequest request) {
    long nowNs = System.nanoTime();
    Check.that(request.status == DeviceStatus.OK, "the device serves", request.errno);
    latency.recordValue(Math.min(LONGEST_NS, nowNs - startedNs[indexOf(request)]));
    completed++;
    if (nowNs < endNs) {
      start(request);
    }
  }
}
