package io.ashlar.nvme.file;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.nvme.local.DeviceCounters;
import io.ashlar.nvme.local.DeviceHealth;
import io.ashlar.nvme.local.DeviceOpenException;
import io.ashlar.nvme.local.DeviceOpenException.Reason;
import io.ashlar.nvme.local.DeviceOptions;
import io.ashlar.nvme.local.LocalBlockDevice;
import io.ashlar.nvme.local.RequestBounds;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

/// A file or block device driven by the JDK alone: each request waits on one of a few threads. For
/// machines where io_uring is refused; correct, and far slower than the ring.
///
/// Durable writes are a write and a `fdatasync`. DISCARD ends
/// [io.ashlar.core.device.DeviceStatus#UNSUPPORTED]: the JDK has no call for it.
public final class FileBlockDevice implements LocalBlockDevice {
  private static final int WORKERS = 4;
  private static final int MIN_ALIGNMENT_BYTES = 512;
  private static final int MAX_ALIGNMENT_BYTES = 4096;

  private final String name;
  private final String engine;
  private final DeviceGeometry geometry;
  private final FileChannel channel;
  private final DeviceCounters counters;
  private final FileWorker[] workers = new FileWorker[WORKERS];

  /// Written by the workers, read by the device's thread.
  private final ManyToOneConcurrentArrayQueue<DeviceRequest> ended;

  private int nextWorker;
  private int inFlight;
  private boolean closed;
  private Runnable wakeUp = () -> {};
  private volatile boolean armed;

  private FileBlockDevice(
      Path path, FileChannel channel, DeviceGeometry geometry, DeviceOptions options, String mode) {
    this.name = path.toString();
    this.engine = "file, " + WORKERS + " threads, " + mode;
    this.geometry = geometry;
    this.channel = channel;
    this.counters = new DeviceCounters(options.slowAfterNs());
    this.ended = new ManyToOneConcurrentArrayQueue<>(geometry.queueDepth());
    for (int i = 0; i < WORKERS; i++) {
      String thread = "ashlar-disk-" + path.getFileName() + "-" + i;
      workers[i] = new FileWorker(thread, channel, geometry.queueDepth(), ended, this::onEnded);
    }
    for (FileWorker worker : workers) {
      worker.start();
    }
  }

