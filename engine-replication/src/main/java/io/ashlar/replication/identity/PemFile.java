package io.ashlar.replication.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// A file of mode 0600 that is replaced as a whole or not at all.
final class PemFile {
  private static final int BYTES_MAX = 1 << 20;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final Path path;

  PemFile(Path path) {
    this.path = path;
  }

  boolean exists() {
    return Files.exists(path);
  }

  /// Writes the file durably.
  void write(byte[] text) throws IdentityException {
    Path next = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.deleteIfExists(next);
      try (FileChannel file =
          FileChannel.open(
              next,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
        ByteBuffer left = ByteBuffer.wrap(text);
        while (left.hasRemaining()) {
          file.write(left);
        }
        file.force(true);
      }
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel directory = FileChannel.open(path.toAbsolutePath().getParent())) {
        directory.force(true);
      }
    } catch (IOException failure) {
      throw new IdentityException(
          path + " cannot be written: check its directory's owner and space.", failure);
    }
  }

  /// Reads the file, which must be its owner's alone.
  byte[] read() throws IdentityException {
    try {
      Set<PosixFilePermission> others = Files.getPosixFilePermissions(path);
      others.removeAll(OWNER);
      if (!others.isEmpty()) {
        throw new IdentityException(
            path + " can be used by others than its owner: take a new key, and set mode 0600.");
      }
      if (Files.size(path) > BYTES_MAX) {
        throw new IdentityException(path + " is too long to be a key or a certificate.");
      }
      return Files.readAllBytes(path);
    } catch (NoSuchFileException missing) {
      throw new IdentityException(path + " is missing.", missing);
    } catch (IOException failure) {
      throw new IdentityException(path + " cannot be read: check its owner.", failure);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
