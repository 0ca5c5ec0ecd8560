package io.ashlar.daemon.node;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceCounters;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.memory.MemoryBlockDevice;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;

/// A disk of memory that begins to fail when told to.
final class FaultyDevice implements LocalBlockDevice {
  /// What it does from then on.
  enum Fault {
    /// Works.
    NONE,
    /// Fails writes with an I/O error.
    WRITES,
    /// Keeps reads until it works again.
    HOLDS_READS,
    /// Is pulled: everything ends with GONE.
    PULLED,
    /// Breaks an invariant of whoever submits.
    THROWS
  }

  volatile Fault fault = Fault.NONE;

  private final MemoryBlockDevice memory;
  private final DeviceCounters counters = new DeviceCounters(Long.MAX_VALUE);
  private final Queue<DeviceRequest> failing = new ArrayDeque<>();
  private final Queue<DeviceRequest> held = new ArrayDeque<>();

  FaultyDevice(String name, long sizeBytes) {
    memory = new MemoryBlockDevice(name, sizeBytes, 256);
  }

  @Override
  public boolean submit(DeviceRequest request) {
    boolean isWrite =
        request.operation == DeviceOperation.WRITE
            || request.operation == DeviceOperation.WRITE_DURABLE;
    return switch (fault) {
      case NONE -> memory.submit(request);
      case WRITES -> isWrite ? failing.add(request) : memory.submit(request);
      case HOLDS_READS ->
          request.operation == DeviceOperation.READ ? held.add(request) : memory.submit(request);
      case PULLED -> failing.add(request);
      case THROWS -> throw new IllegalStateException("planted in the store");
    };
  }

  @Override
  public int poll() {
    while (fault == Fault.NONE && !held.isEmpty() && memory.submit(held.element())) {
      held.remove();
    }
    int ended = memory.poll();
    DeviceStatus status = fault == Fault.PULLED ? DeviceStatus.GONE : DeviceStatus.IO_ERROR;
    for (DeviceRequest next = failing.poll(); next != null; next = failing.poll()) {
      next.status = status;
      next.errno = 5;
      counters.ended(status, 1);
      next.completion.onComplete(next);
      ended++;
    }
    return ended;
  }

  @Override
  public int inFlight() {
    return memory.inFlight() + failing.size() + held.size();
  }

  @Override
  public String name() {
    return memory.name();
  }

  @Override
  public DeviceGeometry geometry() {
    return memory.geometry();
  }

  @Override
  public String engine() {
    return memory.engine();
  }

  @Override
  public void useArena(ByteBuffer arena) {
    memory.useArena(arena);
  }

  @Override
  public boolean armWakeUp() {
    return inFlight() == 0;
  }

  @Override
  public int eventFd() {
    return memory.eventFd();
  }

  @Override
  public void wakeUpBy(Runnable wakeUp) {
    memory.wakeUpBy(wakeUp);
  }

  @Override
  public long unbackedBytes() {
    return 0;
  }

  @Override
  public DeviceHealth health() {
    return counters.withoutSmart("memory has no SMART log");
  }

  @Override
  public void close() {
    memory.close();
  }
}
