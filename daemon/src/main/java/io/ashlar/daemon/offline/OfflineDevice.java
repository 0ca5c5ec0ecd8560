package io.ashlar.daemon.offline;

import io.ashlar.core.base.Check;
import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/// A pool file or block device that is opened for reading alone, so that nothing can be written by
/// mistake. Where no node has it, it is locked so that none takes it meanwhile.
public final class OfflineDevice implements BlockDevice {
  private static final int SECTOR_BYTES = 512;
  private static final int COPY_BYTES = 256 * 1024;

  private final Path path;
  private final FileChannel channel;
  private final DeviceGeometry geometry;
  private final boolean inUse;
  private final ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);
  private @Nullable DeviceRequest pending;

  private OfflineDevice(Path path, FileChannel channel, long bytes, boolean inUse) {
    this.path = path;
    this.channel = channel;
    this.inUse = inUse;
    geometry = new DeviceGeometry(bytes, SECTOR_BYTES, 1, false);
  }

  /// Opens what is at `path`.
  ///
  /// @throws OfflineException with a sentence that says what to do
  public static OfflineDevice open(Path path) throws OfflineException {
    if (Files.isDirectory(path)) {
      throw new OfflineException(path + " is a directory: name a pool file or a block device.");
    }
    try {
      return opened(path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException absent) {
      throw new OfflineException("There is nothing at " + path + ".", absent);
    } catch (AccessDeniedException forbidden) {
      throw new OfflineException(
          "Reading " + path + " is not permitted: check its owner and mode.", forbidden);
    } catch (IOException failed) {
      throw new OfflineException(path + " cannot be read: " + failed.getMessage() + ".", failed);
    }
  }

  private static OfflineDevice opened(Path path, FileChannel channel)
      throws IOException, OfflineException {
    long bytes = channel.size() & -SECTOR_BYTES;
    if (bytes == 0) {
      channel.close();
      throw new OfflineException(path + " is empty, or is neither a file nor a block device.");
    }
    return new OfflineDevice(path, channel, bytes, isInUse(channel));
  }

  /// A node holds an exclusive lock on its pool for as long as it runs.
  private static boolean isInUse(FileChannel channel) {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, true) == null;
    } catch (OverlappingFileLockException heldHere) {
      return true;
    } catch (IOException noLocksHere) {
      return false;
    }
  }

  /// Whether another process, usually a node, has the device open for itself. What is read then is
  /// of different moments.
  public boolean isInUse() {
    return inUse;
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public DeviceGeometry geometry() {
    return geometry;
  }

  @Override
  public void useArena(ByteBuffer arena) {}

  @Override
  public boolean submit(DeviceRequest request) {
    Check.that(request.operation == DeviceOperation.READ, "an offline device is only read");
    geometry.check(request);
    if (pending != null) {
      return false;
    }
    pending = request;
    return true;
  }

  @Override
  public int poll() {
    DeviceRequest request = pending;
    if (request == null) {
      return 0;
    }
    pending = null;
    request.status = read(request) ? DeviceStatus.OK : DeviceStatus.IO_ERROR;
    request.completion.onComplete(request);
    return 1;
  }

  private boolean read(DeviceRequest request) {
    try {
      for (long done = 0; done < request.length; done += copy.position()) {
        copy.clear().limit((int) Math.min(COPY_BYTES, request.length - done));
        while (copy.hasRemaining()) {
          if (channel.read(copy, request.offset + done + copy.position()) < 0) {
            return false;
          }
        }
        long from = org.agrona.BufferUtil.address(copy);
        UnsafeApi.copyMemory(from, request.address + done, copy.position());
      }
      return true;
    } catch (IOException failed) {
      return false;
    }
  }

  @Override
  public int inFlight() {
    return pending == null ? 0 : 1;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
