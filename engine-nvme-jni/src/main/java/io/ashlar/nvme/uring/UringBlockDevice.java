package io.ashlar.nvme.uring;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.DeviceCounters;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.Errno;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.RequestBounds;
import io.ashlar.nvme.posix.DeviceFacts;
import io.ashlar.nvme.posix.DeviceFile;
import io.ashlar.nvme.posix.NativeLibrary;
import io.ashlar.nvme.posix.PosixNative;
import io.ashlar.nvme.posix.SmartReader;
import io.ashlar.nvme.posix.SysBlock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A file or block device on io_uring.
///
/// The thread that first submits or polls owns the device from then on; opening and [#useArena] may
/// happen on another before that. Neither [#submit] nor [#poll] allocates.
///
/// Durable writes carry RWF_DSYNC, which is FUA where the device has it and write and flush where
/// not. A flush is a data sync on the kernel's worker threads.
///
/// A device that is polled (IOPOLL) has a second ring for what can be polled, since a polled ring
/// takes nothing else; the first keeps flushes and discards. While something is under way in the
/// polled one, [#armWakeUp] refuses: nobody would wake the loop.
public final class UringBlockDevice implements LocalBlockDevice {
  /// How often a request that the kernel sends back for another try is tried.
  private static final int MAX_TRIES = 64;

  /// Of the requests that a poll finds ended, it takes one and this part of the others. A device
  /// ends many at once; taking them all would let it idle while they are worked on, where the
  /// answers to the first bring it new work meanwhile. The more wait, the more are taken, for the
  /// sake of fewer system calls.
  private static final int REAP_PART = 8;

  /// How many polls in a row find nothing before the kernel's threads of this core get a turn. A
  /// loop that is busy with sockets meanwhile would only lose time by each.
  private static final int EMPTY_POLLS_PER_YIELD = 16;

  /// While closing, how long requests may take to end.
  private static final long CLOSE_PATIENCE_NS = 30_000_000_000L;

  private final String name;
  private final DeviceFile file;
  private final DeviceGeometry geometry;
  private final DeviceCounters counters;
  private final RingLane interrupting;
  private final @Nullable RingLane polled;
  private final String pollingNote;
  private final UringSlots slots;

  /// Turns false when the kernel says that this device cannot be polled after all.
  private boolean polls;

  /// Whose the ring is, once it is enabled.
  private @Nullable Thread owner;

  private int emptyPolls;

  /// Requests that ended in the present poll.
  private int ended;

  private boolean closed;

  private UringBlockDevice(
      DeviceFile file, RingLanes lanes, DeviceGeometry geometry, DeviceOptions options) {
    this.name = file.path().toString();
    this.file = file;
    this.interrupting = lanes.interrupting();
    this.polled = lanes.polled();
    this.polls = lanes.polled() != null;
    this.pollingNote = lanes.pollingNote();
    this.geometry = geometry;
    this.counters = new DeviceCounters(options.slowAfterNs());
    this.slots = new UringSlots(geometry.queueDepth());
  }

  /// Opens what exists at `path` and holds it exclusively until [#close].
  ///
  /// @throws DeviceOpenException with a sentence; [Reason#ENGINE_UNAVAILABLE] where another engine
  ///   may still serve
  public static UringBlockDevice open(Path path, DeviceOptions options) throws DeviceOpenException {
    return open(path, options, SysBlock::canPoll);
  }

  /// @param canPoll the probe: whether the driver of such a device has poll queues
  static UringBlockDevice open(Path path, DeviceOptions options, Predicate<DeviceFacts> canPoll)
      throws DeviceOpenException {
    String problem = NativeLibrary.problem();
    if (problem != null) {
      throw new DeviceOpenException(Reason.ENGINE_UNAVAILABLE, problem);
    }
    DeviceFile file = DeviceFile.open(path);
    try {
      return file.facts().isCharacterDevice()
          ? openNamespace(file, options, canPoll)
          : openFile(file, options, canPoll);
    } catch (DeviceOpenException e) {
      file.close();
      throw e;
    }
  }

