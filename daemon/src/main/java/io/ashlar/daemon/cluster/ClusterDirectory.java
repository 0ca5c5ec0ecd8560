package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.Json;
import io.ashlar.daemon.secret.SecretFile;
import io.ashlar.replication.identity.IdentityDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where a node keeps what it is in its cluster, for its owner only:
///
/// | file | what |
/// |---|---|
/// | `member.json` | [Membership]; the node is in a cluster if it is there |
/// | `node.key`, `node.pem`, `trusted.pem` | what it proves itself with, and whom it believes |
/// | `authority.key`, `authority.pem` | the cluster's authority, on the node that began it |
/// | `kek` | the cluster's key encryption key, until it is in its own place |
/// | `tokens` | what is kept of tokens that were given out |
/// | `raft/` | the metadata that the nodes agreed on |
///
/// It is prepared beside its place, as `cluster.new`, and moved there as a whole: a crash before
/// leaves a node that is in no cluster.
public final class ClusterDirectory {
  private static final String MEMBER = "member.json";

  private final Path place;
  private final Path prepared;

  /// @param dataDirectory the node's
  public ClusterDirectory(Path dataDirectory) {
    place = dataDirectory.resolve("cluster");
    prepared = dataDirectory.resolve("cluster.new");
  }

  public Path path() {
    return place;
  }

  /// The keys and certificates.
  public IdentityDirectory identity() {
    return new IdentityDirectory(place);
  }

  Path raft() {
    return place.resolve("raft");
  }

  public Path tokens() {
    return place.resolve("tokens");
  }

  Path kek() {
    return place.resolve("kek");
  }

  /// What the node is; null for one that is in no cluster.
  ///
  /// @throws ClusterException if it cannot be told
  public @Nullable Membership load() throws ClusterException {
    if (!Files.exists(place)) {
      return null;
    }
    return read(place.resolve(MEMBER));
  }

  private static Membership read(Path file) throws ClusterException {
    try {
      return Json.readRequest(Files.readAllBytes(file), Membership.class);
    } catch (IOException unreadable) {
      throw new ClusterException(
          "%s says what this node is in its cluster, and cannot be read (%s): bring it back from a copy; or, if the other nodes are well, empty this data directory and let the node join again as a new one."
              .formatted(file, unreadable.getClass().getSimpleName()),
          unreadable);
    } catch (ControlException damaged) {
      throw new ClusterException(
          "%s says what this node is in its cluster, and is damaged: bring it back from a copy; or, if the other nodes are well, empty this data directory and let the node join again as a new one."
              .formatted(file),
          damaged);
    }
  }

  /// Says how far the node got, durably.
  void save(Membership membership) throws ClusterException {
    save(place, membership);
  }

  private static void save(Path directory, Membership membership) throws ClusterException {
    Path file = directory.resolve(MEMBER);
    try {
      new SecretFile(file).replace(ByteBuffer.wrap(Json.write(membership)));
    } catch (IOException failure) {
      throw new ClusterException(
          file + " cannot be written: check its directory's owner and space.", failure);
    }
  }

  /// An empty directory in which [#commit] finds what it moves.
  Path prepare() throws ClusterException {
    try {
      remove(prepared);
      Files.createDirectory(
          prepared,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      return prepared;
    } catch (IOException failure) {
      throw new ClusterException(
          prepared + " cannot be made: check its directory's owner and space.", failure);
    }
  }

  /// From this moment on the node is in the cluster.
  void commit(Membership membership) throws ClusterException {
    save(prepared, membership);
    try {
      Files.move(prepared, place, StandardCopyOption.ATOMIC_MOVE);
      sync(place.toAbsolutePath().getParent());
    } catch (IOException failure) {
      throw new ClusterException(place + " cannot be made: check its directory's owner.", failure);
    }
  }

  private static void sync(@Nullable Path directory) throws IOException {
    if (directory != null) {
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  /// Deletes a directory with all in it, if it is there.
  static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> tree = Files.walk(directory)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.delete(each);
    }
    sync(directory.toAbsolutePath().getParent());
  }
}
