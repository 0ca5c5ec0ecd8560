package io.ashlar.daemon.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// A file that holds one secret. Its mode is 0600 or stricter, or it is refused.
public final class SecretFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> MODE_0600 =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);

  private final Path file;

  public SecretFile(Path file) {
    this.file = file;
  }

  public boolean exists() {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /// Makes the file with this content, durably, and never over another file. The content is written
  /// aside first, so that a crash leaves the whole secret or none.
  public void create(ByteBuffer content) throws IOException {
    Path aside = writeAside(content);
    Files.createLink(file, aside);
    Files.delete(aside);
    syncDirectory();
  }

  /// Gives the file this content, durably, whether it was there or not: it has the old content or
  /// the new one at any time.
  public void replace(ByteBuffer content) throws IOException {
    Files.move(writeAside(content), file, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory();
  }

  private Path writeAside(ByteBuffer content) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(aside);
    Set<StandardOpenOption> options =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(aside, options, MODE_0600)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
    return aside;
  }

  private void syncDirectory() throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /// Fills the buffer with the file's content; the file must be as long as the buffer.
  ///
  /// @throws SecretFileException with a sentence, if the file cannot be trusted or has another
  ///   length
  public void read(ByteBuffer content) throws SecretFileException {
    requireOwnerOnly();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != content.remaining()) {
        throw new SecretFileException(
            "%s has %d bytes and must have %d: bring back the right file from your copy."
                .formatted(file, channel.size(), content.remaining()));
      }
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // a short read goes on
      }
    } catch (IOException unreadable) {
      throw new SecretFileException(file + " cannot be read: check its owner.", unreadable);
    }
  }

  /// @throws SecretFileException unless the file is its owner's alone
  public void requireOwnerOnly() throws SecretFileException {
    Set<PosixFilePermission> mode;
    try {
      mode = Files.getPosixFilePermissions(file);
    } catch (IOException absent) {
      throw new SecretFileException(file + " cannot be read: check its path and owner.", absent);
    }
    if (!OWNER_ONLY.containsAll(mode)) {
      throw new SecretFileException(
          "%s holds a secret and others may read it (%s): run 'chmod 600 %s', and think of it as known."
              .formatted(file, PosixFilePermissions.toString(mode), file));
    }
  }
}
