package io.ashlar.nvme.memory;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.RequestBounds;
import io.ashlar.nvme.posix.PosixNative;
import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/// A disk of memory outside the heap, gone when closed. A request ends in the [#poll] after its
/// [#submit], as with a real disk, so that code cannot come to rely on ending at once.
public final class MemoryBlockDevice implements LocalBlockDevice {
  private static final int ALIGNMENT_BYTES = 4096;
  private static final DeviceHealth HEALTH =
      new DeviceHealth(0, 0, 0, false, null, "memory has no SMART log");

  private final String name;
  private final DeviceGeometry geometry;
  private final long baseAddress;

  /// Requests in the order they came: a ring of `queueDepth` places.
  private final @Nullable DeviceRequest[] queue;

  private int head;
  private int count;
  private boolean closed;

  /// @param sizeBytes a multiple of 4096; reads as zeros at first
  public MemoryBlockDevice(String name, long sizeBytes, int queueDepth) {
    this.name = name;
    this.geometry = new DeviceGeometry(sizeBytes, ALIGNMENT_BYTES, queueDepth, false);
    this.queue = new @Nullable DeviceRequest[queueDepth];
    this.baseAddress = PosixNative.mapMemory(sizeBytes);
    Check.that(baseAddress > 0, "memory for a disk is to be had", sizeBytes, baseAddress);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceGeometry geometry() {
    return geometry;
  }

  @Override
  public String engine() {
    return "memory";
  }

  @Override
  public void useArena(ByteBuffer arena) {
    Check.that(arena.isDirect(), "the arena lies outside the heap");
  }

  @Override
  public boolean submit(DeviceRequest request) {
    Check.that(!closed, "the device is open");
    if (count == queue.length) {
      return false;
    }
    RequestBounds.check(geometry, request);
    int tail = head + count;
    queue[tail < queue.length ? tail : tail - queue.length] = request;
    count++;
    return true;
  }

  @Override
  public int poll() {
    // Only what was there at the start: what completions submit belongs to the next poll.
    int ready = count;
    for (int i = 0; i < ready && !closed; i++) {
      DeviceRequest request = take();
      transfer(request);
      request.status = DeviceStatus.OK;
      request.errno = 0;
      request.completion.onComplete(request);
    }
    return ready;
  }

  private DeviceRequest take() {
    DeviceRequest request = queue[head];
    if (request == null) {
      throw new IllegalStateException("the queue holds what it counts");
    }
    queue[head] = null;
    head = head + 1 == queue.length ? 0 : head + 1;
    count--;
    return request;
  }

  private void transfer(DeviceRequest request) {
    long here = baseAddress + request.offset;
    switch (request.operation) {
      case READ -> UnsafeApi.copyMemory(here, request.address, request.length);
      case WRITE, WRITE_DURABLE -> UnsafeApi.copyMemory(request.address, here, request.length);
      case DISCARD -> UnsafeApi.setMemory(here, request.length, (byte) 0);
      case FLUSH -> {}
    }
  }

  @Override
  public int inFlight() {
    return count;
  }

  @Override
  public boolean armWakeUp() {
    return count == 0;
  }

  @Override
  public int eventFd() {
    return NO_EVENT_FD;
  }

  @Override
  public void wakeUpBy(Runnable wakeUp) {
    // A loop never sleeps on this device: armWakeUp says no while anything is in flight.
  }

  @Override
  public long unbackedBytes() {
    return 0;
  }

  @Override
  public DeviceHealth health() {
    return HEALTH;
  }

  /// Frees the memory; requests in flight never run their completion.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      count = 0;
      PosixNative.unmap(baseAddress, geometry.sizeBytes());
    }
  }
}