  /// Opens what exists at `path`, holding an exclusive lock until [#close].
  ///
  /// @throws DeviceOpenException with a sentence, if it is absent, in use, or cannot serve
  public static FileBlockDevice open(Path path, DeviceOptions options) throws DeviceOpenException {
    if (Files.isDirectory(path)) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          path + " is a directory; give a file in it or a block device as the pool.");
    }
    Set<OpenOption> openOptions = openOptions(path);
    boolean direct = openOptions.size() > 2;
    FileChannel channel = openChannel(path, openOptions);
    try {
      lock(path, channel);
      DeviceGeometry geometry = measure(path, channel, options, direct);
      String mode = direct ? "O_DIRECT" : "through the page cache";
      return new FileBlockDevice(path, channel, geometry, options, mode);
    } catch (DeviceOpenException e) {
      closeQuietly(channel);
      throw e;
    } catch (IOException e) {
      closeQuietly(channel);
      throw failed(path, e);
    }
  }

  private static FileChannel openChannel(Path path, Set<OpenOption> options)
      throws DeviceOpenException {
    try {
      return FileChannel.open(path, options);
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /// Reading, writing, and O_DIRECT where the file system takes it.
  private static Set<OpenOption> openOptions(Path path) throws DeviceOpenException {
    Set<OpenOption> plain = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    OpenOption direct = DirectOption.find();
    if (direct == null) {
      return plain;
    }
    Set<OpenOption> probing = Set.of(StandardOpenOption.READ, direct);
    try (FileChannel probe = FileChannel.open(path, probing)) {
      return probe.isOpen()
          ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, direct)
          : plain;
    } catch (NoSuchFileException | AccessDeniedException e) {
      throw failed(path, e);
    } catch (IOException | UnsupportedOperationException e) {
      return plain;
    }
  }

  private static void lock(Path path, FileChannel channel) throws IOException, DeviceOpenException {
    boolean held;
    try {
      held = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      held = false;
    }
    if (!held) {
      throw new DeviceOpenException(
          Reason.IN_USE,
          path + " is in use by another process; stop it, or give this node another pool.");
    }
  }

  private static DeviceGeometry measure(
      Path path, FileChannel channel, DeviceOptions options, boolean direct)
      throws IOException, DeviceOpenException {
    long block = direct ? Files.getFileStore(path).getBlockSize() : MAX_ALIGNMENT_BYTES;
    if (block > MAX_ALIGNMENT_BYTES) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          path
              + " lies on a file system of "
              + block
              + "-byte blocks; Ashlar needs at most "
              + MAX_ALIGNMENT_BYTES
              + ".");
    }
    int alignment = (int) Math.max(MIN_ALIGNMENT_BYTES, block);
    long size = channel.size() / alignment * alignment;
    if (size == 0) {
      throw new DeviceOpenException(
          Reason.UNSUITABLE,
          path + " is empty; give it a size first (truncate -s 10G " + path + ").");
    }
    return new DeviceGeometry(size, alignment, options.queueDepth(), true);
  }

  private static DeviceOpenException failed(Path path, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return new DeviceOpenException(Reason.ABSENT, "There is nothing at " + path + ".", cause);
    }
    if (cause instanceof AccessDeniedException) {
      return new DeviceOpenException(
          Reason.FORBIDDEN,
          "Reading and writing " + path + " is not permitted; check its owner and mode.",
          cause);
    }
    return new DeviceOpenException(
        Reason.FAILED, path + " could not be opened: " + cause.getMessage() + ".", cause);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String engine() {
    return engine;
  }

  @Override
  public DeviceGeometry geometry() {
    return geometry;
  }

  @Override
  public void useArena(ByteBuffer arena) {
    Check.that(arena.isDirect(), "the arena lies outside the heap");
    for (FileWorker worker : workers) {
      worker.useArena(arena);
    }
  }

  @Override
  public boolean submit(DeviceRequest request) {
    Check.that(!closed, "the device is open");
    if (inFlight == geometry.queueDepth()) {
      return false;
    }
    RequestBounds.check(geometry, request);
    request.deviceTag = System.nanoTime();
    FileWorker worker = workers[nextWorker];
    nextWorker = nextWorker + 1 == WORKERS ? 0 : nextWorker + 1;
    Check.that(worker.offer(request), "a worker has room for all requests in flight");
    worker.wake();
    inFlight++;
    return true;
  }

  @Override
  public int poll() {
    armed = false;
    int done = 0;
    long nowNs = 0;
    // Bounded: what completions submit may end at once and must not keep the loop here.
    int limit = inFlight;
    while (done < limit && !closed) {
      DeviceRequest request = ended.poll();
      if (request == null) {
        break;
      }
      if (nowNs == 0) {
        nowNs = System.nanoTime();
      }
      counters.ended(request.status, nowNs - request.deviceTag);
      inFlight--;
      done++;
      request.completion.onComplete(request);
    }
    if (done == 0 && inFlight > 0) {
      letWorkersRun();
    }
    return done;
  }

  /// A loop that spins on a busy machine would keep the workers from their core.
  @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
  private static void letWorkersRun() {
    Thread.yield();
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public boolean armWakeUp() {
    armed = true;
    // A worker adds and then looks at `armed`; this thread sets `armed` and then looks at the
    // queue.
    // With a full fence on either side at least one sees the other.
    VarHandle.fullFence();
    if (ended.isEmpty()) {
      return true;
    }
    armed = false;
    return false;
  }

  /// Runs on a worker after it handed a request back.
  private void onEnded() {
    VarHandle.fullFence();
    if (armed) {
      armed = false;
      wakeUp.run();
    }
  }

  @Override
  public int eventFd() {
    return NO_EVENT_FD;
  }

  @Override
  public void wakeUpBy(Runnable callback) {
    this.wakeUp = callback;
  }

  @Override
  public long unbackedBytes() {
    // The JDK does not tell.
    return 0;
  }

  @Override
  public DeviceHealth health() {
    return counters.withoutSmart("read through the file system, which has no SMART log");
  }

  /// Waits for the requests that the threads are busy with; the others never run.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (FileWorker worker : workers) {
      worker.stop();
    }
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was buffered here that closing could lose, and there is nobody left to tell.
      return;
    }
  }
}
