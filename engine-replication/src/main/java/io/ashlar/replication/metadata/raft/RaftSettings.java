package io.ashlar.replication.metadata.raft;

import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where and how a node takes part.
///
/// @param cluster whose metadata this is: nodes of another cluster are not talked to
/// @param self this node; it listens there
/// @param directory of the metadata alone
/// @param timings the same on every node
/// @param tls null where the network is trusted
public record RaftSettings(
    UUID cluster, RaftMember self, Path directory, RaftTimings timings, @Nullable RaftTls tls) {
  /// What Ratis keeps of this cluster.
  Path storage() {
    return directory.resolve(cluster.toString());
  }
}
