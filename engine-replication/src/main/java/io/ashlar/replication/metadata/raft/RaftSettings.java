package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.identity.NodeCredentials;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where and how a node takes part.
///
/// @param cluster whose metadata this is: nodes of another cluster are not talked to
/// @param self this node; it listens there
/// @param directory of the metadata alone
/// @param timings the same on every node
/// @param credentials by what this node proves itself to the others, and they to it; null where the
///   network is trusted
public record RaftSettings(
    UUID cluster,
    RaftMember self,
    Path directory,
    RaftTimings timings,
    @Nullable NodeCredentials credentials) {
  /// What Ratis keeps of this cluster.
  Path storage() {
    return directory.resolve(cluster.toString());
  }
}
