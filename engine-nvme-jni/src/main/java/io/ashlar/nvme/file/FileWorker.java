package io.ashlar.nvme.file;

import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.nvme.local.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.agrona.BufferUtil;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.jspecify.annotations.Nullable;

/// One of a [FileBlockDevice]'s threads: takes requests from its inbox, waits for the file system,
/// hands them back. The device's thread is the only one that fills the inbox.
final class FileWorker implements Runnable {
  private final FileChannel channel;
  private final OneToOneConcurrentArrayQueue<DeviceRequest> inbox;
  private final Queue<DeviceRequest> ended;
  private final Runnable afterEnded;
  private final Thread thread;
  private volatile boolean stopping;

  /// The arena as this thread's own view, so that its position is nobody else's.
  private @Nullable ByteBuffer arena;

  private long arenaAddress;

  FileWorker(
      String name,
      FileChannel channel,
      int capacity,
      Queue<DeviceRequest> ended,
      Runnable afterEnded) {
    this.channel = channel;
    this.inbox = new OneToOneConcurrentArrayQueue<>(capacity);
    this.ended = ended;
    this.afterEnded = afterEnded;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  /// Before the first request.
  void useArena(ByteBuffer shared) {
    arena = shared.duplicate();
    arenaAddress = BufferUtil.address(shared);
  }

  boolean offer(DeviceRequest request) {
    return inbox.offer(request);
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  /// Ends the thread after the request that it is busy with; waits for that.
  void stop() {
    stopping = true;
    wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    while (!stopping) {
      DeviceRequest request = inbox.poll();
      if (request == null) {
        LockSupport.park(this);
      } else {
        execute(request);
        // Has room: it holds as many as may be in flight.
        ended.add(request);
        afterEnded.run();
      }
    }
  }

  private void execute(DeviceRequest request) {
    request.status = DeviceStatus.OK;
    request.errno = 0;
    try {
      switch (request.operation) {
        case READ -> read(request);
        case WRITE -> write(request);
        case WRITE_DURABLE -> {
          write(request);
          channel.force(false);
        }
        case FLUSH -> channel.force(false);
        case DISCARD -> fail(request, DeviceStatus.UNSUPPORTED, Errno.EOPNOTSUPP);
      }
    } catch (IOException e) {
      fail(request, e);
    }
  }

  private void read(DeviceRequest request) throws IOException {
    ByteBuffer buffer = view(request);
    long position = request.offset;
    while (buffer.hasRemaining()) {
      int moved = channel.read(buffer, position);
      if (moved <= 0) {
        // The file has become shorter than it was at the start.
        fail(request, DeviceStatus.IO_ERROR, Errno.EIO);
        return;
      }
      position += moved;
    }
  }

  private void write(DeviceRequest request) throws IOException {
    ByteBuffer buffer = view(request);
    long position = request.offset;
    while (buffer.hasRemaining()) {
      position += channel.write(buffer, position);
    }
  }

  /// The request's memory as a buffer: the arena's view where it lies inside, else one made for it.
  private ByteBuffer view(DeviceRequest request) {
    ByteBuffer mine = arena;
    long start = request.address - arenaAddress;
    if (mine != null && start >= 0 && start <= mine.capacity() - request.length) {
      mine.limit((int) (start + request.length)).position((int) start);
      return mine;
    }
    return MemorySegment.ofAddress(request.address).reinterpret(request.length).asByteBuffer();
  }

  private static void fail(DeviceRequest request, DeviceStatus status, int errno) {
    request.status = status;
    request.errno = errno;
  }

  /// The JDK gives the error's text only, so the text is what there is to tell errors apart.
  private static void fail(DeviceRequest request, IOException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("no space left") || text.contains("quota exceeded")) {
      fail(request, DeviceStatus.NO_SPACE, Errno.ENOSPC);
    } else if (text.contains("no such device")) {
      fail(request, DeviceStatus.GONE, Errno.ENODEV);
    } else {
      fail(request, DeviceStatus.IO_ERROR, Errno.EIO);
    }
  }
}
