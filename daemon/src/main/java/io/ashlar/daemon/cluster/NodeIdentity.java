package io.ashlar.daemon.cluster;

import io.ashlar.daemon.secret.SecretFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// The identity that a node draws for itself before it first asks to join, in the file `node.id` of
/// its data directory: so that a join that was interrupted is repeated by the same node.
public final class NodeIdentity {
  private NodeIdentity() {}

  /// The identity, drawn if there is none yet.
  public static UUID of(Path dataDirectory) throws ClusterException {
    Path file = dataDirectory.resolve("node.id");
    try {
      if (!Files.exists(file)) {
        String drawn = UUID.randomUUID() + "\n";
        new SecretFile(file).create(ByteBuffer.wrap(drawn.getBytes(StandardCharsets.US_ASCII)));
      }
      return UUID.fromString(Files.readString(file, StandardCharsets.US_ASCII).strip());
    } catch (IOException | IllegalArgumentException damaged) {
      throw new ClusterException(
          file + " cannot be read: delete it, and join with a new token.", damaged);
    }
  }
}