  private static UringBlockDevice openFile(
      DeviceFile file, DeviceOptions options, Predicate<DeviceFacts> canPoll)
      throws DeviceOpenException {
    DeviceGeometry geometry = UringGeometry.of(file.path(), file.facts(), options.queueDepth());
    RingLanes lanes =
        RingLanes.open(file, options, canPoll, 0, ring -> new UringCommands(ring, file));
    return new UringBlockDevice(file, lanes, geometry, options);
  }

  private static UringBlockDevice openNamespace(
      DeviceFile file, DeviceOptions options, Predicate<DeviceFacts> canPoll)
      throws DeviceOpenException {
    NvmeNamespace namespace = NvmeNamespace.identify(file);
    int wide = UringConstants.SETUP_SQE128 | UringConstants.SETUP_CQE32;
    int depth = options.queueDepth();
    RingLanes lanes =
        RingLanes.open(
            file, options, canPoll, wide, ring -> new NvmeCommands(ring, namespace, depth));
    return new UringBlockDevice(file, lanes, namespace.geometry(depth), options);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String engine() {
    String how = polls ? "reads and writes polled" : pollingNote;
    return interrupting.describe() + (how.isEmpty() ? "" : ", " + how);
  }

  @Override
  public DeviceGeometry geometry() {
    return geometry;
  }

  @Override
  public boolean isThin() {
    return file.facts().isRegularFile() && !isBacked(0, geometry.sizeBytes());
  }

  @Override
  public boolean isBacked(long offset, long lengthBytes) {
    long hole = PosixNative.seekHole(file.fd(), offset);
    // A file system that cannot tell has nothing to prepare.
    return hole < 0 || hole >= offset + lengthBytes;
  }

  @Override
  public void useArena(ByteBuffer arena) {
    Check.that(arena.isDirect(), "the arena lies outside the heap");
    interrupting.useArena(arena);
    if (polled != null) {
      polled.useArena(arena);
    }
  }

  @Override
  public boolean submit(DeviceRequest request) {
    Check.that(!closed, "the device is open");
    if (slots.isFull()) {
      return false;
    }
    RequestBounds.check(geometry, request);
    int slot = slots.take(request, System.nanoTime());
    publish(request, slot, 0);
    return true;
  }

  private void publish(DeviceRequest request, int slot, long moved) {
    RingLane lane = polled;
    if (lane == null || !polls || !lane.commands.mayBePolled(request)) {
      lane = interrupting;
    }
    lane.publish(request, slot, moved);
  }

  @Override
  public int poll() {
    if (owner == null) {
      enable();
    }
    ended = 0;
    interrupting.ring.disarm();
    int found = reap(interrupting);
    // A completion may have closed the device, perhaps before all had ended.
    if (!closed && polled != null && polled.inFlight() > 0) {
      found += reap(polled);
    }
    if (found == 0) {
      letKernelThreadsRun();
    } else {
      emptyPolls = 0;
    }
    return ended;
  }

  /// Durable writes, flushes and discards end on kernel threads of this very core. A loop that
  /// spins here keeps them waiting for the scheduler's next tick, which is milliseconds away.
  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  private void letKernelThreadsRun() {
    if (slots.onKernelThreads() > 0 && ++emptyPolls >= EMPTY_POLLS_PER_YIELD) {
      emptyPolls = 0;
      Thread.yield();
    }
  }

  private void enable() {
    interrupting.ring.enable();
    if (polled != null) {
      polled.ring.enable();
    }
    owner = Thread.currentThread();
  }

  /// @return how many events were taken
  private int reap(RingLane lane) {
    lane.enter();
    int ready = lane.ring.completion.ready();
    if (ready == 0) {
      return 0;
    }
    int taken = 1 + (ready - 1) / REAP_PART;
    long nowNs = System.nanoTime();
    for (int i = 0; i < taken && !closed; i++) {
      int slot = (int) lane.ring.completion.userData();
      int result = lane.ring.completion.result();
      lane.taken();
      ended += onEvent(lane, slot, result, nowNs);
    }
    return taken;
  }

  /// @return 1 if a request ended, 0 if its rest is under way again
  private int onEvent(RingLane lane, int slot, int result, long nowNs) {
    DeviceRequest request = slots.request(slot);
    RingCommands commands = lane.commands;
    long progress = commands.progress(request, slot, result);
    if (progress < 0) {
      int errno = (int) -progress;
      return isWorthRetrying(lane, request, slot, errno) && slots.tryAgain(slot, MAX_TRIES)
          ? goOn(request, slot)
          : end(request, slot, errno, nowNs);
    }
    if (!commands.addsUp(request)) {
      return end(request, slot, 0, nowNs);
    }
    long before = slots.moved(slot);
    long after = slots.moved(slot, progress, geometry.alignmentBytes());
    if (after >= request.length) {
      return end(request, slot, 0, nowNs);
    }
    // A transfer that moves nothing at all has reached an end that its request lies beyond; one
    // that moves less than a block may do better next time.
    boolean goesOn = after > before || (progress > 0 && slots.tryAgain(slot, MAX_TRIES));
    return goesOn ? goOn(request, slot) : end(request, slot, Errno.EIO, nowNs);
  }

  private int goOn(DeviceRequest request, int slot) {
    publish(request, slot, slots.moved(slot));
    return 0;
  }

  private boolean isWorthRetrying(RingLane lane, DeviceRequest request, int slot, int errno) {
    return errno == Errno.EAGAIN
        || errno == Errno.EINTR
        || (slots.tries(slot) == 0
            && (stopsPolling(lane, errno) || lane.commands.fallsBack(request, errno)));
  }

  /// What the probe took for a device with poll queues may have none, or lose them.
  private boolean stopsPolling(RingLane lane, int errno) {
    boolean refused = lane == polled && errno == Errno.EOPNOTSUPP;
    polls &= !refused;
    return refused;
  }

  private int end(DeviceRequest request, int slot, int errno, long nowNs) {
    long latencyNs = nowNs - slots.startedNs(slot);
    slots.free(slot);
    DeviceStatus status = Errno.toStatus(errno);
    counters.ended(status, latencyNs);
    request.errno = errno;
    request.status = status;
    request.completion.onComplete(request);
    return 1;
  }

  @Override
  public int inFlight() {
    return slots.used();
  }

  @Override
  public boolean armWakeUp() {
    if (owner == null) {
      enable();
    }
    interrupting.enter();
    return (polled == null || polled.inFlight() == 0) && interrupting.ring.arm();
  }

  @Override
  public int eventFd() {
    return interrupting.ring.eventFd();
  }

  @Override
  public void wakeUpBy(Runnable wakeUp) {
    // The eventfd does the waking.
  }

  @Override
  public long unbackedBytes() {
    return file.unbackedBytes();
  }

  @Override
  public DeviceHealth health() {
    return SmartReader.health(file, counters);
  }

  /// Lets requests in flight end without running their completions: the kernel moves bytes to and
  /// from their memory until then. By the device's own thread, or after that has ended.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // A thread that ends takes its requests with it; a device without a thread never had any.
    if (owner == Thread.currentThread()) {
      long giveUpNs = System.nanoTime() + CLOSE_PATIENCE_NS;
      interrupting.await(giveUpNs);
      if (polled != null) {
        polled.await(giveUpNs);
      }
    } else {
      Check.that(owner == null || !owner.isAlive(), "a device is closed by its own thread");
    }
    interrupting.ring.close();
    if (polled != null) {
      polled.ring.close();
    }
    file.close();
  }
}
