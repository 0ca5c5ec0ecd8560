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
import io.ashlar.nvme.local.DeviceOptions.CompletionMode;
import io.ashlar.nvme.local.Errno;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.RequestBounds;
import io.ashlar.nvme.posix.DeviceFile;
import io.ashlar.nvme.posix.NativeLibrary;
import io.ashlar.nvme.posix.PosixNative;
import io.ashlar.nvme.posix.SmartReader;
import io.ashlar.nvme.posix.SystemErrors;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file or block device on io_uring.
///
/// The thread that first submits or polls owns the device from then on; opening and [#useArena] may
/// happen on another before that. Neither [#submit] nor [#poll] allocates.
///
/// Durable writes carry RWF_DSYNC, which is FUA where the device has it and write and flush where
/// not. A flush is a data sync on the kernel's worker threads.
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
  private final Ring ring;
  private final RingCommands commands;
  private final UringSlots slots;

  /// Whose the ring is, once it is enabled.
  private @Nullable Thread owner;

  private int emptyPolls;
  private boolean closed;

  private UringBlockDevice(
      DeviceFile file,
      Ring ring,
      RingCommands commands,
      DeviceGeometry geometry,
      DeviceOptions options) {
    this.name = file.path().toString();
    this.file = file;
    this.ring = ring;
    this.commands = commands;
    this.geometry = geometry;
    this.counters = new DeviceCounters(options.slowAfterNs());
    this.slots = new UringSlots(geometry.queueDepth());
  }

  /// Opens what exists at `path` and holds it exclusively until [#close].
  ///
  /// @throws DeviceOpenException with a sentence; [Reason#ENGINE_UNAVAILABLE] where another engine
  ///   may still serve
  public static UringBlockDevice open(Path path, DeviceOptions options) throws DeviceOpenException {
    String problem = NativeLibrary.problem();
    if (problem != null) {
      throw new DeviceOpenException(Reason.ENGINE_UNAVAILABLE, problem);
    }
    DeviceFile file = DeviceFile.open(path);
    try {
      return file.facts().isCharacterDevice()
          ? openNamespace(file, options)
          : openFile(file, options);
    } catch (DeviceOpenException e) {
      file.close();
      throw e;
    }
  }

  private static UringBlockDevice openFile(DeviceFile file, DeviceOptions options)
      throws DeviceOpenException {
    DeviceGeometry geometry = UringGeometry.of(file.path(), file.facts(), options.queueDepth());
    Ring ring = newRing(file, options, 0);
    RingCommands commands = new UringCommands(ring.submission, file);
    return new UringBlockDevice(file, ring, commands, geometry, options);
  }

  private static UringBlockDevice openNamespace(DeviceFile file, DeviceOptions options)
      throws DeviceOpenException {
    NvmeNamespace namespace = NvmeNamespace.identify(file);
    int wide = UringConstants.SETUP_SQE128 | UringConstants.SETUP_CQE32;
    Ring ring = newRing(file, options, wide);
    RingCommands commands = new NvmeCommands(ring.submission, namespace, options.queueDepth());
    DeviceGeometry geometry = namespace.geometry(options.queueDepth());
    return new UringBlockDevice(file, ring, commands, geometry, options);
  }

  private static Ring newRing(DeviceFile file, DeviceOptions options, int extraFlags)
      throws DeviceOpenException {
    CompletionMode mode = options.completion();
    if (mode == CompletionMode.DEVICE_POLL) {
      throw new DeviceOpenException(
          Reason.ENGINE_UNAVAILABLE,
          file.path() + " cannot be polled: flushes and discards need interrupts.");
    }
    Ring ring = RingSetup.create(options.queueDepth(), mode, extraFlags);
    int result = ring.register(file.fd());
    if (result < 0) {
      ring.close();
      throw new DeviceOpenException(
          Reason.ENGINE_UNAVAILABLE,
          "io_uring refused " + file.path() + ": " + SystemErrors.text(result) + ".");
    }
    return ring;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String engine() {
    return ring.describe() + ", " + commands.describe();
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
    int result = ring.registerBuffers(arena);
    if (result == 0) {
      commands.useRegistered(arena);
    } else {
      // Unregistered memory works, a little slower: most often the limit on locked memory.
      commands.explainUnregistered(SystemErrors.text(result));
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
    commands.publish(request, slot, 0);
    return true;
  }

  @Override
  public int poll() {
    if (owner == null) {
      enable();
    }
    ring.disarm();
    ring.enter(slots.used());
    int ready = ring.completion.ready();
    if (ready == 0) {
      letKernelThreadsRun();
      return 0;
    }
    emptyPolls = 0;
    return reap(1 + (ready - 1) / REAP_PART);
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
    ring.enable();
    owner = Thread.currentThread();
  }

  private int reap(int ready) {
    long nowNs = System.nanoTime();
    int done = 0;
    for (int i = 0; i < ready && !closed; i++) {
      int slot = (int) ring.completion.userData();
      int result = ring.completion.result();
      ring.completion.advance();
      done += onEvent(slot, result, nowNs);
    }
    return done;
  }

  /// @return 1 if a request ended, 0 if its rest is under way again
  private int onEvent(int slot, int result, long nowNs) {
    DeviceRequest request = slots.request(slot);
    long progress = commands.progress(request, slot, result);
    if (progress < 0) {
      int errno = (int) -progress;
      return isWorthRetrying(request, slot, errno) && slots.tryAgain(slot, MAX_TRIES)
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
    commands.publish(request, slot, slots.moved(slot));
    return 0;
  }

  private boolean isWorthRetrying(DeviceRequest request, int slot, int errno) {
    return errno == Errno.EAGAIN
        || errno == Errno.EINTR
        || (slots.tries(slot) == 0 && commands.fallsBack(request, errno));
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
    ring.enter(slots.used());
    return ring.arm();
  }

  @Override
  public int eventFd() {
    return ring.eventFd();
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
      awaitKernel();
    } else {
      Check.that(owner == null || !owner.isAlive(), "a device is closed by its own thread");
    }
    ring.close();
    file.close();
  }

  private void awaitKernel() {
    long startNs = System.nanoTime();
    int left = slots.used();
    while (left > 0 && System.nanoTime() - startNs < CLOSE_PATIENCE_NS) {
      ring.enter(left);
      for (int ready = ring.completion.ready(); ready > 0; ready--) {
        ring.completion.advance();
        left--;
      }
      Thread.onSpinWait();
    }
  }
}
