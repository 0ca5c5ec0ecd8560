package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.identity.Validity;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.Samples;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that prove who they are.
class RaftTlsTest {
  private static final UUID CLUSTER = RaftCluster.CLUSTER;
  private final Validity day = Validity.startingAt(Instant.now(), Duration.ofDays(1));
  private final ClusterAuthority authority = ClusterAuthority.create(CLUSTER, day);

  @TempDir Path directory;

  private NodeCredentials credentials(ClusterAuthority of, int node, ClusterAuthority... trusted) {
    KeyPair keys = NodeKeys.generate();
    return new NodeCredentials(
        new NodeName(of.cluster(), node),
        keys.getPrivate(),
        of.issue(node, keys.getPublic(), day),
        Arrays.stream(trusted).map(ClusterAuthority::certificate).toList());
  }

  @Test
  void shouldAgreeByTls() throws Exception {
    try (RaftCluster cluster = new RaftCluster(directory, 3)) {
      for (int i = 0; i < 3; i++) {
        cluster.secure(i, credentials(authority, i + 1, authority));
      }
      cluster.open();
      for (int i = 0; i < 5; i++) {
        cluster.commit(i % 3, Samples.history().get(i));
      }
    }
  }

  @Test
  void shouldNotListenToAnotherAuthoritysNodeNorToOneWithoutCertificate() throws Exception {
    ClusterAuthority forged = ClusterAuthority.create(CLUSTER, day);
    shouldNotAgree(credentials(authority, 1, authority), credentials(forged, 2, forged, authority));
  }

  /// Whatever authority it comes from.
  @Test
  void shouldNotListenToAnotherClustersNode() throws Exception {
    ClusterAuthority other = ClusterAuthority.create(new UUID(9, 9), day);
    shouldNotAgree(
        credentials(authority, 1, authority, other), credentials(other, 2, authority, other));
  }

  /// The third has nothing to show.
  private void shouldNotAgree(NodeCredentials first, NodeCredentials second) throws Exception {
    RaftTimings hasty = new RaftTimings(300, 600, 500, 3_000, 50, 8 << 10);
    try (RaftCluster cluster = new RaftCluster(directory, 3, hasty)) {
      cluster.secure(0, first);
      cluster.secure(1, second);
      List<RaftMember> members = List.of(cluster.member(0), cluster.member(1), cluster.member(2));
      for (int i = 0; i < 3; i++) {
        cluster.put(i, RaftMetadataStore.form(cluster.settings(i), members));
      }
      for (int i = 0; i < 3; i++) {
        assertThat(cluster.propose(i, Samples.FORM)).isEqualTo(ProposalStatus.UNKNOWN);
        assertThat(cluster.store(i).state().version()).isZero();
      }
    }
  }
}
